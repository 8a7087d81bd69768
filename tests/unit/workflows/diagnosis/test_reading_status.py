"""Where a fact stands by its status: READING.md section 5, for all but medications."""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.readings import (
    active,
    concept,
    item_of,
    read,
    resource,
    text_of,
    where,
)

LIST_EMPTY = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
SPELLINGS = ["entered-in-error", "Entered in Error", "ENTERED_IN_ERROR", "enteredInError"]


@pytest.mark.rule("R-READ-501")
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(
    "kind",
    [
        *("Observation", "Procedure", "Immunization", "DiagnosticReport", "MedicationRequest"),
        *("MedicationDispense", "FamilyMemberHistory", "Encounter", "Flag", "DocumentReference"),
        *("DetectedIssue", "ClinicalImpression", "QuestionnaireResponse", "DeviceUseStatement"),
    ],
)
def test_entered_in_error_by_status_is_left_out_and_counted(kind: str, spelling: str) -> None:
    built = read(resource(kind, status=spelling))
    assert (where(built, "Asthma"), built["omitted"]) == ([], {"entered_in_error": 1})


@pytest.mark.rule("R-READ-501")
@pytest.mark.parametrize(
    "lost",
    [
        {"verificationStatus": "entered-in-error"},
        {"subject": {"reference": "Patient/p2"}},
        {"implicitRules": "urn:x"},
    ],
)
def test_a_display_does_not_bring_back_what_was_set_apart(lost: dict[str, Any]) -> None:
    target = resource("Condition", "HIV infection", id="c", **lost)
    reference = [{"reference": "Condition/c", "display": "HIV infection"}]
    order = resource("MedicationRequest", "Drug", status="active", reasonReference=reference)
    assert "HIV" not in text_of(read(target, order))
    assert "HIV" in text_of(read(order)), "what is not here is named by its display"


@pytest.mark.rule("R-READ-502")
def test_a_status_in_a_list_counts_as_if_it_stood_alone() -> None:
    listed = {"clinicalStatus": [{"text": "active"}], "verificationStatus": [{"text": "refuted"}]}
    assert where(read(resource("Condition", **listed)), "Asthma") == ["ruled_out_conditions"]


@pytest.mark.rule("R-READ-501")
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("kind", ["Condition", "AllergyIntolerance"])
@pytest.mark.parametrize("element", ["verificationStatus", "clinicalStatus"])
def test_entered_in_error_by_verification_is_left_out(
    kind: str, element: str, spelling: str
) -> None:
    for value in (spelling, {"text": spelling}, {"coding": [{"display": spelling}]}):
        assert read(resource(kind, **{element: value}))["omitted"] == {"entered_in_error": 1}


@pytest.mark.rule("R-READ-501")
@pytest.mark.parametrize(
    ("kind", "section"),
    [
        ("Procedure", "procedures_status_not_stated"),
        ("Immunization", "immunisations_status_not_stated"),
        ("MedicationRequest", "medications_status_not_stated"),
        ("MedicationAdministration", "medications_status_not_stated"),
    ],
)
@pytest.mark.parametrize("status", ["halfway", None, "unknown"])
def test_an_unknown_word_is_shown_and_the_fact_is_neither_active_nor_done(
    kind: str, section: str, status: str | None
) -> None:
    built = read(resource(kind, **({"status": status} if status else {})))
    assert where(built, "Asthma") == [section]
    said = item_of(built, "Asthma")["status"]
    assert "status not stated" in said or said == "unknown"
    assert status is None or status in said


@pytest.mark.rule("R-READ-502")
@pytest.mark.parametrize(
    ("status", "section"),
    [
        *((word, "active_conditions") for word in ("active", "recurrence", "relapse")),
        *((word, "past_conditions") for word in ("inactive", "remission", "resolved")),
    ],
)
def test_a_condition_is_active_or_past_by_its_clinical_status(status: str, section: str) -> None:
    assert where(read(resource("Condition", clinicalStatus=status)), "Asthma") == [section]


@pytest.mark.rule("R-READ-502")
@pytest.mark.parametrize(
    "ended",
    [
        {"abatementDateTime": "2020-01-01"},
        {"abatementAge": {"value": 4, "unit": "a"}},
        {"abatementString": "in childhood"},
        {"abatementBoolean": True},
        {"abatementPeriod": {"start": "2019"}},
        {"abatementRange": {"low": {"value": 3, "unit": "a"}}},
        {"abatementDateTime": "long ago"},
    ],
)
def test_any_abatement_makes_a_condition_past_whatever_is_called_active(
    ended: dict[str, Any],
) -> None:
    assert where(read(resource("Condition", **active(), **ended)), "Asthma") == ["past_conditions"]


@pytest.mark.rule("R-READ-502")
@pytest.mark.parametrize("status", ["active", "resolved", None])
def test_refuted_is_ruled_out_whatever_else_is_said(status: str | None) -> None:
    fields = {"verificationStatus": "refuted"} | ({"clinicalStatus": status} if status else {})
    built = read(resource("Condition", **fields))
    assert where(built, "Asthma") == ["ruled_out_conditions"]


@pytest.mark.rule("R-READ-502")
@pytest.mark.parametrize("doubt", ["unconfirmed", "provisional", "differential"])
def test_a_doubt_is_said_beside_an_active_condition(doubt: str) -> None:
    item = item_of(read(resource("Condition", **active(verificationStatus=doubt))), "Asthma")
    assert item["verification"] == doubt


@pytest.mark.rule("R-READ-502")
def test_a_refuted_family_history_is_ruled_out_too() -> None:
    name = "Family history of colon cancer"
    built = read(resource("Condition", name, verificationStatus="refuted"))
    assert where(built, name) == ["ruled_out_conditions"]


@pytest.mark.rule("R-READ-503")
@pytest.mark.parametrize(
    ("fields", "section", "says"),
    [
        ({}, "allergies", {}),
        ({"clinicalStatus": "active"}, "allergies", {"clinical_status": "active"}),
        ({"clinicalStatus": "inactive"}, "allergies", {"clinical_status": "inactive"}),
        ({"clinicalStatus": {"text": "Resolved"}}, "allergies", {"clinical_status": "resolved"}),
        ({"clinicalStatus": {"text": "odd"}}, "allergies", {}),
        ({"verificationStatus": "refuted"}, "ruled_out_allergies", {}),
        (
            {"category": ["food"], "lastOccurrence": "2024-05", "criticality": "high"},
            "allergies",
            {"category": ["food"], "last_occurrence": "2024-05", "criticality": "high"},
        ),
    ],
)
def test_an_allergy_stays_an_allergy_until_it_is_refuted(
    fields: dict[str, Any], section: str, says: dict[str, Any]
) -> None:
    built = read(resource("AllergyIntolerance", **fields))
    assert where(built, "Asthma") == [section]
    assert says.items() <= item_of(built, "Asthma").items()


@pytest.mark.rule("R-READ-503")
def test_an_allergy_without_a_code_is_named_by_its_substance() -> None:
    unnamed = {
        "resourceType": "AllergyIntolerance",
        "reaction": [{"substance": {"text": "Penicillin"}, "severity": "severe"}],
    }
    assert item_of(read(unnamed), "Penicillin")["reactions"][0]["severity"] == "severe"


@pytest.mark.rule("R-READ-508")
@pytest.mark.parametrize(
    ("status", "section", "shown"),
    [
        ("completed", "procedures", None),
        ("in-progress", "procedures", "in-progress"),
        ("stopped", "procedures", "stopped"),
        ("not-done", "procedures_not_done", "not-done"),
        ("preparation", "planned_procedures", "preparation"),
        ("on-hold", "procedures_status_not_stated", "on-hold"),
    ],
)
def test_a_procedure_is_done_or_how_far_or_not_or_planned(
    status: str, section: str, shown: str | None
) -> None:
    built = read(resource("Procedure", status=status, statusReason={"text": "bleeding"}))
    item = item_of(built, "Asthma")
    assert (where(built, "Asthma"), item.get("status")) == ([section], shown)
    assert item["status_reason"] == ["bleeding"]


@pytest.mark.rule("R-READ-509")
def test_a_vaccine_not_done_is_not_given_even_if_it_is_called_subpotent_too() -> None:
    both = resource("Immunization", status="not-done", isSubpotent=True)
    assert where(read(both), "Asthma") == ["immunisations_not_given"]
    given = resource("Immunization", status="completed", isSubpotent=False)
    assert where(read(given), "Asthma") == ["immunisations"]


@pytest.mark.rule("R-READ-510")
@pytest.mark.parametrize("status", ["registered", "cancelled", "Canceled"])
def test_a_value_of_what_is_registered_or_cancelled_is_no_result(status: str) -> None:
    part = {"code": {"text": "Part"}, "valueInteger": 7}
    built = read(resource("Observation", status=status, valueInteger=120, component=[part]))
    item = item_of(built, "Asthma")
    assert where(built, "Asthma") == ["observations_without_result"]
    assert "value" not in item
    assert "value" not in item["components"][0]
    assert item["value_that_is_no_result"] == "120"


@pytest.mark.rule("R-READ-510")
@pytest.mark.parametrize("kind", ["Observation", "DiagnosticReport"])
@pytest.mark.parametrize("status", ["preliminary", "corrected", "amended", "partial", "Final"])
def test_other_states_are_said_beside_the_result(kind: str, status: str) -> None:
    item = item_of(read(resource(kind, status=status, valueInteger=7, conclusion="x")), "Asthma")
    assert item.get("status") == (None if status == "Final" else status)


@pytest.mark.rule("R-READ-510")
def test_a_cancelled_report_says_that_it_is_no_result() -> None:
    item = item_of(read(resource("DiagnosticReport", status="cancelled", conclusion="x")), "Asthma")
    assert (item["status"], "no result" in item["no_result"]) == ("cancelled", True)


@pytest.mark.rule("R-READ-511")
@pytest.mark.parametrize(
    "fields", [{"status": "health-unknown"}, {"dataAbsentReason": {"text": "withheld"}}]
)
def test_a_relative_of_whom_nothing_is_known_is_not_healthy(fields: dict[str, Any]) -> None:
    item = item_of(read(resource("FamilyMemberHistory", "mother", **fields)), "mother")
    assert item["health"].startswith("not known")


@pytest.mark.rule("R-READ-515")
@pytest.mark.parametrize(
    "code",
    [
        concept("http://snomed.info/sct", "716186003", "No known allergy"),
        concept("http://snomed.info/sct", "409137002"),
        concept("urn:absent", "no-known-allergies"),
        {"text": "No known drug allergies"},
        {"text": "NKDA"},
        "NKA",
    ],
)
def test_no_known_allergy_says_that_none_is_known(code: Any) -> None:
    stated = {"resourceType": "AllergyIntolerance", "code": code}
    built = read(stated)
    assert (len(built["none_known"]), built["allergies"]) == (1, [])
    assert "none_known" not in read({**stated, "verificationStatus": "refuted"})
    contradicted = read(stated, resource("AllergyIntolerance", "Nuts"))
    assert "no allergy is known" in " ".join(contradicted["warnings"])


@pytest.mark.rule("R-READ-515")
def test_no_known_medications_and_other_empty_reasons() -> None:
    none = resource("MedicationStatement", "No known medications", status="active")
    assert where(read(none), "No known medications") == ["none_known"]
    for code, section in (("nilknown", "none_known"), ("notasked", "empty_lists")):
        listed = {"resourceType": "List", "title": "Allergies"}
        built = read({**listed, "emptyReason": concept(LIST_EMPTY, code)})
        assert where(built, "Allergies") == [section]
    retired = {"resourceType": "List", "status": "retired", "title": "Allergies"}
    built = read({**retired, "emptyReason": concept(LIST_EMPTY, "nilknown")})
    assert where(built, "Allergies") == ["empty_lists"], "it was so once"
    section_of = {"title": "Problems", "emptyReason": {"text": "Nil known"}}
    assert where(read({"resourceType": "Composition", "section": [section_of]}), "Problems") == [
        "none_known"
    ]
