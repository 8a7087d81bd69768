"""Which bundles are read, and which version of a resource: READING.md sections 1 and 2."""

from typing import Any

import pytest

from shared.workflows.diagnosis.fhir import NESTED_LIMIT
from shared.workflows.diagnosis.record import InvalidRecord, validate_record
from tests.unit.workflows.diagnosis.readings import (
    NEGATED,
    WHO,
    bundle_of,
    item_of,
    read,
    resource,
    text_of,
    where,
)

FOREIGN: list[tuple[str, dict[str, Any], str, str]] = [
    ("MedicationOrder", {}, "resourceType", "DSTU2"),
    ("DiagnosticOrder", {}, "resourceType", "DSTU2"),
    ("Immunization", {"wasNotGiven": False}, "wasNotGiven", "DSTU2"),
    ("MedicationStatement", {"wasNotTaken": True}, "wasNotTaken", "DSTU2"),
    ("Procedure", {"notPerformed": True}, "notPerformed", "DSTU2"),
    ("MedicationStatement", {"reasonNotTaken": [{"text": "x"}]}, "reasonNotTaken", "DSTU2"),
    ("Immunization", {"reported": False}, "reported", "DSTU2"),
    ("AllergyIntolerance", {"substance": {"text": "x"}}, "substance", "DSTU2"),
    ("AllergyIntolerance", {"status": "active"}, "status", "DSTU2"),
    ("AllergyIntolerance", {"criticality": "CRITH"}, "criticality", "DSTU2"),
    ("Condition", {"dateRecorded": "2015-01-01"}, "dateRecorded", "DSTU2"),
    ("Encounter", {"class": "inpatient"}, "class", "DSTU2"),
    ("ProcedureRequest", {}, "resourceType", "STU3"),
    ("ReferralRequest", {}, "resourceType", "STU3"),
    ("Immunization", {"notGiven": False}, "notGiven", "STU3"),
    ("Procedure", {"notDone": False}, "notDone", "STU3"),
    ("Procedure", {"notDoneReason": {"text": "x"}}, "notDoneReason", "STU3"),
    ("MedicationStatement", {"taken": "n"}, "taken", "STU3"),
    ("Immunization", {"date": "2017-01-01"}, "date", "STU3"),
    ("Condition", {"assertedDate": "2017-01-01"}, "assertedDate", "STU3"),
    ("Observation", {"comment": "x"}, "comment", "STU3"),
    ("Observation", {"related": [{"target": {}}]}, "related", "STU3"),
    ("MedicationRequest", {"medication": {"concept": {"text": "x"}}}, "medication", "R5"),
    ("MedicationDispense", {"medication": {"reference": {}}}, "medication", "R5"),
    ("Procedure", {"reason": [{"concept": {"text": "x"}}]}, "reason", "R5"),
    ("Encounter", {"reason": [{"reference": {"reference": "Condition/1"}}]}, "reason", "R5"),
    ("Procedure", {"occurrenceDateTime": "2025-01-01"}, "occurrenceDateTime", "R5"),
    ("Procedure", {"occurrencePeriod": {}}, "occurrencePeriod", "R5"),
    ("MedicationAdministration", {"occurenceDateTime": "2025"}, "occurenceDateTime", "R5"),
    ("MedicationStatement", {"adherence": {"code": {}}}, "adherence", "R5"),
    ("MedicationStatement", {"status": "recorded"}, "status", "R5"),
    ("AllergyIntolerance", {"type": {"text": "Allergy"}}, "type", "R5"),
    ("Encounter", {"class": [{"text": "inpatient"}]}, "class", "R5"),
    ("Encounter", {"actualPeriod": {"start": "2025"}}, "actualPeriod", "R5"),
    ("Observation", {"triggeredBy": [{}]}, "triggeredBy", "R5"),
    ("NutritionIntake", {}, "resourceType", "R5"),
    (
        "Observation",
        {"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/vitalsigns|3.0.1"]}},
        "meta.profile",
        "STU3",
    ),
    (
        "Condition",
        {"meta": {"profile": ["https://fhir.example/STU3/StructureDefinition/CareConnect-1"]}},
        "meta.profile",
        "STU3",
    ),
    (
        "Condition",
        {"meta": {"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Condition"]}},
        "meta.profile",
        "R5",
    ),
]
R4_ALL_THE_SAME: list[tuple[str, dict[str, Any]]] = [
    ("Condition", {"clinicalStatus": "active", "code": "Asthma"}),
    ("AllergyIntolerance", {"type": "allergy", "criticality": "high"}),
    ("Encounter", {"class": {"code": "AMB"}}),
    ("Encounter", {"reason": [{"text": "cough"}]}),
    ("MedicationRequest", {"medicationCodeableConcept": {"text": "Aspirin"}}),
    ("Condition", {"meta": {"profile": ["http://hl7.org/fhir/us/core/x|3.1.1"]}}),
    ("Condition", {"meta": {"profile": ["http://hl7.org/fhir/us/core/STU3.1.1/x"]}}),
    ("Observation", {"meta": {"profile": ["http://hl7.org/fhir/4.3/StructureDefinition/x"]}}),
    ("Immunization", {"occurrenceDateTime": "2020-01-01"}),
]


def refusal_of(bundle: dict[str, Any]) -> list[dict[str, str]]:
    with pytest.raises(InvalidRecord) as caught:
        validate_record(bundle)
    return caught.value.errors


@pytest.mark.rule("R-READ-101")
@pytest.mark.parametrize(("kind", "fields", "field", "version"), FOREIGN)
def test_another_version_is_refused_by_each_of_its_signs(
    kind: str, fields: dict[str, Any], field: str, version: str
) -> None:
    (error,) = refusal_of(bundle_of({"resourceType": kind, **fields}))
    assert error["field"] == f"body.entry[1].resource.{field}"
    assert f"FHIR {version}" in error["message"]


@pytest.mark.rule("R-READ-101")
def test_a_family_name_that_is_a_list_is_dstu2() -> None:
    who = {**WHO, "name": [{"family": ["Quartermain"]}]}
    assert refusal_of(bundle_of(who=who))[0]["field"] == "body.entry[0].resource.name"


@pytest.mark.rule("R-READ-101")
@pytest.mark.parametrize(("kind", "fields"), R4_ALL_THE_SAME)
def test_what_only_looks_like_another_version_is_accepted(
    kind: str, fields: dict[str, Any]
) -> None:
    assert validate_record(bundle_of({"resourceType": kind, **fields})).resources[kind] == 1


@pytest.mark.rule("R-READ-101")
def test_fewer_than_one_in_ten_are_set_apart_counted_and_warned_of() -> None:
    foreign = resource("Immunization", "MMR", id="x", notGiven=True, status="completed")
    many = [resource("Condition", f"C{n}", id=f"c{n}") for n in range(9)]
    bundle = bundle_of(foreign, *many)
    assert "another version of FHIR" in " ".join(validate_record(bundle).warnings)
    built = read(foreign, *many)
    assert built["omitted"] == {"of_another_fhir_version": 1}
    assert "MMR" not in text_of(built)
    assert refusal_of(bundle_of(foreign, *many[:8]))


@pytest.mark.rule("R-READ-102")
@pytest.mark.parametrize(
    "fields", [NEGATED, {"implicitRules": "http://example.org/rules"}], ids=["modifier", "rules"]
)
def test_what_is_not_understood_is_left_out_and_counted(fields: dict[str, Any]) -> None:
    built = read(resource("Condition", "Embolism", **fields), resource("Condition", "Gout"))
    assert (where(built, "Embolism"), built["omitted"]) == ([], {"not_understood": 1})
    assert where(built, "Gout")


@pytest.mark.rule("R-READ-102")
def test_an_allergy_that_loses_a_reaction_stays_and_says_it() -> None:
    reactions = [{"description": "hives"}, {"description": "shock", **NEGATED}]
    item = item_of(read(resource("AllergyIntolerance", "Nuts", reaction=reactions)), "Nuts")
    assert item["reactions"] == [{"description": "hives"}]
    assert item["parts_not_understood"] == 1


@pytest.mark.rule("R-READ-102")
@pytest.mark.parametrize("place", ["dosage", "timing"])
def test_a_dosage_that_is_not_understood_is_left_out_and_said(place: str) -> None:
    lost: dict[str, Any] = {"text": "10 mg", **NEGATED}
    if place == "timing":
        lost = {"text": "10 mg", "timing": NEGATED}
    order = resource("MedicationRequest", "Warfarin", dosageInstruction=[{"text": "5 mg"}, lost])
    built = read(order)
    assert item_of(built, "Warfarin")["dosage"] == ["5 mg"]
    assert item_of(built, "Warfarin")["parts_not_understood"] == 1
    assert built["omitted"] == {"not_understood": 1}


@pytest.mark.rule("R-READ-102")
def test_a_modifier_on_the_patient_is_a_warning_and_one_on_an_entry_leaves_it_out() -> None:
    built = read(resource("Condition", "Gout"), who={**WHO, **NEGATED})
    assert where(built, "Gout")
    assert "modifier" in " ".join(built["warnings"])
    entry = {"resource": resource("Condition", "Gout"), **NEGATED}
    assert read(entry)["omitted"] == {"not_understood": 1}


@pytest.mark.rule("R-READ-102")
@pytest.mark.parametrize("nested", [False, True])
def test_rules_of_a_bundle_leave_out_all_that_it_holds(nested: bool) -> None:
    rules = {"implicitRules": "http://example.org/rules"}
    if not nested:
        built = read(resource("Condition", "Gout"), **rules)
        assert (where(built, "Gout"), built["omitted"]) == ([], {"not_understood": 1})
        return
    inner = bundle_of(resource("Condition", "Gout"), **rules)
    inner["entry"] = inner["entry"][1:]
    built = read(inner, resource("Condition", "Asthma"))
    assert (where(built, "Gout"), bool(where(built, "Asthma"))) == ([], True)


@pytest.mark.rule("R-READ-103")
def test_nested_bundles_are_opened_to_a_bounded_depth() -> None:
    def nested(depth: int) -> dict[str, Any]:
        inner: dict[str, Any] = resource("Condition", "Deep")
        for _ in range(depth):
            inner = {"resourceType": "Bundle", "entry": [{"resource": inner}]}
        return inner

    assert where(read(nested(NESTED_LIMIT)), "Deep")
    built = read(nested(NESTED_LIMIT + 1))
    assert not where(built, "Deep")
    assert "nested too deeply" in " ".join(built["warnings"])


@pytest.mark.rule("R-READ-103")
def test_the_patient_may_stand_in_a_nested_bundle_and_twice_under_one_id() -> None:
    inner = bundle_of(resource("Condition", "Gout"))
    outer = {"resourceType": "Bundle", "entry": [{"resource": inner}, {"resource": WHO}]}
    summary = validate_record(outer)
    assert summary.patient["id"] == "p1"
    assert summary.resources == {"Condition": 1, "Patient": 2}
    assert "exactly one" in refusal_of(bundle_of({**WHO, "id": "p2"}))[0]["message"]


@pytest.mark.rule("R-READ-103")
@pytest.mark.parametrize(
    "entry",
    [
        {"response": {"status": "404 Not Found"}},
        {"response": {"status": "500"}},
        {
            "response": {
                "status": "200",
                "outcome": {
                    "resourceType": "OperationOutcome",
                    "issue": [{"severity": "fatal"}],
                },
            }
        },
        {
            "resource": {
                "resourceType": "OperationOutcome",
                "issue": [{"severity": "error", "code": "timeout"}],
            }
        },
    ],
)
def test_a_failed_query_is_warned_of(entry: dict[str, Any]) -> None:
    summary = validate_record(bundle_of(resource("Condition"), entry))
    assert "failed" in " ".join(summary.warnings)


@pytest.mark.rule("R-READ-103")
def test_an_outcome_without_an_error_and_a_good_response_are_no_failures() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "information"}]}
    good = {"resource": resource("Condition"), "response": {"status": "200 OK"}}
    assert validate_record(bundle_of(outcome, good)).warnings == []


@pytest.mark.rule("R-READ-104")
def test_a_page_of_several_says_how_many_of_how_many() -> None:
    following = {"link": [{"relation": "next", "url": "https://a.example?page=2"}]}
    entry = {"resource": resource("Condition"), "search": {"mode": "match"}}
    included = {"resource": resource("Procedure", "X-ray"), "search": {"mode": "include"}}
    total = validate_record(bundle_of(entry, included, total=40)).warnings
    assert "1 of 40" in total[0], "the match, not the Patient nor what was included"
    assert "unknown number" in validate_record(bundle_of(entry, **following)).warnings[0]
    assert validate_record(bundle_of(entry, total=2)).warnings == []


@pytest.mark.rule("R-READ-105")
def test_a_record_without_a_clinical_fact_is_accepted_and_says_so() -> None:
    composition = {"resourceType": "Composition", "section": [{"title": "Empty"}]}
    for entries in ([], [composition]):
        assert "no clinical fact" in " ".join(validate_record(bundle_of(*entries)).warnings)


@pytest.mark.rule("R-READ-105")
def test_a_sections_narrative_without_entries_is_read_as_a_text() -> None:
    section = {"title": "History", "text": {"div": "<div>Had <b>rheumatic</b> fever.</div>"}}
    with_entries = {**section, "title": "Listed", "entry": [{"reference": "Condition/1"}]}
    built = read({"resourceType": "Composition", "section": [section, with_entries]})
    assert item_of(built, "History")["text"] == "Had rheumatic fever."
    assert where(built, "Listed") == []
    assert built["warnings"] == []


@pytest.mark.rule("R-READ-106")
def test_a_patient_out_of_use_or_replaced_is_accepted_with_a_warning() -> None:
    inactive = validate_record(bundle_of(resource("Condition"), who={**WHO, "active": False}))
    assert "no longer in use" in " ".join(inactive.warnings)
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p9"}}]
    replaced = validate_record(bundle_of(resource("Condition"), who={**WHO, "link": link}))
    assert "replaced" in " ".join(replaced.warnings)
