"""An agent's answer: what is accepted, how its files are cleaned, and what is said of the rest."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.records.money import TokenUsage
from shared.runs.model import ModelAnswer, StopReason, cut_notes
from shared.workflows.orchestration.answer import (
    MAX_DESCRIPTION,
    MAX_FILE_CHARACTERS,
    MAX_FILES,
    MAX_NOTES,
    AgentAnswer,
    AnsweredFile,
    AnswerInvalid,
    answer_schema,
    read_answer,
)
from tests.unit.workflows.orchestration.studio import an_answer

SECRET = "Zebulon"


def read(
    text: str, stop_reason: StopReason = StopReason.COMPLETE, taken: tuple[str, ...] = ()
) -> AgentAnswer:
    return read_answer(ModelAnswer(text, "m", stop_reason, TokenUsage()), "planning", taken)


def errors_of(value: Any) -> list[str]:
    with pytest.raises(AnswerInvalid) as caught:
        read(value if isinstance(value, str) else json.dumps(value))
    assert caught.value.__cause__ is None
    assert SECRET not in repr(caught.value) + str(caught.value.errors)
    return caught.value.errors


def file(**changes: Any) -> dict[str, Any]:
    return {"path": "a.md", "content": "# A", "description": "First", **changes}


def test_files_are_read_with_clean_paths() -> None:
    answer = {
        "files": [
            file(path="planning/../PRD.md"),
            file(path="prd.md"),
            file(path="_scratch.md"),
            file(path="PRD.md", description="a\n\x00 b "),
        ],
        "notes": " Assumed daily data. ",
        "extra": SECRET,
    }
    assert read("\ufeff " + json.dumps(answer)) == AgentAnswer(
        files=(
            AnsweredFile("PRD.md", "# A", "First"),
            AnsweredFile("prd-2.md", "# A", "First"),
            AnsweredFile("PRD-3.md", "# A", "a b"),
        ),
        notes="Assumed daily data.",
        ignored=1,
    )


def test_what_another_agent_took_is_not_taken_again() -> None:
    assert [made.path for made in read(an_answer({"a.md": "x"}), taken=("A.md",)).files] == [
        "a-2.md"
    ]


def test_a_description_and_notes_may_be_missing_and_are_bounded() -> None:
    assert read('{"files": [{"path": "a.md", "content": ""}]}') == AgentAnswer(
        (AnsweredFile("a.md", "", ""),), "", 0
    )
    long = read(json.dumps({"files": [file(description="d" * 5_000)], "notes": "n" * 5_000}))
    assert (len(long.files[0].description), len(long.notes)) == (MAX_DESCRIPTION, MAX_NOTES)


def test_no_files_is_an_answer_and_left_to_the_checks() -> None:
    assert read('{"files": [], "notes": "refused to plan harm"}').files == ()


@pytest.mark.parametrize(
    "stop_reason", [StopReason.OUTPUT_LIMIT, StopReason.CONTEXT_LIMIT, StopReason.UNFINISHED]
)
def test_a_cut_answer_is_none(stop_reason: StopReason) -> None:
    with pytest.raises(AnswerInvalid) as caught:
        read(an_answer({"a.md": "x"}), stop_reason)
    assert caught.value.errors == cut_notes(stop_reason) != []


@pytest.mark.parametrize(
    ("value", "errors"),
    [
        (SECRET, ["the answer is not valid JSON"]),
        ("", ["the answer is not valid JSON"]),
        ('{"files": NaN}', ["the answer is not valid JSON"]),
        (
            '{"files": [{"path": "a", "content": "\\ud800", "description": ""}]}',
            ["the answer is not valid JSON"],
        ),
        ("[" * 100_000, ["the answer is not valid JSON"]),
        ([], ["the answer must be a JSON object"]),
        ({}, ["files is required"]),
        ({"files": SECRET}, ["files must be an array"]),
        ({"files": [SECRET]}, ["files[0] must be an object"]),
        ({"files": [file(), {}]}, ["files[1].path is required", "files[1].content is required"]),
        ({"files": [file(path="")]}, ["files[0].path must not be empty"]),
        ({"files": [file(path=7)]}, ["files[0].path must be a string"]),
        ({"files": [file(content=[SECRET])]}, ["files[0].content must be a string"]),
        (
            {"files": [file(content="x" * (MAX_FILE_CHARACTERS + 1))]},
            [f"files[0].content must have at most {MAX_FILE_CHARACTERS} characters"],
        ),
        ({"files": [file()] * (MAX_FILES + 1)}, [f"files must have at most {MAX_FILES} items"]),
        ({"files": [], "notes": 1}, ["notes must be a string"]),
    ],
)
def test_what_is_wrong_is_named_and_not_quoted(value: Any, errors: list[str]) -> None:
    assert errors_of(value) == errors


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANY_JSON)
def test_any_json_is_read_or_refused_with_a_reason(value: Any) -> None:
    for text in (json.dumps(value), json.dumps({"files": value}), json.dumps({"files": [value]})):
        try:
            read(text)
        except AnswerInvalid as exc:
            reasons = exc.errors
        else:
            continue
        assert reasons


def test_the_schema_asks_for_what_is_read() -> None:
    schema = answer_schema()
    item = schema["properties"]["files"]["items"]
    assert schema["required"] == ["files", "notes"]
    assert item["required"] == ["path", "content", "description"]
    assert (schema["additionalProperties"], item["additionalProperties"]) == (False, False)
