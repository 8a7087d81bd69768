"""Faults of the same kinds as the handed cases, in other places of a record: other people's facts,
negations, lost parts.
"""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.charts import pack
from tests.unit.workflows.diagnosis.readings import (
    NEGATED,
    VERIFICATION,
    active,
    concept,
    item_of,
    read,
    resource,
    text_of,
    where,
)

HELD = resource("Condition", "Hypertension", **active())
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
REFUTED = {"verificationStatus": concept(VERIFICATION, "refuted")}


@pytest.mark.rule("R-READ-303")
@pytest.mark.parametrize(
    "subject",
    [
        {"type": "Location", "display": "Ward 3"},
        {"display": "Ragnhild Vestergaard"},
        {"display": "Vestergaard, Ragnhild"},
        {"display": "Mrs Ragnhild Vestergaard"},
    ],
)
def test_a_subject_that_only_displays_another_is_not_the_patient(subject: Any) -> None:
    built = read(HELD, resource("Condition", "Schizophrenia", subject=subject, **active()))
    assert "Schizophrenia" not in text_of(built)
    assert built["omitted"] == {"of_another_subject": 1}


@pytest.mark.rule("R-READ-303")
@pytest.mark.parametrize(
    "display",
    ["Zebulon Brandt", "Diabetes clinic patient 7", "Patient", "Heart Failure", "Q. Zebulon"],
)
def test_a_subject_whose_display_may_be_the_patient_is_the_patient(display: str) -> None:
    built = read(resource("Condition", "Asthma", subject={"display": display}, **active()))
    assert where(built, "Asthma") == ["active_conditions"]


@pytest.mark.rule("R-READ-305")
@pytest.mark.parametrize(
    "container",
    [
        {"resourceType": "Task", "for": {"reference": "Patient/p2"}},
        {"resourceType": "Coverage", "beneficiary": {"reference": "Patient/p2"}},
        {"resourceType": "RelatedPerson", "patient": {"reference": "Patient/p1"}},
        {"resourceType": "Practitioner"},
    ],
)
def test_what_another_persons_resource_contains_is_theirs(container: dict[str, Any]) -> None:
    inside = {**container, "contained": [resource("Condition", "Schizophrenia", id="c")]}
    built = read(HELD, inside)
    assert "Schizophrenia" not in text_of(built)
    assert built["omitted"]["of_another_subject"] == 1


@pytest.mark.rule("R-READ-304")
def test_a_report_of_another_persons_specimen_is_left_out() -> None:
    donor = {"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/donor"}}
    report = resource(
        "DiagnosticReport", "HLA typing", status="final", specimen=[{"reference": "Specimen/s"}]
    )
    built = read(HELD, donor, report)
    assert built["reports"] == []
    assert built["omitted"]["about_another_person"] == 1


@pytest.mark.rule("R-READ-201")
def test_one_full_url_for_all_makes_no_two_types_one() -> None:
    url = "https://ehr.example/fhir/"
    stamped = {"meta": {"lastUpdated": "2026-01-01T00:00:00Z"}}
    later = {"meta": {"lastUpdated": "2026-02-01T00:00:00Z"}}
    asthma = {"fullUrl": url, "resource": resource("Condition", "Asthma", **active(), **stamped)}
    aspirin = {"fullUrl": url, "resource": resource("MedicationStatement", "Aspirin", **later)}
    built = read(asthma, aspirin)
    assert where(built, "Asthma") == ["active_conditions"]
    assert where(built, "Aspirin") == ["medications_status_not_stated"]


@pytest.mark.rule("R-READ-502")
@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (resource("Condition", "Pulmonary embolism", **active(), **REFUTED), "(ruled out)"),
        (resource("Procedure", "Appendectomy", status="not-done"), "(not done)"),
        (resource("Observation", "Troponin", status="cancelled"), "(cancelled)"),
        (resource("MedicationRequest", "Cisplatin", intent="proposal"), "(only proposed)"),
        (resource("MedicationRequest", "Ibuprofen", doNotPerform=True), "(not to be given)"),
    ],
)
def test_what_is_not_so_is_no_reason_either(reason: dict[str, Any], shown: str) -> None:
    order = resource(
        "MedicationRequest",
        "Apixaban",
        status="active",
        intent="order",
        reasonReference=[{"reference": f"{reason['resourceType']}/r"}],
    )
    built = read({**reason, "id": "r"}, order)
    (said,) = item_of(built, "Apixaban")["reasons"]
    assert said.endswith(shown)


@pytest.mark.rule("R-READ-502")
def test_ruled_out_in_words_is_refuted() -> None:
    built = read(resource("Condition", "Sepsis", **active(verificationStatus="Ruled out")))
    assert where(built, "Sepsis") == ["ruled_out_conditions"]


@pytest.mark.rule("R-READ-102")
@pytest.mark.parametrize(
    ("fields", "lost"),
    [
        ({"dispenseRequest": {"quantity": {"value": 4711}, **NEGATED}}, "4711"),
        ({"substitution": {"allowedBoolean": False, **NEGATED}}, "not allowed"),
    ],
)
def test_a_part_with_a_modifier_is_left_out_of_an_order(fields: Any, lost: str) -> None:
    built = read(
        resource("MedicationRequest", "Apixaban", status="active", intent="order", **fields)
    )
    item = item_of(built, "Apixaban")
    assert lost not in str(item)
    assert item["parts_not_understood"] == 1
    assert built["omitted"]["not_understood"] == 1


@pytest.mark.rule("R-READ-102")
def test_sections_within_one_that_has_a_modifier_are_left_out_too() -> None:
    inner = {"title": "Problems", "text": {"div": "<div>Pancreatitis of some kind</div>"}}
    outer = {"title": "Outer", "section": [inner], **NEGATED}
    built = read(HELD, {"resourceType": "Composition", "status": "final", "section": [outer]})
    assert "Pancreatitis" not in text_of(built)


@pytest.mark.rule("R-READ-515")
@pytest.mark.parametrize(
    ("kind", "element", "code", "section"),
    [
        ("AllergyIntolerance", "code", "no-allergy-info", "empty_lists"),
        ("AllergyIntolerance", "code", "no-known-allergies", "none_known"),
        ("Condition", "code", "no-problem-info", "empty_lists"),
        ("MedicationStatement", "medicationCodeableConcept", "no-medication-info", "empty_lists"),
        ("MedicationRequest", "medicationCodeableConcept", "no-known-medications", "none_known"),
        ("Immunization", "vaccineCode", "no-immunization-info", "empty_lists"),
        ("Procedure", "code", "no-procedure-info", "empty_lists"),
    ],
)
def test_that_nothing_is_known_is_not_that_there_is_none(
    kind: str, element: str, code: str, section: str
) -> None:
    fields = {"status": "completed" if kind in ("Immunization", "Procedure") else "active"}
    state = active() if kind in ("AllergyIntolerance", "Condition") else fields
    stated = {"resourceType": kind, element: concept(ABSENT, code, "Stated so"), **state}
    assert where(read(stated), "Stated so") == [section]


@pytest.mark.rule("R-READ-402")
@pytest.mark.parametrize(
    "coding",
    [
        {"code": "HH"},
        {"code": "HH", "system": INTERPRETATION},
        {"code": "HH", "system": "http://hl7.org/fhir/v2/0078"},
        {"code": "HH", "system": "urn:oid:2.16.840.1.113883.5.83"},
    ],
)
def test_an_interpretation_is_read_whatever_names_its_table(coding: dict[str, str]) -> None:
    said = [{"coding": [coding], "text": "see lab manual"}]
    built = read(resource("Observation", "Potassium", status="final", interpretation=said))
    assert item_of(built, "Potassium")["interpretation"] == ["Critical high (see lab manual)"]


@pytest.mark.rule("R-READ-402")
def test_a_local_code_stands_beside_the_text_that_hides_it() -> None:
    value = {"coding": [{"system": "urn:lab", "code": "DETECTED"}], "text": "zie opmerking"}
    built = read(resource("Observation", "PCR", status="final", valueCodeableConcept=value))
    assert item_of(built, "PCR")["value"] == "zie opmerking [DETECTED]"


def order(*dosages: Any, **fields: Any) -> dict[str, Any]:
    return resource(
        "MedicationRequest",
        "Apixaban",
        status="active",
        intent="order",
        dosageInstruction=list(dosages),
        **fields,
    )


def bound(days: int, sequence: int | None = None) -> dict[str, Any]:
    bounds = {"boundsDuration": {"value": days, "code": "d"}}
    return {"timing": {"repeat": bounds}} | ({"sequence": sequence} if sequence else {})


@pytest.mark.rule("R-READ-512")
@pytest.mark.parametrize(
    ("one", "section"),
    [
        # As of 2026-11-21: 30 days and then 40 days more.
        (order(bound(30, 1), bound(40, 2), authoredOn="2026-10-01"), "current_medications"),
        (order(bound(30), bound(40), authoredOn="2026-10-01"), "past_medications"),
        # What has no bound of its own goes on for as long as the order does.
        (order(bound(30), {"text": "then daily"}, authoredOn="2026-01-01"), "current_medications"),
        (
            order(
                bound(30),
                {"text": "then daily"},
                authoredOn="2019-01-01",
                dispenseRequest={"validityPeriod": {"end": "2019-06-01"}},
            ),
            "past_medications",
        ),
    ],
)
def test_a_course_lasts_as_long_as_its_last_dosage(one: dict[str, Any], section: str) -> None:
    assert where(read(one), "Apixaban") == [section]


@pytest.mark.rule("R-READ-704")
def test_a_frequency_without_a_unit_of_time_says_so() -> None:
    built = read(order({"timing": {"repeat": {"frequency": 3, "period": 1}}}))
    assert item_of(built, "Apixaban")["dosage"] == ["3 times per 1 (unit not stated)"]


@pytest.mark.rule("R-READ-803")
def test_a_death_that_a_converter_wrote_as_a_text_is_one() -> None:
    who = {"resourceType": "Patient", "id": "p1", "deceasedBoolean": "true"}
    built = pack({"resourceType": "Bundle", "entry": [{"resource": who}]})
    assert built["patient"]["deceased"] is True


@pytest.mark.rule("R-READ-801")
def test_a_report_that_is_only_a_narrative_is_read() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml">Saddle embolus</div>'
    report = resource("DiagnosticReport", "CT chest", status="final", text={"div": div})
    assert item_of(read(report), "CT chest")["text"] == "Saddle embolus"


@pytest.mark.rule("R-READ-804")
def test_the_critical_results_of_a_long_report_are_shown() -> None:
    results = [
        resource("Observation", f"Result {at}", id=f"o{at}", status="final", valueInteger=at)
        for at in range(40)
    ]
    results[39]["interpretation"] = [concept(INTERPRETATION, "HH")]
    references = [{"reference": f"Observation/o{at}"} for at in range(40)]
    built = read(*results, resource("DiagnosticReport", "Panel", result=references))
    shown = item_of(built, "Panel")["results"]
    assert shown[0] == "Result 39: 39 (Critical high)"
    assert built["omitted"]["reports.results"] == 40 - len(shown)


@pytest.mark.rule("R-READ-804")
def test_of_many_notes_the_newest_are_shown() -> None:
    notes = [{"text": f"Note {year}", "time": f"{year}-01-01"} for year in range(1990, 2020)]
    built = read(resource("Condition", "Asthma", note=notes, **active()))
    assert item_of(built, "Asthma")["notes"][0] == "Note 2019"
    assert built["omitted"]["active_conditions.notes"] == 18


@pytest.mark.rule("R-READ-603")
def test_a_category_is_known_by_its_display_too() -> None:
    category = [{"coding": [{"system": "urn:local", "code": "17", "display": "Laboratory"}]}]
    built = read(resource("Observation", "Sodium", status="final", category=category))
    assert where(built, "Sodium") == ["laboratory_results"]


@pytest.mark.rule("R-READ-304")
def test_a_value_of_the_fetus_says_so_beside_it() -> None:
    fetus = {"resourceType": "RelatedPerson", "id": "f", "relationship": [{"text": "fetus"}]}
    focus = [{"reference": "RelatedPerson/f"}]
    built = read(fetus, resource("Observation", "Heart rate", valueInteger=150, focus=focus))
    assert item_of(built, "Heart rate")["about"] == ["of the fetus"]


@pytest.mark.rule("R-READ-402")
def test_an_encounters_class_is_read_without_its_system() -> None:
    built = read({"resourceType": "Encounter", "status": "finished", "class": {"code": "EMER"}})
    assert where(built, "emergency") == ["encounters"]
