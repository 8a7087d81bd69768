"""What each route answers, for the OpenAPI document."""

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from pydantic import BaseModel, Field

_ERRORS = {
    400: "Not JSON, malformed id, forged cursor or malformed Idempotency-Key (INVALID_REQUEST)",
    403: "The caller's role or relation does not allow it (FORBIDDEN)",
    404: "Missing, or another organisation's (NOT_FOUND)",
    409: "The run's state does not allow it (CONFLICT)",
    413: "The body is over its limit (TOO_LARGE)",
    422: "The schema, or a reused Idempotency-Key (VALIDATION_ERROR, IDEMPOTENCY_KEY_REUSED)",
    429: "Quota used up, see Retry-After (RATE_LIMITED)",
    503: "The diagnosis worker is switched off (WORKER_DISABLED)",
}
_COMMON = (400, 403, 404, 413, 422)


class ErrorBody(BaseModel):
    code: str
    message: str
    errors: list[dict[str, str]] | None = None


class ErrorEnvelope(BaseModel):
    success: bool = Field(False, examples=[False])
    error: ErrorBody
    requestId: str


class DataEnvelope(BaseModel):
    success: bool = Field(True, examples=[True])
    data: dict[str, Any]
    requestId: str


Responses = dict[int, OpenAPIResponse]


def responses(what: str, *statuses: int) -> Responses:
    """The good statuses with `what` in their data, and the errors that every route knows, with those named."""
    found: dict[int, Any] = {}
    for status in (*statuses, *_COMMON):
        good = status < 400
        model = DataEnvelope if good else ErrorEnvelope
        found[status] = {
            "description": f"`data` holds {what}" if good else _ERRORS[status],
            "content": {"application/json": {"model": model}},
        }
    return dict(sorted(found.items()))


def run_responses(*statuses: int) -> Responses:
    return responses("`run`", *statuses)


def artifact_responses(*statuses: int) -> Responses:
    return responses("`artifact`", *statuses)


def list_responses(plural: str) -> Responses:
    return responses(f"`{plural}` and `next_cursor`", 200)


def openapi_text() -> str:
    """The committed document, which travels with the code."""
    return (Path(__file__).parents[2] / "docs" / "openapi.json").read_text("utf-8")


def swagger_page() -> str:
    """Powertools' Swagger UI with its script and style in the page."""
    from aws_lambda_powertools.event_handler.openapi import swagger_ui

    assets = Path(swagger_ui.__file__).parent
    script = (assets / "swagger-ui-bundle.min.js").read_text("utf-8")
    style = (assets / "swagger-ui.min.css").read_text("utf-8")
    spec = openapi_text().replace("</", "<\\/")
    return swagger_ui.generate_swagger_html(spec, script, style, swagger_base_url="", oauth2_config=None)
