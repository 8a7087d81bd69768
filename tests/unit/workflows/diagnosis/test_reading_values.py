"""Values, ranges, units and dosages: READING.md section 7."""

from typing import Any

import pytest

from shared.workflows.diagnosis.units import are_different
from tests.unit.workflows.diagnosis.readings import NEGATED, concept, item_of, read, resource

REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT = {"extension": [{"url": REASON, "valueCode": "not-performed"}]}


def result(**fields: Any) -> dict[str, Any]:
    return item_of(read(resource("Observation", "Test", status="final", **fields)), "Test")


@pytest.mark.rule("R-READ-701")
@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"valueQuantity": {"value": 1.50, "unit": "mg/dL"}}, {"value": 1.5, "unit": "mg/dL"}),
        (
            {"valueQuantity": {"value": 9, "comparator": ">=", "unit": "mm"}},
            {"value": 9, "comparator": ">=", "unit": "mm"},
        ),
        (
            {
                "valueRatio": {
                    "numerator": {"value": 1},
                    "denominator": {"value": 8, "comparator": ">"},
                }
            },
            {"value": "1 : > 8"},
        ),
        ({"valueRange": {"high": {"value": 4, "unit": "mm"}}}, {"value": "up to 4 mm"}),
        ({"valueBoolean": False}, {"value": False}),
        ({"valueTime": "07:30:00"}, {"value": "07:30:00"}),
        ({"valueDateTime": "2026-10-01T08:00:00Z"}, {"value": "2026-10-01T08:00Z"}),
        ({"valuePeriod": {"start": "2026-10-01"}}, {"value": "from 2026-10-01"}),
        ({"valueQuantity": {"unit": "mg"}}, {}),
    ],
)
def test_a_value_keeps_its_form(fields: dict[str, Any], shown: dict[str, Any]) -> None:
    item = result(**fields)
    assert {key: item[key] for key in item if key != "name"} == shown


@pytest.mark.rule("R-READ-701")
@pytest.mark.parametrize(
    "fields",
    [
        {"dataAbsentReason": {"coding": [{"code": "not-performed"}]}},
        {"_valueString": ABSENT},
        {"valueQuantity": {"unit": "mg", "_value": ABSENT}},
        {"valueCodeableConcept": ABSENT},
    ],
)
def test_a_reason_for_absence_stands_instead_of_a_value(fields: dict[str, Any]) -> None:
    item = result(**fields)
    assert ("value" in item, item["absent"]) == (False, "not-performed")


@pytest.mark.rule("R-READ-701")
@pytest.mark.parametrize(
    ("unit", "code", "differ"),
    [
        ("mg/dL", "mmol/L", True),
        ("mg", "ug", True),
        ("mg/dl", "mg/dL", False),
        ("mcg", "ug", False),
        ("milligram", "mg", False),
        ("mm Hg", "mm[Hg]", False),
        ("IU/L", "U/L", False),
        ("°C", "[degF]", True),
        ("g/L", "mg/mL", False),
        ("tablet", "{tbl}", False),
        ("beats per minute", "/min", False),
    ],
)
def test_a_code_of_another_unit_is_a_conflict(unit: str, code: str, differ: bool) -> None:
    assert are_different(unit, code) is differ
    item = result(valueQuantity={"value": 5, "unit": unit, "code": code})
    assert item["unit"] == unit
    assert ("unit_conflict" in item) is differ


@pytest.mark.rule("R-READ-702")
@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"low": {"value": 3, "unit": "mm"}}, "from 3 mm"),
        ({"high": {"value": 3}, "text": "up to 3"}, "up to 3"),
        ({"high": {"value": 3}, "text": "<3"}, "up to 3 (<3)"),
        (
            {"low": {"value": 3}, "high": {"value": 5}, "text": "fasting 3-5"},
            "3 to 5 (fasting 3-5)",
        ),
        ({"text": "negative"}, "negative"),
        (
            {
                "low": {"value": 1},
                "type": {"text": "treatment"},
                "appliesTo": [{"text": "female"}, {"text": "pregnant"}],
                "age": {"low": {"value": 18, "unit": "a"}, "high": {"value": 40, "unit": "a"}},
            },
            "from 1 (treatment; female; pregnant; age 18 a to 40 a)",
        ),
    ],
)
def test_a_range_has_its_bounds_conditions_and_text(given: dict[str, Any], shown: str) -> None:
    assert result(valueInteger=4, referenceRange=[given])["reference_ranges"] == [shown]


@pytest.mark.rule("R-READ-702")
def test_all_ranges_interpretations_and_notes_stay_with_their_value() -> None:
    ranges = [{"low": {"value": n}} for n in range(8)]
    item = result(
        valueInteger=4,
        referenceRange=ranges,
        interpretation=[{"text": "H"}, {"text": "delta up"}],
        note=[{"text": "haemolysed"}],
    )
    assert len(item["reference_ranges"]) == 8
    assert item["interpretation"] == ["High", "delta up"]
    assert item["notes"] == ["haemolysed"]


def dosed(*dosages: dict[str, Any]) -> list[str]:
    order = resource(
        "MedicationRequest",
        "Drug",
        status="active",
        intent="order",
        dosageInstruction=list(dosages),
    )
    found = item_of(read(order), "Drug")["dosage"]
    assert isinstance(found, list)
    return found


def mg(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "mg"}


@pytest.mark.rule("R-READ-703")
@pytest.mark.parametrize(
    ("dosage", "words"),
    [
        ({"text": "as told"}, "as told"),
        ({"additionalInstruction": [{"text": "with food"}]}, "with food"),
        ({"patientInstruction": "swallow whole"}, "patient told: swallow whole"),
        ({"asNeededBoolean": True}, "as needed"),
        ({"asNeededCodeableConcept": {"text": "pain"}}, "as needed for pain"),
        ({"site": {"text": "left arm"}}, "at left arm"),
        ({"route": {"text": "IV"}}, "IV"),
        ({"method": {"text": "push"}}, "by push"),
        ({"doseAndRate": [{"doseQuantity": mg(5)}]}, "5 mg"),
        ({"doseAndRate": [{"doseQuantity": {"value": 2}}]}, "2 (unit not stated)"),
        ({"doseAndRate": [{"doseRange": {"low": mg(5), "high": mg(10)}}]}, "5 mg to 10 mg"),
        (
            {"doseAndRate": [{"rateQuantity": {"value": 7, "unit": "mL/h"}}]},
            "at a rate of 7 mL/h",
        ),
        (
            {"doseAndRate": [{"rateRange": {"low": mg(1), "high": mg(2)}}]},
            "at a rate of 1 mg to 2 mg",
        ),
        (
            {
                "doseAndRate": [
                    {"rateRatio": {"numerator": mg(4), "denominator": {"value": 1, "unit": "h"}}}
                ]
            },
            "at a rate of 4 mg per 1 h",
        ),
        (
            {"maxDosePerPeriod": {"numerator": mg(40), "denominator": {"value": 24, "unit": "h"}}},
            "at most 40 mg per 24 h",
        ),
        ({"maxDosePerAdministration": mg(10)}, "at most 10 mg per administration"),
        ({"maxDosePerLifetime": mg(550)}, "at most 550 mg in a lifetime"),
        (
            {"text": "1 daily", "doseAndRate": [{"doseQuantity": mg(5)}]},
            "1 daily (structured: 5 mg)",
        ),
    ],
)
def test_every_part_of_a_dosage_is_said(dosage: dict[str, Any], words: str) -> None:
    assert dosed(dosage) == [words]


@pytest.mark.rule("R-READ-703")
def test_dosages_follow_their_sequence() -> None:
    taper = [
        {"sequence": 2, "text": "20 mg"},
        {"sequence": 1, "text": "40 mg"},
        {"sequence": 2, "text": "and folate"},
    ]
    assert dosed(*taper) == ["40 mg", "then 20 mg", "and folate"]


@pytest.mark.rule("R-READ-703")
def test_an_administrations_dose_and_rate_are_said() -> None:
    given = resource(
        "MedicationAdministration",
        "Drug",
        status="completed",
        dosage={
            "dose": mg(5),
            "rateQuantity": {"value": 7, "unit": "mL/h"},
            "route": {"text": "IV"},
        },
    )
    assert item_of(read(given), "Drug")["dosage"] == ["5 mg at a rate of 7 mL/h, IV"]


@pytest.mark.rule("R-READ-704")
@pytest.mark.parametrize(
    ("repeat", "words"),
    [
        ({"frequency": 3, "period": 1, "periodUnit": "d"}, "3 times per day"),
        ({"frequency": 1, "period": 1, "periodUnit": "wk"}, "once per week"),
        ({"frequency": 1, "period": 2, "periodUnit": "wk"}, "once per 2 wk"),
        (
            {"frequency": 1, "frequencyMax": 2, "period": 4, "periodMax": 6, "periodUnit": "h"},
            "1 to 2 times per 4 to 6 h",
        ),
        ({"period": 8, "periodUnit": "h"}, "every 8 h"),
        ({"period": 1, "periodMax": 2, "periodUnit": "d"}, "every 1 to 2 d"),
        ({"frequency": 2}, "2 times"),
        ({"dayOfWeek": ["mon", "thu"]}, "on Monday, Thursday"),
        ({"timeOfDay": ["08:00:00", "20:00:00"]}, "at 08:00, 20:00"),
        ({"when": ["HS"]}, "at bedtime"),
        ({"when": ["PCM"]}, "after breakfast"),
        ({"when": ["ACM"], "offset": 30}, "30 minutes before breakfast"),
        ({"when": ["WAKE"], "offset": 30}, "30 minutes later than on waking"),
        ({"count": 10}, "10 times in all"),
        ({"count": 5, "countMax": 7}, "5 to 7 times in all"),
        ({"duration": 30, "durationUnit": "min"}, "each over 30 min"),
        ({"duration": 30, "durationMax": 60, "durationUnit": "min"}, "each over 30 to 60 min"),
        ({"boundsDuration": {"value": 7, "unit": "d"}}, "for 7 d"),
        ({"boundsRange": {"low": {"value": 5}, "high": {"value": 7, "unit": "d"}}}, "for 5 to 7 d"),
        (
            {"boundsPeriod": {"start": "2026-11-01", "end": "2027-01-01"}},
            "from 2026-11-01 to 2027-01-01",
        ),
        ({"boundsPeriod": {"end": "2027-01-01"}}, "until 2027-01-01"),
    ],
)
def test_every_part_of_a_timing_is_said_in_words(repeat: dict[str, Any], words: str) -> None:
    assert dosed({"timing": {"repeat": repeat}}) == [words]


@pytest.mark.rule("R-READ-704")
def test_events_and_codes_of_a_timing() -> None:
    assert dosed({"timing": {"event": ["2026-12-01T08:00:00Z"]}}) == ["at 2026-12-01T08:00Z"]
    bid = concept("http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "BID")
    assert dosed({"timing": {"code": bid}}) == ["twice a day (BID)"]
    assert dosed({"timing": {"code": {"text": "every other Tuesday"}}}) == ["every other Tuesday"]


@pytest.mark.rule("R-READ-102")
def test_a_component_that_is_not_understood_is_left_out_and_said() -> None:
    parts = [{"code": {"text": "Kept"}, "valueInteger": 1}, {"code": {"text": "Lost"}, **NEGATED}]
    item = result(component=parts)
    assert ([one["name"] for one in item["components"]], item["parts_not_understood"]) == (
        ["Kept"],
        1,
    )
