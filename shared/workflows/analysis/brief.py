"""Reads a project's input document: the hypothesis, the audience and the evidence notes, and
whatever else was written down.

Documents are people's, so forms are taken as they come: notes as one text, as texts, or as objects
with a text and where it is from. What is missing or of the wrong kind is named, never quoted. Knows
no run, store or model.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.runs.canonical import canonical_json

CLAIM_CHARACTERS = 4_000
_NOTES = ("evidence_notes", "evidenceNotes", "evidence", "notes")
_TEXTS = ("text", "note", "quote", "content", "description", "name")
_ORIGINS = ("source", "origin", "url", "title")
_DEEP = 8
_WANTED = {
    "hypothesis": "what you expect to be true, in a sentence or two",
    "audience": "whom it is about",
    "evidence_notes": "what was seen, heard or measured, at least one note",
}


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the document says.

    `part`: where it stands in it. `origin`: where its author has it from, if they say so.
    """

    part: str
    text: str
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """A document that can be analysed.

    `further`: fields that nobody asked for, which may matter all the same.
    """

    hypothesis: str
    audience: str
    notes: tuple[Note, ...]
    further: tuple[Note, ...]


class BriefInvalid(Exception):
    """The document lacks what an analysis needs. `errors` names each thing."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("The input cannot be analysed")
        self.errors = errors


def read_brief(document: Mapping[str, Any]) -> Brief:
    """Raises BriefInvalid with everything that is missing."""
    field = next((name for name in _NOTES if any(_notes(name, document.get(name)))), _NOTES[0])
    hypothesis, audience = _claim(document.get("hypothesis")), _claim(document.get("audience"))
    notes = tuple(_notes(field, document.get(field)))
    errors = [
        *_claim_errors("hypothesis", document.get("hypothesis"), hypothesis),
        *_claim_errors("audience", document.get("audience"), audience),
        *([] if notes else [_missing("evidence_notes")]),
    ]
    if errors:
        raise BriefInvalid(errors)
    known = {"hypothesis", "audience", field}
    further = [
        note
        for name in sorted(document)
        if name not in known
        for note in _notes(name, document[name])
    ]
    return Brief(hypothesis, audience, notes, tuple(further))


def _claim(value: Any) -> str:
    """A text, or several as one; of an object what it holds. Empty when it says nothing."""
    if isinstance(value, str):
        return value.strip()
    return "; ".join(note.text for note in _notes("", value))


def _claim_errors(name: str, value: Any, claim: str) -> list[str]:
    if not claim:
        return [_missing(name)]
    if isinstance(value, bool | int | float):
        return [f"{name} must be a text"]
    return (
        [f"{name} must have at most {CLAIM_CHARACTERS} characters"]
        if len(claim) > CLAIM_CHARACTERS
        else []
    )


def _missing(name: str) -> str:
    return f"{name} is missing: {_WANTED[name]}"


def _notes(part: str, value: Any, depth: int = 0) -> Iterator[Note]:
    """The notes that a value holds, whatever its form; none for what is empty.

    What is nested deeply is one note as it stands.
    """
    if isinstance(value, list | Mapping) and depth < _DEEP:
        yield from (
            _listed(part, value, depth) if isinstance(value, list) else _noted(part, value, depth)
        )
    elif isinstance(value, str):
        if value.strip():
            yield Note(part, value.strip())
    elif value is not None:
        yield Note(part, canonical_json(value).decode())


def _listed(part: str, value: list[Any], depth: int) -> Iterator[Note]:
    for position, item in enumerate(value):
        yield from _notes(f"{part}[{position}]", item, depth + 1)


def _noted(part: str, value: Mapping[str, Any], depth: int) -> Iterator[Note]:
    """An object with a text is one note, with its origin; any other one is a note a field."""
    text = _first(value, _TEXTS)
    if text is not None:
        yield Note(part, text, _first(value, _ORIGINS))
        return
    for name in sorted(value):
        yield from _notes(f"{part}.{name}" if part else name, value[name], depth + 1)


def _first(value: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    found = (value[name].strip() for name in names if isinstance(value.get(name), str))
    return next((text for text in found if text), None)
