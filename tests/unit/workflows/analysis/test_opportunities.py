"""The model's answer: whole, ranked, and every reference leading to a piece of evidence."""

import json
from typing import Any

import pytest

from local.model.request import read_call
from shared.workflows.analysis.opportunities import (
    AnswerInvalid,
    answer_schema,
    ranked,
    validate_answer,
)
from tests.unit.workflows.analysis.analysis_stage import an_answer, an_opportunity

IDS = {"e1", "e2", "e3"}


def errors_of(text: str) -> list[str]:
    with pytest.raises(AnswerInvalid) as caught:
        validate_answer(text, IDS)
    return caught.value.errors


def test_a_valid_answer_is_ranked_in_its_order() -> None:
    first, second = (
        an_opportunity(title="B", evidence=["e2", "e1", "e2"]),
        an_opportunity(title="A", confidence=1, extra=5),
    )
    listed = ranked(validate_answer(an_answer(first, second), IDS))
    assert [(one["rank"], one["title"], one["evidence"], one["confidence"]) for one in listed] == [
        (1, "B", ["e2", "e1"], 0.6),
        (2, "A", ["e1"], 1),
    ]
    assert set(listed[0]) == {
        "rank",
        "title",
        "rationale",
        "first_step",
        "evidence",
        "effort",
        "confidence",
    }


def test_a_reference_that_leads_nowhere_is_named_by_its_place() -> None:
    text = an_answer(an_opportunity(), an_opportunity(title="B", evidence=["e3", "e9", "E1", ""]))
    assert errors_of(text) == [
        f"opportunities[1].evidence[{place}] refers to no collected evidence" for place in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"evidence": []}, "evidence must be a list of at least one evidence id"),
        ({"evidence": "e1"}, "evidence must be a list of at least one evidence id"),
        ({"evidence": [7]}, "evidence[0] must be a text"),
        ({"effort": "tiny"}, "effort must be one of low, medium, high"),
        ({"confidence": 1.01}, "confidence must be a number between 0 and 1"),
        ({"confidence": -0.1}, "confidence must be a number between 0 and 1"),
        ({"confidence": "high"}, "confidence must be a number between 0 and 1"),
        ({"title": "  "}, "title must be a text that is not empty"),
        ({"rationale": None}, "rationale must be a text that is not empty"),
        ({"first_step": ""}, "first_step must be a text that is not empty"),
    ],
)
def test_every_field_of_an_opportunity_is_checked(changes: dict[str, Any], error: str) -> None:
    assert errors_of(an_answer(an_opportunity(**changes))) == [f"opportunities[0].{error}"]


@pytest.mark.parametrize("name", list(an_opportunity()))
def test_every_field_is_required(name: str) -> None:
    [error] = errors_of(
        an_answer({key: value for key, value in an_opportunity().items() if key != name})
    )
    assert error.startswith(f"opportunities[0].{name} must be ")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the answer is not valid JSON"),
        ('{"summary": "cut', "the answer is not valid JSON"),
        ('{"summary": NaN}', "the answer is not valid JSON"),
        ("[" * 100_000, "the answer is not valid JSON"),
        ("[]", "the answer must be a JSON object"),
        (an_answer(summary=""), "summary must be a text that is not empty"),
        (
            json.dumps({"summary": "s", "opportunities": []}),
            "opportunities must be a list of 1 to 10",
        ),
        (
            an_answer(*[an_opportunity(title=str(n)) for n in range(11)]),
            "opportunities must be a list of 1 to 10",
        ),
        (
            json.dumps({"summary": "s", "opportunities": ["x"]}),
            "opportunities[0] must be an object",
        ),
        (
            an_answer(an_opportunity(), an_opportunity(title="TAG the pumps")),
            "opportunities[1].title repeats an earlier one",
        ),
    ],
)
def test_what_is_no_analysis_is_refused(text: str, error: str) -> None:
    assert errors_of(text) == [error]


def test_nothing_of_the_answer_stands_in_its_errors() -> None:
    secret = an_opportunity(title="", effort="SECRET", evidence=["SECRET"])
    assert "SECRET" not in "".join(errors_of(an_answer(secret, summary="")))


def test_the_schema_is_one_that_structured_output_takes() -> None:
    form = {"format": {"type": "json_schema", "schema": answer_schema()}}
    body = {
        "model": "m",
        "max_tokens": 10,
        "messages": [{"role": "user", "content": "x"}],
        "output_config": form,
    }
    assert read_call(body).schema == answer_schema()
