"""Where a medication stands, and its course and product: READING.md section 5."""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.readings import NEGATED, item_of, read, resource, where

TODAY = "2026-11-21"


def order(name: Any = "Aspirin", **fields: Any) -> dict[str, Any]:
    return resource("MedicationRequest", name, **{"status": "active", "intent": "order"} | fields)


@pytest.mark.rule("R-READ-504")
@pytest.mark.parametrize(
    ("fields", "section"),
    [
        ({}, "current_medications"),
        *(
            ({"intent": intent}, "current_medications")
            for intent in ("original-order", "reflex-order", "filler-order", "instance-order")
        ),
        *(
            ({"intent": intent}, "proposed_medications")
            for intent in ("proposal", "plan", "option", "Proposal")
        ),
        ({"intent": "directive"}, "medications_status_not_stated"),
        ({"status": "draft"}, "proposed_medications"),
        ({"status": "completed", "intent": "proposal"}, "proposed_medications"),
        ({"doNotPerform": True}, "medications_to_avoid"),
        ({"doNotPerform": True, "status": "completed"}, "medications_to_avoid"),
        ({"doNotPerform": False}, "current_medications"),
        ({"doNotPerform": "true"}, "medications_to_avoid"),
        ({"status": "on-hold"}, "medications_on_hold"),
        ({"status": "cancelled"}, "never_taken_medications"),
        ({"status": "stopped"}, "past_medications"),
        ({"status": "completed"}, "past_medications"),
    ],
)
def test_an_order_stands_by_status_intent_and_prohibition(
    fields: dict[str, Any], section: str
) -> None:
    assert where(read(order(**fields)), "Aspirin") == [section]


@pytest.mark.rule("R-READ-504")
def test_a_stopped_order_says_why() -> None:
    stopped = order(status="stopped", statusReason={"text": "bleeding"})
    assert item_of(read(stopped), "Aspirin")["status_reason"] == ["bleeding"]


@pytest.mark.rule("R-READ-505")
@pytest.mark.parametrize(
    ("status", "section"),
    [
        ("active", "current_medications"),
        ("intended", "proposed_medications"),
        ("not-taken", "medications_not_taken"),
        ("stopped", "past_medications"),
        ("completed", "past_medications"),
        ("on-hold", "medications_on_hold"),
        ("unknown", "medications_status_not_stated"),
    ],
)
def test_a_statement_stands_by_its_status(status: str, section: str) -> None:
    stated = resource("MedicationStatement", "Aspirin", status=status)
    assert where(read(stated), "Aspirin") == [section]


@pytest.mark.rule("R-READ-506")
@pytest.mark.parametrize(
    ("status", "section"),
    [
        ("completed", "medications_given"),
        ("in-progress", "medications_given"),
        ("stopped", "medications_given"),
        ("not-done", "medications_not_given"),
    ],
)
def test_each_administration_is_shown_with_its_time(status: str, section: str) -> None:
    doses = [
        resource(
            "MedicationAdministration",
            "Morphine",
            status=status,
            effectiveDateTime=f"2026-10-01T{hour}:00:00Z",
            statusReason=[{"text": "refused"}],
        )
        for hour in ("08", "12")
    ]
    items = read(*doses)[section]
    element = "given" if section == "medications_given" else "date"
    assert [item[element] for item in items] == ["2026-10-01T12:00Z", "2026-10-01T08:00Z"]
    assert items[0]["status_reason"] == ["refused"]


@pytest.mark.rule("R-READ-507")
@pytest.mark.parametrize(
    ("fields", "section"),
    [
        ({"whenHandedOver": "2026-11-01", "daysSupply": {"value": 20}}, "current_medications"),
        ({"whenHandedOver": "2026-11-01", "daysSupply": {"value": 19}}, "past_medications"),
        (
            {"whenHandedOver": "2026-10-01", "daysSupply": {"value": 8, "unit": "wk"}},
            "current_medications",
        ),
        ({"whenHandedOver": "2026-11-20"}, "past_medications"),
        ({"whenPrepared": "2026-11-20", "daysSupply": {"value": 30}}, "past_medications"),
        ({"status": "declined"}, "never_taken_medications"),
        ({"status": "cancelled"}, "never_taken_medications"),
        ({"status": "preparation"}, "medications_status_not_stated"),
    ],
)
def test_a_dispensed_supply_is_current_while_it_lasts(fields: dict[str, Any], section: str) -> None:
    supply = resource("MedicationDispense", "Apixaban", **{"status": "completed"} | fields)
    assert where(read(supply), "Apixaban") == [section]


def timed(**repeat: Any) -> dict[str, Any]:
    return {"dosageInstruction": [{"timing": {"repeat": repeat}}]}


@pytest.mark.rule("R-READ-512")
@pytest.mark.parametrize(
    ("fields", "is_over"),
    [
        (timed(boundsPeriod={"end": "2026-11-20"}), True),
        (timed(boundsPeriod={"end": TODAY}), False),
        (timed(boundsPeriod={"end": "2026-11"}), False),
        (timed(boundsPeriod={"start": "2019-01-01"}), False),
        ({"authoredOn": "2026-11-01", **timed(boundsDuration={"value": 7, "unit": "d"})}, True),
        ({"authoredOn": "2026-11-01", **timed(boundsDuration={"value": 7, "code": "wk"})}, False),
        (timed(boundsDuration={"value": 7, "unit": "d"}), False),
        (
            {
                "authoredOn": "2026-11-01",
                **timed(boundsRange={"low": {"value": 5}, "high": {"value": 40}}),
            },
            False,
        ),
        ({"dispenseRequest": {"validityPeriod": {"end": "2019-02-01"}}}, True),
        (
            {
                "authoredOn": "2026-01-01",
                "dispenseRequest": {"expectedSupplyDuration": {"value": 30, "unit": "d"}},
            },
            True,
        ),
        (
            {
                "authoredOn": "2026-08-01",
                "dispenseRequest": {
                    "expectedSupplyDuration": {"value": 30, "unit": "d"},
                    "numberOfRepeatsAllowed": 5,
                },
            },
            False,
        ),
        ({"authoredOn": "2009-01-01"}, False),
    ],
)
def test_a_course_is_over_when_it_ended_before_that_day(
    fields: dict[str, Any], is_over: bool
) -> None:
    built = read(order(**fields))
    assert where(built, "Aspirin") == ["past_medications" if is_over else "current_medications"]
    assert ("still_marked_active" in item_of(built, "Aspirin")) is is_over


@pytest.mark.rule("R-READ-512")
def test_a_course_goes_on_while_one_of_its_dosages_has_no_end() -> None:
    first = {"sequence": 1, "timing": {"repeat": {"boundsPeriod": {"end": "2020-01-01"}}}}
    then = {"sequence": 2, "text": "for life"}
    assert where(read(order(dosageInstruction=[first, then])), "Aspirin") == ["current_medications"]


@pytest.mark.rule("R-READ-513")
def test_orders_of_one_drug_and_dosage_share_a_line_with_newest_first_and_number() -> None:
    dosage = {"dosageInstruction": [{"text": "daily"}]}
    dates = ["2024-01-01", "2026-01-01", "2025-01-01"]
    same = [order(id=day, authoredOn=day, **dosage) for day in dates]
    other = order(authoredOn="2026-02-01", dosageInstruction=[{"text": "twice daily"}])
    lines = read(*same, other)["current_medications"]
    assert [(line["dosage"], line.get("orders")) for line in lines] == [
        (["twice daily"], None),
        (["daily"], 3),
    ]
    assert (lines[1]["authored"], lines[1]["first_authored"]) == ("2026-01-01", "2024-01-01")


@pytest.mark.rule("R-READ-514")
def test_a_missing_medication_leaves_the_order() -> None:
    bare = {"resourceType": "MedicationRequest", "status": "active", "intent": "order"}
    absent = {**bare, "medicationReference": {"reference": "Medication/x"}}
    shown = {**bare, "medicationReference": {"reference": "Medication/x", "display": "Digoxin"}}
    built = read(absent, shown, bare)
    assert item_of(built, "not stated")["number"] == 2
    assert where(built, "Digoxin") == ["current_medications"]


@pytest.mark.rule("R-READ-514")
@pytest.mark.parametrize("lost", [{"status": "entered-in-error"}, NEGATED])
def test_a_medication_that_was_set_apart_names_nothing(lost: dict[str, Any]) -> None:
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "Digoxin"}, **lost}
    bare = {"resourceType": "MedicationRequest", "status": "active", "intent": "order"}
    built = read(medicine, {**bare, "medicationReference": {"reference": "Medication/m"}})
    assert where(built, "Digoxin") == []
    assert where(built, "not stated") == ["current_medications"]


@pytest.mark.rule("R-READ-514")
def test_ingredients_and_form_give_strength_and_form() -> None:
    strength = {
        "numerator": {"value": 5, "unit": "mg"},
        "denominator": {"value": 1, "unit": "tablet"},
    }
    medicine = {
        "resourceType": "Medication",
        "id": "m",
        "code": {"text": "Eliquis"},
        "form": {"text": "film-coated tablet"},
        "ingredient": [{"itemCodeableConcept": {"text": "Apixaban"}, "strength": strength}],
    }
    bare = {"resourceType": "MedicationRequest", "status": "active", "intent": "order"}
    item = item_of(
        read(medicine, {**bare, "medicationReference": {"reference": "Medication/m"}}), "Eliquis"
    )
    assert item["ingredients"] == ["Apixaban 5 mg per 1 tablet"]
    assert item["form"] == "film-coated tablet"
