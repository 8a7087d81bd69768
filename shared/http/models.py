"""What request bodies and queries are made of. Strict: nothing is coerced, unknown body fields are refused."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shared.runs.canonical import canonical_json

KB = 1024
UUID_PATTERN = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

PathId = Annotated[str, Path(description="A UUID")]
PathUser = Annotated[str, Path(description="The person's `sub`")]
Limit = Annotated[int, Query(ge=1, le=100, description="Rows a page")]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before")]
StatusName = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled"]
StatusFilter = Annotated[StatusName | None, Query(description="Only runs in this status")]

Uuid = Annotated[str, StringConstraints(pattern=UUID_PATTERN, to_lower=True)]
Tags = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=64)]], Field(max_length=20)]
Attempts = Annotated[int, Field(ge=1, le=10)]
Dollars = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False, strict=False)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Body(BaseModel):
    """The base of every request body."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


def at_most(limit: int) -> AfterValidator:
    """A JSON value of at most that many bytes in canonical form."""

    def check(value: Any) -> Any:
        if len(canonical_json(value)) > limit:
            raise ValueError(f"must be at most {limit // KB} KB of JSON")
        return value

    return AfterValidator(check)


class Empty(Body):
    """The body of an action that takes none."""
