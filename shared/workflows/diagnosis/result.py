"""The diagnosis: what the model must answer, how an answer is checked, and the document that is
kept.

Every message here is made of field names and fixed words. Never a value of the answer: it may speak
of the patient, and the messages stand in error lists that more people see than the answer."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.runs.canonical import canonical_json

RISK_LEVELS = ("low", "moderate", "high", "critical")
_FENCED = re.compile(r"```(?:json)?\s*\n(.*)\n?\s*```", re.DOTALL | re.IGNORECASE)

_EXPECTED = {
    "summary": "a string",
    "findings": "an array",
    "recommendations": "an array",
    "risk_level": f"one of {', '.join(RISK_LEVELS)}",
    "confidence_score": "a number between 0 and 1",
}
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class DiagnosisAnswer(BaseModel):
    """What the model says. Strict: nothing is coerced; fields that nobody asked for are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    summary: _Text
    findings: list[str]
    recommendations: list[str]
    risk_level: Literal["low", "moderate", "high", "critical"] | None = None
    confidence_score: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)


class AnswerInvalid(Exception):
    """The answer is not a diagnosis. `errors` says why, in words that hold nothing of the
    answer.
    """

    def __init__(self, errors: list[str]) -> None:
        super().__init__("The model's answer is not a valid diagnosis")
        self.errors = errors


def validate_answer(text: str, *, require_confidence: bool) -> DiagnosisAnswer:
    """Reads the model's text; raises AnswerInvalid with every error found."""
    answer = _parsed(text)
    errors = []
    if require_confidence and answer.get("confidence_score") is None:
        errors.append(f"confidence_score is required and must be {_EXPECTED['confidence_score']}")
    try:
        diagnosis = DiagnosisAnswer.model_validate(answer)
    except ValidationError as exc:
        found = [
            _message(error["loc"], error["type"])
            for error in exc.errors(include_url=False, include_context=False)
        ]
        raise AnswerInvalid(list(dict.fromkeys(found + errors))) from None
    if errors:
        raise AnswerInvalid(errors)
    return diagnosis


def _parsed(text: str) -> dict[str, Any]:
    stripped = text.strip().removeprefix("\ufeff")
    if not stripped:
        raise AnswerInvalid(["the answer is empty"])
    fenced = _FENCED.fullmatch(stripped)
    try:
        answer = json.loads(fenced.group(1) if fenced else stripped)
        canonical_json(
            answer
        )  # what JSON cannot hold, such as NaN or a lone surrogate, could not be kept
    except (ValueError, RecursionError):
        raise AnswerInvalid(["the answer is not valid JSON"]) from None
    if not isinstance(answer, dict):
        raise AnswerInvalid(["the answer must be a JSON object"])
    return answer


def _message(place: Sequence[str | int], kind: str) -> str:
    """`findings[2] must be a string`. Only known field names and positions stand in `place`, for
    other fields are ignored.
    """
    field = str(place[0])
    expected = _EXPECTED[field]
    if len(place) > 1 and isinstance(place[1], int):
        return f"{field}[{place[1]}] must be a string"
    if kind == "string_too_short":
        return f"{field} must not be empty"
    return (
        f"{field} must be {expected}"
        if field in ("risk_level", "confidence_score")
        else f"{field} is required and must be {expected}"
    )


def answer_schema(require_confidence: bool) -> dict[str, Any]:
    """The JSON schema for the model's structured output: only what that feature supports, so bounds
    stand in the descriptions.
    """
    texts = {"type": "array", "items": {"type": "string"}}
    required = ["summary", "findings", "recommendations"] + (
        ["confidence_score"] if require_confidence else []
    )
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {
            "summary": {
                "type": "string",
                "description": "The assessment in a few sentences for the treating clinician. "
                "Never empty.",
            },
            "findings": {
                **texts,
                "description": "One finding each, with the evidence from the context pack: "
                "value, unit and date.",
            },
            "recommendations": {
                **texts,
                "description": "One next step each, most urgent first, with its reason.",
            },
            "risk_level": {
                "type": "string",
                "enum": list(RISK_LEVELS),
                "description": "The highest risk that the findings bear out.",
            },
            "confidence_score": {
                "type": "number",
                "description": "From 0 (a guess) to 1 (certain), inclusive.",
            },
        },
    }


def diagnosis_document(
    answer: DiagnosisAnswer,
    *,
    model: str,
    usage: Mapping[str, Any],
    prompt_version: str,
    schema_version: str,
    context_hash: str,
    created_at: str,
    warnings: Sequence[str],
) -> dict[str, Any]:
    """The diagnosis as the API shows it; optional fields that the model left out are absent."""
    return {
        **answer.model_dump(exclude_none=True),
        "metadata": {
            "model": model,
            "usage": dict(usage),
            "prompt_version": prompt_version,
            "schema_version": schema_version,
            "context_hash": context_hash,
            "created_at": created_at,
            "warnings": list(warnings),
        },
    }
