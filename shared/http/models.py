"""What request bodies and queries are made of.

Strict: nothing is coerced, unknown body fields are refused.
"""

import re
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, get_args

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.errors import ValidationFailed
from shared.runs.canonical import canonical_json
from shared.runs.timing import DAY

KB = 1024
UUID_PATTERN = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_NO_MOMENT = "must be an RFC 3339 time (no leap second), such as 2026-11-29T08:30:00Z"
_DIGITS = re.compile(r"\d{1,9}", re.ASCII)


def in_form(form: re.Pattern[str], message: str) -> BeforeValidator:
    """What a query says as text must look like that: pydantic alone would also read 1_0 as a number
    and 123 as a time.
    """

    def check(value: Any) -> Any:
        if isinstance(value, str) and not form.fullmatch(value):
            raise ValueError(message)
        return value

    return BeforeValidator(check)


def whole(value: Any) -> Any:
    """JSON has one kind of number: 3.0 is the integer 3, as JSON Schema has it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


AS_INTEGER = BeforeValidator(whole)
"""Of every integer of a body, behind its bounds, which its schema would else not name."""
WholeNumber = Annotated[int, in_form(_DIGITS, "must be a whole number")]


def moment_of(text: str) -> datetime:
    """The moment that a caller wrote. Raises ValueError, in our words, for what is none."""
    if _RFC_3339.fullmatch(text):
        with suppress(ValueError):  # a day, an hour or an offset that there is none of
            return datetime.fromisoformat(text.upper())
    raise ValueError(_NO_MOMENT)


def _read(value: Any) -> Any:
    return moment_of(value) if isinstance(value, str) else value


def _moment(text: str) -> str:
    moment_of(text)
    return text


Moment = Annotated[AwareDatetime, BeforeValidator(_read)]
"""A moment in a query."""
MomentText = Annotated[
    str, AfterValidator(_moment), Field(json_schema_extra={"format": "date-time"})
]
"""A moment in a body, as it was written."""
StartAt = Annotated[
    str,
    AfterValidator(_moment),
    Field(
        description="Not to be started before; at most 30 days ahead, a past one is now",
        json_schema_extra={"format": "date-time"},
    ),
]
FURTHEST_DAYS = 30


def start_moment(text: str | None, now: int, field: str = "body.start_at") -> int | None:
    """The moment (ms) of a `start_at`; None for none. One that has passed is now.

    Raises ValidationFailed for one that is too far ahead.
    """
    if text is None:
        return None
    moment = int(moment_of(text).timestamp() * 1_000)
    if moment > now + FURTHEST_DAYS * DAY:
        raise ValidationFailed.of(field, f"must be at most {FURTHEST_DAYS} days ahead")
    return max(moment, 0)


PathId = Annotated[str, Path(description="A UUID")]
PathScope = Annotated[str, Path(description="`organisation`, `workflow:NAME` or `project:ID`")]
PathUser = Annotated[str, Path(description="The person's `sub`")]
Limit = Annotated[WholeNumber, Query(ge=1, le=100, description="Rows a page")]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before")]
StatusName = Literal[
    "queued", "running", "waiting", "succeeded", "failed", "cancelled", "unreadable"
]
StatusFilter = Annotated[
    list[StatusName] | None,
    Query(description="Only runs in this status, or in one of several (`status` repeated)"),
]

Uuid = Annotated[str, StringConstraints(pattern=UUID_PATTERN, to_lower=True)]
Tags = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=64)]], Field(max_length=20)
]
Attempts = Annotated[int, Field(ge=1, le=10), AS_INTEGER]
KEPT_IN_MILLIONTHS = "Kept in millionths of a dollar, at least one for any amount above 0"
Dollars = Annotated[
    float,
    Field(gt=0, le=1_000_000, allow_inf_nan=False, description=KEPT_IN_MILLIONTHS),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Body(BaseModel):
    """The base of every request body. A field that may be absent may be null, which is the same
    unless null is a value of its own, as it is of what a PATCH or PUT takes away.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        absent = {name for name, value in given.items() if value is None} & _never_null(cls)
        return {name: value for name, value in given.items() if name not in absent}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        fields = handler.resolve_ref_schema(schema).get("properties", {})
        for name in fields.keys() & _never_null(cls):
            fields[name] = _or_null(fields[name])
        return schema


_BESIDE_A_TYPE = ("default", "description", "examples")


def _or_null(schema: JsonSchemaValue) -> JsonSchemaValue:
    told = {name: schema[name] for name in _BESIDE_A_TYPE if name in schema}
    kind = {name: value for name, value in schema.items() if name not in told}
    return {"anyOf": [kind, {"type": "null"}], **told}


@cache
def _never_null(model: type[Body]) -> frozenset[str]:
    """The fields of a body that may be absent, and of which null is no value."""
    return frozenset(
        name
        for name, one in model.model_fields.items()
        if not one.is_required()
        and one.annotation is not Any
        and type(None) not in get_args(one.annotation)
    )


def at_most(limit: int) -> AfterValidator:
    """A JSON value of at most that many bytes in canonical form."""

    def check(value: Any) -> Any:
        if len(canonical_json(value)) > limit:
            raise ValueError(f"must be at most {limit // KB} KB of JSON")
        return value

    return AfterValidator(check)


def text_at_most(limit: int) -> AfterValidator:
    """A text of at most that many bytes in UTF-8."""

    def check(value: str) -> str:
        if len(value.encode()) > limit:
            raise ValueError(f"must be at most {limit // KB} KB of text")
        return value

    return AfterValidator(check)


class Empty(Body):
    """The body of an action that takes none."""


MICRO = 1_000_000


def micro(dollars: float | None) -> int | None:
    return None if dollars is None else millionths(dollars)


def millionths(dollars: float) -> int:
    """Of dollars, to the nearest; any amount is at least one, so that the smallest budget is still
    one and a clone can ask for it again.
    """
    return max(1, round(dollars * MICRO)) if dollars else 0


def known(**facts: Any) -> dict[str, Any]:
    """Those that have a value."""
    return {name: value for name, value in facts.items() if value is not None}


def milliseconds(moment: datetime) -> int:
    """Rounded up: what is kept has no finer time, and none is before 1970."""
    return max(0, -(-int(moment.timestamp() * 1_000_000) // 1_000))
