"""Observations: where they go, and values, ranges and components of every type."""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.charts import (
    bundle,
    loinc,
    observation,
    pack,
    quantity,
    snomed,
)


def only(record: Any, section: str) -> dict[str, Any]:
    (item,) = pack(record)[section]
    assert isinstance(item, dict)
    return item


def test_a_vital_sign_without_display_or_category_is_known_by_its_loinc_code() -> None:
    heart_rate = {
        "resourceType": "Observation",
        "status": "final",
        "code": loinc("8867-4"),
        "valueQuantity": quantity(61, "/min"),
    }
    assert only(bundle(heart_rate), "vital_signs") == {
        "name": "Heart rate",
        "code": "LOINC 8867-4",
        "value": 61,
        "unit": "/min",
    }


@pytest.mark.parametrize(
    ("category", "section"),
    [
        ([{"coding": [{"code": "vital-signs"}]}], "vital_signs"),
        ([{"text": "Vital Signs"}], "vital_signs"),
        ([{"coding": [{"code": "laboratory"}]}], "laboratory_results"),
        ([{"coding": [{"code": "LAB"}]}], "laboratory_results"),
        ([{"coding": [{"code": "survey"}]}], "other_observations"),
        ([{"coding": [{"code": "social-history"}]}, {"text": "Laboratory"}], "laboratory_results"),
        (None, "other_observations"),
        ("laboratory", "laboratory_results"),
    ],
)
def test_an_observation_goes_where_its_category_says(category: Any, section: str) -> None:
    assert (
        only(bundle(observation(category=None) | {"category": category}), section)["name"]
        == "Hemoglobin"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (
            {"valueQuantity": {"value": 4.6881, "unit": "mmol/L"}},
            {"value": 4.6881, "unit": "mmol/L"},
        ),
        ({"valueQuantity": {"value": 0, "code": "mm[Hg]"}}, {"value": 0, "unit": "mm[Hg]"}),
        ({"valueQuantity": {"value": 5, "comparator": "<"}}, {"value": 5, "comparator": "<"}),
        ({"valueQuantity": {"value": "5.40", "unit": "g"}}, {"value": "5.40", "unit": "g"}),
        ({"valueCodeableConcept": snomed("266919005", "Never smoker")}, {"value": "Never smoker"}),
        ({"valueString": "trace"}, {"value": "trace"}),
        ({"valueBoolean": False}, {"value": False}),
        ({"valueInteger": 0}, {"value": 0}),
        (
            {"valueRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "mm"}}},
            {"value": "1 to 2 mm"},
        ),
        (
            {"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}},
            {"value": "1 : 128"},
        ),
        ({"valueSampledData": {"data": "1 2 3"}}, {"value": "sampled data, 3 points, not shown"}),
        ({"valueTime": "07:30:00"}, {"value": "07:30:00"}),
        ({"valueDateTime": "2020-02-03T04:05:06Z"}, {"value": "2020-02-03T04:05Z"}),
        ({"valuePeriod": {"start": "2020", "end": "2021-05"}}, {"value": "2020 to 2021-05"}),
        (
            {"dataAbsentReason": {"coding": [{"code": "unknown", "display": "Unknown"}]}},
            {"absent": "Unknown"},
        ),
        ({}, {}),
    ],
)
def test_a_value_of_any_type_is_shown(value: dict[str, Any], shown: dict[str, Any]) -> None:
    item = only(bundle(observation(**value)), "laboratory_results")
    assert {key: item[key] for key in item if key not in ("name", "code")} == shown


def test_a_result_has_its_interpretation_and_reference_ranges() -> None:
    item = only(
        bundle(
            observation(
                valueQuantity=quantity(9.1),
                interpretation=[{"coding": [{"code": "L", "display": "Low"}]}],
                referenceRange=[
                    {"low": {"value": 13, "unit": "g/dL"}, "high": {"value": 17, "unit": "g/dL"}},
                    {"low": {"value": 12}},
                    {"text": "for adults"},
                ],
                status="preliminary",
            )
        ),
        "laboratory_results",
    )
    assert item["interpretation"] == ["Low"]
    assert item["reference_ranges"] == ["13 g/dL to 17 g/dL", "from 12", "for adults"]
    assert item["status"] == "preliminary"


def test_a_blood_pressure_is_shown_with_its_components() -> None:
    parts = [
        {
            "code": loinc("8462-4", "Diastolic Blood Pressure"),
            "valueQuantity": quantity(72, "mm[Hg]"),
        },
        {"code": loinc("8480-6"), "valueQuantity": quantity(114, "mm[Hg]")},
        {"code": loinc("8478-0"), "dataAbsentReason": {"text": "not measured"}},
        "not a component",
    ]
    pressure = observation(
        "85354-9", "Blood Pressure", "vital-signs", effectiveDateTime="2020-01-01", component=parts
    )
    assert only(bundle(pressure), "vital_signs") == {
        "name": "Blood Pressure",
        "code": "LOINC 85354-9",
        "date": "2020-01-01",
        "components": [
            {
                "name": "Diastolic Blood Pressure",
                "code": "LOINC 8462-4",
                "value": 72,
                "unit": "mm[Hg]",
            },
            {
                "name": "Systolic blood pressure",
                "code": "LOINC 8480-6",
                "value": 114,
                "unit": "mm[Hg]",
            },
            {"name": "Mean blood pressure", "code": "LOINC 8478-0", "absent": "not measured"},
        ],
    }
