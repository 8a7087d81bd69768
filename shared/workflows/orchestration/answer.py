"""What an agent must answer: files, each with its path, content and description.

How an answer is checked and cleaned.

Messages are made of field names and fixed words, never of what the model wrote.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.runs.canonical import canonical_json
from shared.runs.model import ModelAnswer, cut_notes
from shared.workflows.orchestration.names import clean_path, distinct, is_internal, without_phase

MAX_FILES = 24
MAX_FILE_CHARACTERS = 100_000
MAX_DESCRIPTION = 300
MAX_NOTES = 2_000


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)

    path: str = Field(min_length=1)
    content: str = Field(max_length=MAX_FILE_CHARACTERS)
    description: str = ""


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)

    files: list[_File] = Field(max_length=MAX_FILES)
    notes: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredFile:
    """`path` is clean and inside the phase's folder."""

    path: str
    content: str
    description: str


@dataclass(frozen=True, slots=True)
class AgentAnswer:
    """`ignored`: how many files were left out as internal."""

    files: tuple[AnsweredFile, ...]
    notes: str
    ignored: int


class AnswerInvalid(Exception):
    """The answer is not what was asked for.

    `errors` says why, in words that hold nothing of the answer.
    """

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("The model's answer does not match its schema")
        self.errors = list(errors)


def answer_schema() -> dict[str, Any]:
    """For the model's structured output: only what that feature supports, so bounds stand in the
    descriptions.
    """
    text = {"type": "string"}
    file = {
        "type": "object",
        "additionalProperties": False,
        "required": ["path", "content", "description"],
        "properties": {
            "path": {
                **text,
                "description": (
                    "Relative to your phase's folder, with / between its parts. Never empty."
                ),
            },
            "content": {**text, "description": "The whole file, ready to use."},
            "description": {**text, "description": "What the file is for, in one sentence."},
        },
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["files", "notes"],
        "properties": {
            "files": {
                "type": "array",
                "items": file,
                "description": f"Every file of your part of the phase, at most {MAX_FILES}.",
            },
            "notes": {
                **text,
                "description": (
                    "Assumptions and open questions for whoever decides at the gate. May be empty."
                ),
            },
        },
    }


def read_answer(answer: ModelAnswer, phase: str, taken: Iterable[str]) -> AgentAnswer:
    """The answer's files with clean paths, distinct from each other and from `taken`.

    Raises AnswerInvalid.
    """
    if answer.stop_reason.is_cut:
        raise AnswerInvalid(cut_notes(answer.stop_reason))
    parsed = _parsed(answer.text)
    kept, paths = [], set(taken)
    for file in parsed.files:
        path = without_phase(clean_path(file.path), phase)
        if is_internal(path):
            continue
        path = distinct(path, paths)
        paths.add(path)
        kept.append(AnsweredFile(path, file.content, _line(file.description)[:MAX_DESCRIPTION]))
    return AgentAnswer(tuple(kept), parsed.notes.strip()[:MAX_NOTES], len(parsed.files) - len(kept))


def _parsed(text: str) -> _Answer:
    try:
        value = json.loads(text.strip().removeprefix("\ufeff"), parse_constant=_refuse_constant)
        canonical_json(value)  # what could not be kept, such as a lone surrogate, is no answer
    except (ValueError, RecursionError):
        raise AnswerInvalid(["the answer is not valid JSON"]) from None
    if not isinstance(value, dict):
        raise AnswerInvalid(["the answer must be a JSON object"])
    try:
        return _Answer.model_validate(value)
    except ValidationError as exc:
        found = [
            _message(error["loc"], error["type"])
            for error in exc.errors(include_url=False, include_context=False)
        ]
        raise AnswerInvalid(list(dict.fromkeys(found))) from None


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and infinities are not JSON")


def _message(place: tuple[int | str, ...], kind: str) -> str:
    """`files[2].path must be a string`. Only known field names and positions stand in `place`."""
    return f"{''.join(_steps(place))} {_COMPLAINTS.get(kind, 'is not valid')}"


def _steps(place: tuple[int | str, ...]) -> Iterator[str]:
    for at, part in enumerate(place):
        yield f"[{part}]" if isinstance(part, int) else f".{part}" if at else part


_COMPLAINTS = {
    "missing": "is required",
    "string_type": "must be a string",
    "list_type": "must be an array",
    "model_type": "must be an object",
    "string_too_short": "must not be empty",
    "string_too_long": f"must have at most {MAX_FILE_CHARACTERS} characters",
    "too_long": f"must have at most {MAX_FILES} items",
}


def _line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
