"""The opportunities: what the model must answer, and how an answer is checked against the evidence
it may cite.

Every message here is made of field names and fixed words, never of a value of the answer.
"""

import json
from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.runs.canonical import canonical_json

EFFORTS = ("low", "medium", "high")
MOST = 10
_EXPECTED = {
    "summary": "must be a text that is not empty",
    "opportunities": f"must be a list of 1 to {MOST}",
    "title": "must be a text that is not empty",
    "rationale": "must be a text that is not empty",
    "first_step": "must be a text that is not empty",
    "evidence": "must be a list of at least one evidence id",
    "effort": f"must be one of {', '.join(EFFORTS)}",
    "confidence": "must be a number between 0 and 1",
}
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Strict(BaseModel):
    """Nothing is coerced; fields that nobody asked for are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)


class Opportunity(_Strict):
    title: _Text
    rationale: _Text
    first_step: _Text
    evidence: Annotated[list[str], Field(min_length=1)]
    effort: Literal["low", "medium", "high"]
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Answer(_Strict):
    summary: _Text
    opportunities: Annotated[list[Opportunity], Field(min_length=1, max_length=MOST)]


class AnswerInvalid(Exception):
    """The answer cannot be used. `errors` says why, in words that hold nothing of the answer."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("The model's answer is not a valid analysis")
        self.errors = errors


def validate_answer(text: str, evidence_ids: Collection[str]) -> Answer:
    """Reads the model's text.

    Raises AnswerInvalid with every error, references that lead nowhere among them.
    """
    try:
        answer = Answer.model_validate(_parsed(text))
    except ValidationError as exc:
        found = [
            _message(error["loc"]) for error in exc.errors(include_url=False, include_context=False)
        ]
        raise AnswerInvalid(list(dict.fromkeys(found))) from None
    errors = [*_dangling(answer, evidence_ids), *_repeated(answer)]
    if errors:
        raise AnswerInvalid(errors)
    return answer


def ranked(answer: Answer) -> list[dict[str, Any]]:
    """The opportunities in the model's order, which is their rank, each piece of evidence cited
    once.
    """
    return [
        {"rank": rank, **one.model_dump(), "evidence": list(dict.fromkeys(one.evidence))}
        for rank, one in enumerate(answer.opportunities, 1)
    ]


def _parsed(text: str) -> Any:
    try:
        answer = json.loads(text.strip(), parse_constant=_refuse_constant)
        canonical_json(answer)  # what could not be kept, such as a lone surrogate, is no answer
    except (ValueError, RecursionError):
        raise AnswerInvalid(["the answer is not valid JSON"]) from None
    if not isinstance(answer, dict):
        raise AnswerInvalid(["the answer must be a JSON object"])
    return answer


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and infinities are not JSON")


def _message(place: Sequence[str | int]) -> str:
    """`opportunities[2].effort must be one of ...`: only known field names and positions stand in
    `place`.
    """
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(
        "."
    )
    last = place[-1]
    if isinstance(last, int):
        return (
            f"{path} must be an object"
            if place[0] == "opportunities" and len(place) == 2
            else f"{path} must be a text"
        )
    return f"{path} {_EXPECTED[last]}"


def _dangling(answer: Answer, evidence_ids: Collection[str]) -> list[str]:
    return [
        f"opportunities[{position}].evidence[{place}] refers to no collected evidence"
        for position, one in enumerate(answer.opportunities)
        for place, identifier in enumerate(one.evidence)
        if identifier not in evidence_ids
    ]


def _repeated(answer: Answer) -> list[str]:
    titles = [one.title.casefold() for one in answer.opportunities]
    return [
        f"opportunities[{place}].title repeats an earlier one"
        for place, title in enumerate(titles)
        if title in titles[:place]
    ]


def answer_schema() -> dict[str, Any]:
    """The JSON schema for structured output: the same for every run (a new one has to be compiled),
    so it names no evidence ids.

    Long because it is one literal.
    """
    text = {"type": "string"}
    properties = {
        "title": {**text, "description": "A few words that name what would be done."},
        "rationale": {
            **text,
            "description": "Why, from the cited evidence, and what speaks against it.",
        },
        "first_step": {
            **text,
            "description": "The smallest thing that would show whether it is right.",
        },
        "evidence": {
            "type": "array",
            "items": text,
            "description": "Ids of the pieces it rests on, as given. At least one.",
        },
        "effort": {"type": "string", "enum": list(EFFORTS)},
        "confidence": {
            "type": "number",
            "description": "From 0 (a guess) to 1 (certain), inclusive.",
        },
    }
    item = {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["summary", "opportunities"],
        "properties": {
            "summary": {
                **text,
                "description": "What the evidence says about the hypothesis. Never empty.",
            },
            "opportunities": {
                "type": "array",
                "items": item,
                "description": f"1 to {MOST}, the most worthwhile first.",
            },
        },
    }
