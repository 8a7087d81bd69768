"""The model's answer: what is accepted, what is said of the rest, and the document made of it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.workflows.diagnosis.result import (
    AnswerInvalid,
    DiagnosisAnswer,
    answer_schema,
    diagnosis_document,
    validate_answer,
)

GOOD: dict[str, Any] = {
    "summary": "Probable iron deficiency.",
    "findings": ["Hemoglobin 9.1 g/dL on 2020-01-01"],
    "recommendations": ["Measure ferritin"],
    "risk_level": "moderate",
    "confidence_score": 0.7,
}
SECRET = "Zebulon"


def errors_of(answer: Any, *, require_confidence: bool = False) -> list[str]:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    with pytest.raises(AnswerInvalid) as caught:
        validate_answer(text, require_confidence=require_confidence)
    assert caught.value.__cause__ is None
    assert SECRET not in repr(caught.value) + str(caught.value.errors)
    return caught.value.errors


def test_a_good_answer_is_read_as_it_is() -> None:
    assert validate_answer(json.dumps(GOOD), require_confidence=True).model_dump() == GOOD


@pytest.mark.parametrize(
    "text",
    ["  \n{}\n", "\ufeff{}", "```json\n{}\n```", "```\n{}\n```", "```JSON\n{}```"],
)
def test_white_space_and_code_fences_around_it_do_not_matter(text: str) -> None:
    answer = validate_answer(
        text.replace("{}", json.dumps(GOOD, indent=1)), require_confidence=False
    )
    assert answer.summary == GOOD["summary"]


def test_fields_nobody_asked_for_are_ignored_and_optional_ones_may_be_missing_or_null() -> None:
    least = {"summary": "s", "findings": [], "recommendations": []}
    bare = DiagnosisAnswer(summary="s", findings=[], recommendations=[])
    assert validate_answer(json.dumps(least), require_confidence=False) == bare
    extra = {**least, "risk_level": None, "confidence_score": None, SECRET: {"x": 1}}
    assert validate_answer(json.dumps(extra), require_confidence=False) == bare


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"summary": None}, ["summary is required and must be a string"]),
        ({"summary": 7}, ["summary is required and must be a string"]),
        ({"summary": " \n"}, ["summary must not be empty"]),
        ({"findings": None}, ["findings is required and must be an array"]),
        ({"findings": SECRET}, ["findings is required and must be an array"]),
        ({"findings": {"0": SECRET}}, ["findings is required and must be an array"]),
        (
            {"findings": ["ok", 2, None]},
            ["findings[1] must be a string", "findings[2] must be a string"],
        ),
        ({"recommendations": [[SECRET]]}, ["recommendations[0] must be a string"]),
        ({"risk_level": SECRET}, ["risk_level must be one of low, moderate, high, critical"]),
        ({"risk_level": "HIGH"}, ["risk_level must be one of low, moderate, high, critical"]),
        ({"risk_level": 1}, ["risk_level must be one of low, moderate, high, critical"]),
        ({"confidence_score": 1.01}, ["confidence_score must be a number between 0 and 1"]),
        ({"confidence_score": -0.1}, ["confidence_score must be a number between 0 and 1"]),
        ({"confidence_score": "0.7"}, ["confidence_score must be a number between 0 and 1"]),
        ({"confidence_score": True}, ["confidence_score must be a number between 0 and 1"]),
    ],
)
def test_a_wrong_field_is_named_and_its_value_is_not(
    change: dict[str, Any], errors: list[str]
) -> None:
    assert errors_of({**GOOD, **change}) == errors


@pytest.mark.parametrize("confidence", [0, 1, 0.0, 1.0, 0.5])
def test_the_bounds_of_confidence_belong_to_it(confidence: float) -> None:
    assert (
        validate_answer(
            json.dumps({**GOOD, "confidence_score": confidence}), require_confidence=True
        ).confidence_score
        == confidence
    )


def test_all_missing_fields_are_listed() -> None:
    assert errors_of({}, require_confidence=True) == [
        "summary is required and must be a string",
        "findings is required and must be an array",
        "recommendations is required and must be an array",
        "confidence_score is required and must be a number between 0 and 1",
    ]


@pytest.mark.parametrize("given_null", [True, False])
def test_confidence_is_required_where_the_door_asks_for_it(given_null: bool) -> None:
    answer = {key: value for key, value in GOOD.items() if key != "confidence_score"} | (
        {"confidence_score": None} if given_null else {}
    )
    assert errors_of(answer, require_confidence=True) == [
        "confidence_score is required and must be a number between 0 and 1"
    ]
    assert validate_answer(json.dumps(answer), require_confidence=False).confidence_score is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the answer is empty"),
        (" \n\t", "the answer is empty"),
        (f"I am sorry, {SECRET}", "the answer is not valid JSON"),
        ('{"summary": "Zebulon', "the answer is not valid JSON"),
        ('{"confidence_score": NaN}', "the answer is not valid JSON"),
        ('{"confidence_score": -Infinity}', "the answer is not valid JSON"),
        ('{"confidence_score": 1e999}', "the answer is not valid JSON"),
        ('{"summary": "\\ud800"}', "the answer is not valid JSON"),
        ('{"x": ' + "9" * 5000 + "}", "the answer is not valid JSON"),
        ("[" * 100_000, "the answer is not valid JSON"),
        ('{"a":' * 100_000, "the answer is not valid JSON"),
        ('["Zebulon"]', "the answer must be a JSON object"),
        ('"Zebulon"', "the answer must be a JSON object"),
        ("null", "the answer must be a JSON object"),
        ("7", "the answer must be a JSON object"),
    ],
)
def test_what_is_no_object_is_refused(text: str, error: str) -> None:
    assert errors_of(text) == [error]


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.just(SECRET)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([*GOOD, SECRET]), inner, max_size=4),
    ),
)


@settings(max_examples=300, deadline=None)
@given(
    answer=st.one_of(ANYTHING, st.fixed_dictionaries(dict.fromkeys(GOOD, ANYTHING))),
    require=st.booleans(),
)
def test_any_json_is_accepted_or_refused_without_its_values(answer: Any, require: bool) -> None:
    text = json.dumps(answer)
    try:
        accepted = validate_answer(text, require_confidence=require)
    except AnswerInvalid:
        assert errors_of(text, require_confidence=require)
    else:
        assert accepted.summary
        assert accepted.confidence_score is not None or not require


def walk(schema: Any) -> list[dict[str, Any]]:
    children = (
        schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    )
    return ([schema] if isinstance(schema, dict) else []) + [
        found for child in children for found in walk(child)
    ]


@pytest.mark.parametrize("require", [True, False])
def test_the_schema_uses_only_what_structured_outputs_support(require: bool) -> None:
    schema = answer_schema(require)
    for part in walk(schema):
        assert not {
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "pattern",
            "default",
            "$ref",
        } & set(part)
        assert part.get("type") != "object" or part["additionalProperties"] is False
    assert set(schema["properties"]) == set(DiagnosisAnswer.model_fields)
    assert ("confidence_score" in schema["required"]) is require
    required = {name for name, field in DiagnosisAnswer.model_fields.items() if field.is_required()}
    assert required == set(schema["required"]) - {"confidence_score"}


def test_the_document_is_the_answer_with_its_metadata() -> None:
    metadata: dict[str, Any] = {
        "model": "claude-sonnet-5-5",
        "usage": {"input_tokens": 1},
        "prompt_version": "p1",
        "schema_version": "v1",
        "context_hash": "ab",
        "created_at": "2026-11-21T00:00:00Z",
        "warnings": ["w"],
    }
    answer = validate_answer(json.dumps(GOOD), require_confidence=False)
    assert diagnosis_document(answer, **metadata) == {**GOOD, "metadata": metadata}
    bare = DiagnosisAnswer(summary="s", findings=[], recommendations=[])
    assert set(diagnosis_document(bare, **metadata)) == {
        "summary",
        "findings",
        "recommendations",
        "metadata",
    }
