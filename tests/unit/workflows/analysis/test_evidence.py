"""Evidence: every piece leads back to the words it is made of, and what does not fit is counted."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.workflows.analysis.brief import Brief, Note
from shared.workflows.analysis.evidence import MOST_PIECES, QUOTE_CHARACTERS, Piece, collect

RUN = "0f0f0f0f-0000-4000-8000-000000000001"


def a_brief(*texts: str, further: tuple[Note, ...] = ()) -> Brief:
    return Brief(
        "h",
        "a",
        tuple(Note(f"evidence_notes[{place}]", text) for place, text in enumerate(texts)),
        further,
    )


def quotes(pieces: list[Piece]) -> list[str]:
    return [piece["source"]["quote"] for piece in pieces]


def test_pieces_are_numbered_and_name_their_source() -> None:
    brief = Brief(
        "h", "a", (Note("evidence_notes[0]", "seen", "Ward log"),), (Note("budget", "20 days"),)
    )
    pieces, left_out = collect(
        brief,
        3,
        [(RUN, {"summary": "It holds.", "opportunities": [{"title": "Tag", "rationale": "Why"}]})],
    )
    assert pieces == [
        {
            "id": "e1",
            "source": {
                "kind": "input",
                "ref": 3,
                "part": "evidence_notes[0]",
                "quote": "seen",
                "origin": "Ward log",
            },
        },
        {"id": "e2", "source": {"kind": "input", "ref": 3, "part": "budget", "quote": "20 days"}},
        {
            "id": "e3",
            "source": {"kind": "run", "ref": RUN, "part": "summary", "quote": "It holds."},
        },
        {
            "id": "e4",
            "source": {"kind": "run", "ref": RUN, "part": "opportunities[0]", "quote": "Tag: Why"},
        },
    ]
    assert left_out == 0


def test_paragraphs_and_bullets_are_pieces_of_their_own() -> None:
    text = "First finding,\nin two lines.\n\nSecond.\n- third\n- fourth\n1. fifth"
    pieces, _ = collect(a_brief(text), 1, [])
    assert quotes(pieces) == [
        "First finding,\nin two lines.",
        "Second.",
        "- third",
        "- fourth",
        "1. fifth",
    ]


@settings(deadline=None)
@given(st.lists(st.text("ab \n", min_size=0, max_size=3_000), max_size=3))
def test_no_word_of_a_note_is_lost_while_there_is_room(texts: list[str]) -> None:
    pieces, left_out = collect(a_brief(*texts), 1, [])
    assert all(0 < len(quote) <= QUOTE_CHARACTERS for quote in quotes(pieces))
    if left_out == 0:
        assert "".join("".join(quotes(pieces)).split()) == "".join("".join(texts).split())


def test_a_long_note_is_cut_between_words() -> None:
    pieces, _ = collect(a_brief("word " * 500), 1, [])
    assert {word for quote in quotes(pieces) for word in quote.split()} == {"word"}


def test_what_does_not_fit_is_counted_and_earlier_conclusions_keep_a_quarter() -> None:
    notes = [f"note {number}" for number in range(200)]
    earlier = [(RUN, {"summary": f"s{number}", "opportunities": []}) for number in range(50)]
    pieces, left_out = collect(a_brief(*notes), 1, earlier)
    kinds = [piece["source"]["kind"] for piece in pieces]
    assert len(pieces) == MOST_PIECES
    assert (kinds.count("input"), kinds.count("run")) == (60, 20)
    assert left_out == 250 - MOST_PIECES
    assert quotes(pieces)[0] == "note 0"
    alone, _ = collect(a_brief(*notes), 1, [])
    assert len(alone) == MOST_PIECES


def test_outputs_of_any_other_shape_give_what_they_can() -> None:
    odd: list[Any] = [
        None,
        [],
        "text",
        {"summary": 5, "opportunities": "x"},
        {"summary": " ", "opportunities": [None, {"title": 3}, {"rationale": "why"}]},
    ]
    pieces, _ = collect(a_brief("seen"), None, [(RUN, output) for output in odd])
    assert quotes(pieces) == ["seen", "why"]
