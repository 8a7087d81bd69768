"""Medications: however they are referenced, current or past, with dosage and reasons."""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.charts import (
    bundle,
    condition,
    pack,
    snomed,
)


def only(record: Any, section: str) -> dict[str, Any]:
    (item,) = pack(record)[section]
    assert isinstance(item, dict)
    return item


def medication_request(**fields: Any) -> dict[str, Any]:
    return {"resourceType": "MedicationRequest", "status": "active", "intent": "order", **fields}


AMLODIPINE = {
    "resourceType": "Medication",
    "id": "med-amlodipine",
    "code": snomed("386864001", "Amlodipine"),
}


@pytest.mark.parametrize(
    "reference",
    [
        "urn:uuid:med-amlodipine",
        "Medication/med-amlodipine",
        "https://fhir.example/r4/Medication/med-amlodipine/_history/3",
    ],
)
def test_a_medication_reference_is_resolved_however_it_is_written(reference: str) -> None:
    record = bundle(
        AMLODIPINE,
        medication_request(
            medicationReference={"reference": reference, "display": "something else"}
        ),
    )
    assert only(record, "current_medications")["name"] == "Amlodipine"


def test_a_contained_medication_is_resolved_in_its_own_resource_only() -> None:
    def request(name: str) -> dict[str, Any]:
        return medication_request(
            contained=[{"resourceType": "Medication", "id": "m", "code": {"text": name}}],
            medicationReference={"reference": "#m"},
        )

    names = {
        item["name"]
        for item in pack(bundle(request("Aspirin"), request("Ramipril")))["current_medications"]
    }
    assert names == {"Aspirin", "Ramipril"}


def test_a_medication_that_is_not_in_the_bundle_is_named_by_its_display() -> None:
    display = {"reference": "Medication/elsewhere", "display": "Metformin 500 mg"}
    unknown = {"reference": "Medication/elsewhere"}
    record = bundle(
        medication_request(medicationReference=display),
        medication_request(medicationReference=unknown),
    )
    assert [item["name"] for item in pack(record)["current_medications"]] == [
        "Metformin 500 mg",
        "not stated",
    ]


def test_a_medication_without_code_is_named_by_its_ingredients() -> None:
    mixture = {
        "resourceType": "Medication",
        "id": "mix",
        "ingredient": [
            {"itemCodeableConcept": {"text": "Codeine"}},
            {"itemCodeableConcept": {"text": "Paracetamol"}},
        ],
    }
    record = bundle(
        mixture, medication_request(medicationReference={"reference": "Medication/mix"})
    )
    assert only(record, "current_medications")["name"] == "Codeine / Paracetamol"


def test_two_different_resources_under_one_name_are_not_guessed_between() -> None:
    other = AMLODIPINE | {"code": {"text": "Digoxin"}}
    record = bundle(
        AMLODIPINE,
        other,
        medication_request(medicationReference={"reference": "Medication/med-amlodipine"}),
    )
    assert only(record, "current_medications")["name"] == "not stated"


def test_a_medication_says_how_and_why_it_is_taken() -> None:
    asthma = condition("Asthma", id="asthma")
    request = medication_request(
        medicationCodeableConcept={"text": "Salbutamol"},
        authoredOn="2024-03-01",
        reasonReference=[{"reference": "Condition/asthma"}],
        reasonCode=[{"text": "Wheeze"}],
        dosageInstruction=[
            {
                "timing": {"repeat": {"frequency": 2, "period": 1.0, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "puffs"}}],
                "route": {"text": "inhaled"},
                "asNeededBoolean": True,
            },
            {"text": "Rinse mouth afterwards"},
            {"asNeededCodeableConcept": {"text": "dyspnoea"}},
            {},
        ],
    )
    item = only(bundle(asthma, request), "current_medications")
    assert item["dosage"] == [
        "2 puffs, 2 times per day, as needed, inhaled",
        "Rinse mouth afterwards",
        "as needed for dyspnoea",
    ]
    assert item["reasons"] == ["Wheeze", "Asthma"]
    assert (item["authored"], item["source"]) == ("2024-03-01", "requested")


@pytest.mark.parametrize(
    ("resource", "section", "source"),
    [
        (
            {"resourceType": "MedicationRequest", "status": "stopped"},
            "past_medications",
            "requested",
        ),
        (
            {"resourceType": "MedicationRequest", "status": "on-hold"},
            "medications_on_hold",
            "requested",
        ),
        (
            {
                "resourceType": "MedicationStatement",
                "status": "active",
                "dosage": [{"text": "daily"}],
            },
            "current_medications",
            "stated",
        ),
        (
            {
                "resourceType": "MedicationStatement",
                "status": "active",
                "effectivePeriod": {"end": "2020-01-01"},
            },
            "past_medications",
            "stated",
        ),
        ({"resourceType": "MedicationStatement"}, "medications_status_not_stated", "stated"),
        (
            {
                "resourceType": "MedicationAdministration",
                "status": "completed",
                "dosage": {"text": "once"},
            },
            "medications_given",
            "administered",
        ),
        (
            {"resourceType": "MedicationDispense", "status": "completed", "whenHandedOver": "2020"},
            "past_medications",
            "dispensed",
        ),
    ],
)
def test_medications_of_every_kind_are_current_or_past(
    resource: dict[str, Any], section: str, source: str
) -> None:
    assert (
        only(bundle(resource | {"medicationCodeableConcept": {"text": "Aspirin"}}), section)[
            "source"
        ]
        == source
    )
