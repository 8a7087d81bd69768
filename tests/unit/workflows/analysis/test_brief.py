"""The input document: taken as people write it, and what is missing named, never quoted."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.workflows.analysis.brief import CLAIM_CHARACTERS, Brief, BriefInvalid, Note, read_brief
from tests.unit.workflows.analysis.analysis_stage import DOCUMENT


def errors_of(document: Any) -> list[str]:
    with pytest.raises(BriefInvalid) as caught:
        read_brief(document)
    return caught.value.errors


def test_a_whole_document() -> None:
    assert read_brief(DOCUMENT) == Brief(
        hypothesis="Night nurses lose time looking for pumps.",
        audience="Nurses on night shifts",
        notes=(
            Note("evidence_notes[0]", "11 of 14 search twice a shift."),
            Note("evidence_notes[1]", "Median search: 9 minutes.", "Ward log"),
        ),
        further=(),
    )


@pytest.mark.parametrize("missing", ["hypothesis", "audience", "evidence_notes"])
@pytest.mark.parametrize("instead", [None, "", "  \n", [], {}, [""], [None], {"text": ""}])
def test_each_missing_part_is_named_and_nothing_else(missing: str, instead: Any) -> None:
    [error] = errors_of({**DOCUMENT, missing: instead})
    assert error.startswith(f"{missing} is missing: ")


def test_everything_that_is_missing_is_named_at_once() -> None:
    assert [error.split(" ")[0] for error in errors_of({})] == [
        "hypothesis",
        "audience",
        "evidence_notes",
    ]


@pytest.mark.parametrize(
    ("claim", "error"),
    [(5, "must be a text"), (True, "must be a text"), ("x" * 4_001, f"at most {CLAIM_CHARACTERS}")],
)
def test_a_claim_that_is_none_is_refused_and_not_repeated(claim: Any, error: str) -> None:
    [found] = errors_of({**DOCUMENT, "hypothesis": claim})
    assert found.startswith("hypothesis ")
    assert error in found
    assert "xxx" not in found


@pytest.mark.parametrize("name", ["evidence_notes", "evidenceNotes", "evidence", "notes"])
@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("one text", ["one text"]),
        (["a", "", "b"], ["a", "b"]),
        ({"note": "a", "url": "https://example.com"}, ["a"]),
        ({"interviews": ["a", "b"], "log": 9}, ["a", "b", "9"]),
        ([["a"], {"who": "b", "what": True}], ["a", "true", "b"]),
    ],
)
def test_notes_in_any_form_under_any_of_their_names(
    name: str, value: Any, texts: list[str]
) -> None:
    brief = read_brief({"hypothesis": "h", "audience": ["nurses", "wards"], name: value})
    assert [note.text for note in brief.notes] == texts
    assert brief.audience == "nurses; wards"
    assert all(note.part.startswith(name) for note in brief.notes)


def test_an_empty_list_of_notes_does_not_hide_those_under_another_name() -> None:
    assert read_brief({**DOCUMENT, "evidence_notes": [], "notes": "seen"}).notes == (
        Note("notes", "seen"),
    )


def test_what_else_was_written_is_kept_with_its_place() -> None:
    brief = read_brief(
        {**DOCUMENT, "constraints": {"budget": "20 days", "wards": 3}, "nothing": None}
    )
    assert brief.further == (Note("constraints.budget", "20 days"), Note("constraints.wards", "3"))


def test_what_is_nested_without_end_is_one_note() -> None:
    deep: Any = "seen"
    for _ in range(300):
        deep = [deep]
    [note] = read_brief({**DOCUMENT, "evidence_notes": deep}).notes
    assert "seen" in note.text


def outcome_of(document: dict[str, Any]) -> tuple[Brief | None, list[str]]:
    try:
        return read_brief(document), []
    except BriefInvalid as invalid:
        return None, invalid.errors


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["text", "source", "a", ""]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["hypothesis", "audience", "evidence_notes", "evidence", "more"]), JSON
    )
)
def test_any_document_is_read_or_refused_by_name(document: dict[str, Any]) -> None:
    brief, errors = outcome_of(document)
    assert (brief is None) == bool(errors)
    if brief is not None:
        assert brief.hypothesis
        assert brief.audience
        assert brief.notes
        assert all(note.text.strip() for note in (*brief.notes, *brief.further))
