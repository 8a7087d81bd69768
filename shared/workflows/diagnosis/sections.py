"""The sections of the context pack: what stands in each, in which order they get room, and how
the prompt explains them.

Where a fact stands says whether it is so, was so, never was, is planned or is forbidden; so each
of these has a section of its own. Knows no record.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """`meaning` completes "holds" in the prompt. `always`: shown even when empty, since emptiness
    says something.
    """

    name: str
    title: str
    meaning: str
    always: bool = False


_ALL = (
    Section(
        "allergies",
        "Allergies",
        "allergies and intolerances; one whose clinical_status is inactive or resolved no "
        "longer holds",
        True,
    ),
    Section(
        "none_known",
        "None known",
        "kinds of facts of which somebody asked and stated that the patient has none, which "
        "differs from nothing being recorded",
    ),
    Section(
        "empty_lists",
        "Empty lists",
        "kinds of facts whose list is empty for the reason given, such as not asked: it says "
        "nothing of the patient",
    ),
    Section("flags", "Flags", "alerts that somebody put on the patient"),
    Section(
        "active_conditions",
        "Active conditions",
        "conditions that the record calls active, recurrent or relapsed; verification says "
        "where one is only suspected",
        True,
    ),
    Section(
        "current_medications",
        "Current medications",
        "what the patient is ordered or said to take now, and dispensed supplies that last "
        "until now",
        True,
    ),
    Section(
        "medications_to_avoid",
        "Medications to avoid",
        "orders NOT to give a drug, with the reason; none of them is taken",
    ),
    Section("vital_signs", "Vital signs", "measured vital signs", True),
    Section("laboratory_results", "Laboratory results", "laboratory results", True),
    Section(
        "conditions_status_not_stated",
        "Conditions of unstated status",
        "conditions of which the record does not say whether they are active or over; an "
        "encounter diagnosis of years ago is no present problem unless other facts say so",
    ),
    Section(
        "past_conditions",
        "Past conditions",
        "conditions that are over, inactive or in remission",
        True,
    ),
    Section(
        "ruled_out_conditions",
        "Ruled out conditions",
        "conditions that were refuted: the patient does not have and never had them",
    ),
    Section(
        "ruled_out_allergies",
        "Ruled out allergies",
        "allergies that were refuted: the patient does not have them",
    ),
    Section("medications_on_hold", "Medications on hold", "drugs that are interrupted at present"),
    Section(
        "medications_given", "Medications given", "single doses that were given, each with its time"
    ),
    Section(
        "medications_status_not_stated",
        "Medications of unstated status",
        "drugs of which the record does not say whether they are taken",
    ),
    Section(
        "other_observations",
        "Other observations",
        "observations that are neither vital signs nor laboratory results: history, surveys, "
        "imaging, exams",
        True,
    ),
    Section(
        "observations_without_result",
        "Observations without result",
        "observations that are registered only, or were cancelled: what stands under "
        "value_that_is_no_result must not be used as a result",
    ),
    Section(
        "observations_of_the_fetus",
        "Observations of the fetus",
        "what was observed of the fetus of the patient, not of the patient",
    ),
    Section("reports", "Reports", "diagnostic reports with their conclusions and texts", True),
    Section(
        "documents",
        "Documents",
        "texts of documents, and what documents there are that could not be read",
    ),
    Section(
        "procedures",
        "Procedures",
        "procedures that were done; status says where one is in progress or was stopped",
        True,
    ),
    Section(
        "planned_procedures",
        "Planned procedures",
        "procedures that are prepared or planned and have not been done",
    ),
    Section(
        "procedures_not_done",
        "Procedures not done",
        "procedures that were NOT done, with the reason",
    ),
    Section(
        "procedures_status_not_stated",
        "Procedures of unstated status",
        "procedures of which the record does not say whether they were done",
    ),
    Section(
        "proposed_medications",
        "Proposed medications",
        "drugs that were proposed, planned, offered as an option or drafted: not prescribed and "
        "not taken",
    ),
    Section(
        "medications_not_taken",
        "Medications not taken",
        "drugs that the patient is said not to take",
    ),
    Section(
        "medications_not_given",
        "Medications not given",
        "doses that were NOT given, with the reason",
    ),
    Section(
        "never_taken_medications",
        "Never taken medications",
        "orders and supplies that were cancelled or declined: never taken",
    ),
    Section(
        "past_medications",
        "Past medications",
        "drugs of the past; still_marked_active says where an order is called active although "
        "its course is over",
        True,
    ),
    Section("immunisations", "Immunisations", "vaccines that were given", True),
    Section(
        "immunisations_not_effective",
        "Immunisations not effective",
        "vaccines that were given but do not count as effective, with the reason",
    ),
    Section(
        "immunisations_not_given",
        "Immunisations not given",
        "vaccines that were NOT given, with the reason",
    ),
    Section(
        "immunisations_status_not_stated",
        "Immunisations of unstated status",
        "vaccines of which the record does not say whether they were given",
    ),
    Section("adverse_events", "Adverse events", "harm that actually happened in care"),
    Section(
        "detected_issues",
        "Detected issues",
        "dangers that somebody or some system found, such as interactions",
    ),
    Section("devices", "Devices and implants", "implants and devices of the patient"),
    Section("clinical_impressions", "Clinical impressions", "opinions of clinicians, not findings"),
    Section(
        "family_history",
        "Family history",
        "what relatives have or had, never the patient; `not known` is not `healthy`",
        True,
    ),
    Section("questionnaires", "Questionnaires", "questions that were answered, with the answers"),
    Section(
        "encounters",
        "Encounters",
        "visits and stays with their reasons; status says where one is planned or was cancelled",
    ),
)

SECTIONS = tuple(section.name for section in _ALL)
BY_NAME = {section.name: section for section in _ALL}
TITLES = {section.name: section.title for section in _ALL}


def explained() -> str:
    """One line for every section, for the prompt."""
    return "\n".join(f"  - {section.name}: {section.meaning}." for section in _ALL)
