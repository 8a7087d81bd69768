"""What is accepted as a patient's record, and what the refusal says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.workflows.diagnosis.record import ERRORS_SHOWN, InvalidRecord, validate_record
from tests.unit.workflows.diagnosis.charts import bundle, condition, observation

PATIENT_ENTRY = {"resource": {"resourceType": "Patient"}}


def errors_of(value: Any) -> list[dict[str, str]]:
    with pytest.raises(InvalidRecord) as caught:
        validate_record(value)
    assert isinstance(caught.value, ValueError)
    return caught.value.errors


def test_a_bundle_with_one_patient_is_counted_by_type() -> None:
    counted = validate_record(bundle(condition(), condition(), observation())).resources
    assert counted == {"Condition": 2, "Observation": 1, "Patient": 1}
    assert list(counted) == sorted(counted)


@pytest.mark.parametrize(
    ("value", "field", "message"),
    [
        (None, "body", "must be a FHIR Bundle, a JSON object"),
        ([], "body", "must be a FHIR Bundle, a JSON object"),
        ("Bundle", "body", "must be a FHIR Bundle, a JSON object"),
        ({"entry": [PATIENT_ENTRY]}, "body.resourceType", "must be 'Bundle'"),
        (
            {"resourceType": "Patient", "entry": [PATIENT_ENTRY]},
            "body.resourceType",
            "must be 'Bundle'",
        ),
        ({"resourceType": "Bundle"}, "body.entry", "is required and must be an array"),
        ({"resourceType": "Bundle", "entry": {}}, "body.entry", "is required and must be an array"),
        (
            {"resourceType": "Bundle", "entry": []},
            "body.entry",
            "must hold exactly one Patient resource, holds 0",
        ),
        (
            {"resourceType": "Bundle", "entry": [PATIENT_ENTRY] * 2},
            "body.entry",
            "must hold exactly one Patient resource, holds 2",
        ),
        (
            {"resourceType": "Bundle", "entry": [PATIENT_ENTRY, None]},
            "body.entry[1]",
            "must be an object",
        ),
        (
            {"resourceType": "Bundle", "entry": [{}, PATIENT_ENTRY]},
            "body.entry[0].resource",
            "is required and must be an object",
        ),
        (
            {"resourceType": "Bundle", "entry": [{"resource": []}]},
            "body.entry[0].resource",
            "is required and must be an object",
        ),
    ],
)
def test_anything_else_is_refused_with_the_field(value: Any, field: str, message: str) -> None:
    assert errors_of(value) == [{"field": field, "message": message}]


@pytest.mark.parametrize(
    "name", [None, 7, "", "patient", "Zebulon Quartermain", "P", ["Patient"], "P" * 65]
)
def test_a_resource_needs_a_type_name(name: Any) -> None:
    (error,) = errors_of(
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": name}}]}
    )
    assert error["field"] == "body.entry[0].resource.resourceType"
    assert "Zebulon" not in error["message"]


def test_every_fault_is_listed_up_to_a_limit() -> None:
    assert [error["field"] for error in errors_of({"entry": [1, {"resource": 2}]})] == [
        "body.resourceType",
        "body.entry[0]",
        "body.entry[1].resource",
    ]
    assert len(errors_of({"resourceType": "Bundle", "entry": [1] * 500})) == ERRORS_SHOWN


def test_a_contained_patient_is_not_counted() -> None:
    holder = condition(contained=[{"resourceType": "Patient"}])
    assert validate_record(bundle(holder)).resources == {"Condition": 1, "Patient": 1}


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["Bundle", "Patient", ""])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["resourceType", "entry", "resource"]), inner, max_size=3),
    ),
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_value_is_counted_or_refused(value: Any) -> None:
    try:
        counted = validate_record(value).resources
    except InvalidRecord:
        assert errors_of(value)
    else:
        assert counted["Patient"] == 1


def test_names_that_no_type_has_are_listed_by_the_handful_and_counted() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    strange = [{"resourceType": f"Zz{one}{two}"} for one in letters for two in letters]
    counted = validate_record(bundle(*strange)).resources
    assert sum(counted.values()) == len(strange) + 1
    assert (len(counted), counted["Unknown"]) == (22, len(strange) - 20)


def test_many_unfinished_searches_are_warned_of_in_a_handful_of_sentences() -> None:
    page = {"resourceType": "Bundle", "type": "searchset", "total": 9, "entry": []}
    pages = [{**page, "total": total} for total in range(3, 300)]
    warnings = [one for one in validate_record(bundle(*pages)).warnings if "incomplete" in one]
    assert len(warnings) == 6
    assert "292 more" in warnings[-1]
