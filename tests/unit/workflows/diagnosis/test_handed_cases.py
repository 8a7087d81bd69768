"""The small cases that are handed along with the specification, each as its EXPECTED.md says. They
stand outside this repository, in ../shared/data/fhir-cases; where that is absent these tests say so
and are skipped. Tests of the rules with bundles of their own stand beside this file.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.workflows.diagnosis.sections import SECTIONS
from tests.rules.matrix import ROOT
from tests.unit.workflows.diagnosis.readings import item_of, text_of, where
from tools.fhir_check import Checked, check

CASES = ROOT.parent / "shared" / "data" / "fhir-cases"
DAYS = (datetime(2026, 10, 31, tzinfo=UTC), datetime(2027, 1, 17, tzinfo=UTC))
CURRENT = ("active_conditions", "current_medications")
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(),
    reason="../shared/data/fhir-cases is not here: the handed cases are unchecked",
)

Pack = dict[str, Any]
Says = Callable[[Checked], bool]


def absent(*words: str, **set_apart: int) -> Says:
    def holds(one: Checked) -> bool:
        said = text_of(dict(one.pack))
        counted = all(one.set_apart.get(name) == count for name, count in set_apart.items())
        return counted and not any(word in said for word in words)

    return holds


def stands(name: str, section: str, **fields: Any) -> Says:
    def holds(one: Checked) -> bool:
        item = item_of(one.pack, name)
        return where(one.pack, name) == [section] and all(
            item.get(key) == value for key, value in fields.items()
        )

    return holds


def says(name: str, *words: str) -> Says:
    """The item of that name says these words, in whatever field."""
    return lambda one: all(
        word in json.dumps(item_of(one.pack, name), ensure_ascii=False) for word in words
    )


def warns(*words: str) -> Says:
    return lambda one: any(all(word in said for word in words) for said in one.warnings)


def values(section: str, *pairs: tuple[Any, str]) -> Says:
    return lambda one: [(item["value"], item["date"]) for item in one.pack[section]] == list(pairs)


def both(*checks: Says) -> Says:
    return lambda one: all(holds(one) for holds in checks)


def holds_words(*words: str) -> Says:
    return lambda one: all(word in text_of(dict(one.pack)) for word in words)


def nothing_redacted(one: Checked) -> bool:
    return "[redacted]" not in text_of(dict(one.pack))


EXPECTED: dict[str, Says] = {
    "own_focus_other": absent("Reactive", about_another_person=1),
    "own_focus_code_extension": absent("BRCA1", about_another_person=1),
    "own_subject_identifier_other": absent(
        "Schizophrenia", "Ragnhild", "Vestergaard", of_another_subject=1
    ),
    "own_contained_in_other": both(
        absent("Schizophrenia"), lambda one: one.set_apart["of_another_subject"] >= 1
    ),
    "own_patient_id_has_type": holds_words("Type 1 diabetes"),
    "own_merged_id": holds_words("Type 1 diabetes"),
    "own_all_facts_other_id": both(
        absent("diabetes", "Asthma", of_another_subject=2), warns("Nothing", "about the patient")
    ),
    "own_group_subject": absent("Lead level", "Outbreak", of_another_subject=2),
    "own_contained_in_error": absent("melanoma", entered_in_error=1),
    "neg_modifier_extension": absent("embolism", "anaphylaxis", not_understood=2),
    "bun_history_versions": both(
        stands("Breast cancer", "past_conditions", clinical_status="resolved"),
        lambda one: one.set_apart == {"earlier_versions": 1},
    ),
    "bun_two_versions_collection": both(
        stands("Breast cancer", "past_conditions", clinical_status="resolved"),
        lambda one: one.set_apart == {"earlier_versions": 1},
    ),
    "bun_searchset_next": both(holds_words("Asthma"), warns("of 214")),
    "bun_nested_batch_response": holds_words("Anaphylaxis to peanut"),
    "neg_clinical_local_first": stands(
        "Lung cancer", "past_conditions", clinical_status="resolved"
    ),
    "neg_clinical_text_only": both(
        stands("Lung cancer", "past_conditions"), stands("Breast cancer", "past_conditions")
    ),
    "neg_error_text_only": absent("HIV", "Troponin", entered_in_error=2),
    "neg_refuted_active": stands("Pulmonary embolism", "ruled_out_conditions"),
    "neg_differential": both(
        says("Meningitis", "differential"), says("Migraine", "relapse", "unconfirmed")
    ),
    "cond_encounter_dx_old": both(
        stands("Acute appendicitis", "conditions_status_not_stated", recorded="2009-02-03"),
        says("Acute appendicitis", "status not stated", "encounter-diagnosis"),
    ),
    "cond_recorded_as_onset": stands(
        "Epilepsy", "active_conditions", recorded="2026-10-30", onset=None, date=None
    ),
    "proc_not_done": both(
        stands("Appendectomy", "procedures_not_done", status_reason=["Patient refused"]),
        stands("Coronary bypass", "planned_procedures", date="2027-02-01"),
    ),
    "imm_subpotent": both(
        stands("Hepatitis B", "immunisations_not_effective", given="2026-01-15"),
        says("Hepatitis B", "subpotent", "Cold chain break"),
        stands("MMR", "immunisations_not_given", status_reason=["Patient objection"]),
    ),
    "med_proposal_option": both(
        stands("Cisplatin", "proposed_medications"), stands("Apixaban", "proposed_medications")
    ),
    "med_do_not_perform": stands("Ibuprofen", "medications_to_avoid", reasons=["GI bleed"]),
    "med_dispense_only": stands(
        "Apixaban 5 mg", "current_medications", handed_over="2026-10-20", quantity="180 tablet"
    ),
    "med_active_course_over": both(
        stands("Amoxicillin 500 mg", "past_medications"),
        says("Amoxicillin 500 mg", "still marked active", "1 capsule 3x/day"),
    ),
    "med_contained_ref": stands("Digoxin 125 mcg tablet", "current_medications"),
    "med_structured_dose": both(
        says(
            "Oxycodone", "5 mg to 10 mg, 1 to 2 times per 4 to 6 h", "as needed", "40 mg per 24 h"
        ),
        says("Heparin", "1200 U/h", "IV"),
        says("Norepinephrine", "4 mg per 250 mL"),
        says("Insulin glargine", "18 U", "at bedtime"),
        says("Methotrexate", "15 mg, once per week, on Monday", "never daily", "Monday only"),
        says("Gentamicin", "80 mg, every 8 h"),
    ),
    "obs_serial_same_day": both(
        values(
            "laboratory_results",
            (9, "2026-10-01T14:00Z"),
            (9, "2026-10-01T11:00Z"),
            (9, "2026-10-01T08:00Z"),
        ),
        lambda one: not one.cut,
    ),
    "obs_time_of_day": values(
        "laboratory_results", (480, "2026-10-01T11:00Z"), (9, "2026-10-01T08:00Z")
    ),
    "obs_values": both(
        says("Troponin", '"comparator": "<"', "5"),
        says("ANA titre", "1 : 640"),
        says("CRP", "Specimen haemolysed"),
        says("Potassium", "3 mmol/L to 4 mmol/L"),
        says("Glucose", "7.4", "preliminary"),
        stands("Sodium", "observations_without_result", status="cancelled", value=None),
        says("Pregnancy status", "Pregnant"),
        says("pH", "7.1"),
        lambda one: "value" not in item_of(one.pack, "CRP"),
    ),
    "obs_value_text_hides_code": says(
        "SARS-CoV-2 PCR", "Detected", "zie opmerking", "Critical high", "see lab manual"
    ),
    "obs_ranges_labelled": lambda one: (
        item_of(one.pack, "Hemoglobin")["reference_ranges"]
        == [
            "13.5 g/dL to 17.5 g/dL (male)",
            "12 g/dL to 15.5 g/dL (female; age from 18 a)",
            "from 7 g/dL (critical)",
            "from 11 g/dL (pregnant)",
        ]
    ),
    "obs_date_from_report": both(
        stands("Potassium", "laboratory_results", date="2026-10-05T07:00Z"),
        says("Potassium", "time of the report"),
    ),
    "obs_specimen_method": says("Glucose", "Cerebrospinal fluid", "Point of care", "1.1"),
    "obs_susceptibility_dup": lambda one: (
        sorted(
            (item["value"], *item["belongs_to"])
            for item in one.pack["other_observations"]
            if item["name"] == "Vancomycin susceptibility"
        )
        == [("R", "Enterococcus isolate B"), ("S", "Staphylococcus aureus isolate A")]
    ),
    "rep_conclusion_long": holds_words("ruptured abdominal aortic aneurysm"),
    "use_report_text_only": both(
        says("CT chest", "Saddle pulmonary embolism with right heart strain.", "2026-10-05"),
    ),
    "use_nil_known": both(
        stands("Allergies", "none_known", stated="none known"),
        stands("Medications", "none_known", stated="none known"),
    ),
    "fam_history_fields": both(
        says("father", "Sudden cardiac death", "at age 44", "contributed_to_death", "during sport"),
        says("father", "long QT suspected"),
        says("mother", "not known"),
    ),
    "red_display_words": holds_words("Diabetes mellitus type 2"),
    "red_name_ana": both(
        holds_words("ANA", "IgA", "ALT", "TIA", "Melena", "Candida infection", "ASA"),
        nothing_redacted,
    ),
    "red_name_candida": holds_words(
        "ANA", "IgA", "ALT", "TIA", "Melena", "Candida infection", "ASA"
    ),
    "red_org_name": holds_words(
        *("Chronic heart failure", "Breast cancer surgery follow-up", "Known heart failure"),
        *("emergency department", "breast cancer pain"),
    ),
}
REFUSED = {"ver_stu3_negation": "notGiven", "ver_r5": "medication"}


def bundles() -> list[Path]:
    """All but those of privacy, which have a test of their own."""
    return [path for path in sorted(CASES.glob("*.json")) if not path.name.startswith("priv_")]


@pytest.mark.rule("R-READ-901")
@pytest.mark.parametrize("as_of", DAYS, ids=lambda day: day.date().isoformat())
@pytest.mark.parametrize("path", bundles(), ids=lambda path: path.stem)
def test_a_handed_case_is_read_as_expected(path: Path, as_of: datetime) -> None:
    one = check(path, as_of)
    if path.stem in REFUSED:
        assert any(REFUSED[path.stem] in said for said in one.refused)
        return
    assert one.is_accepted
    assert EXPECTED[path.stem](one), json.dumps(one.pack, ensure_ascii=False)
    assert one.leaked == []
    assert all(name in (*SECTIONS, *one.pack) for name in one.read)


@pytest.mark.rule("R-READ-901")
def test_no_handed_case_is_forgotten() -> None:
    assert {path.stem for path in bundles()} == set(EXPECTED) | set(REFUSED)
