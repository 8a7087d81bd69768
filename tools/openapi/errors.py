"""The errors of the document: every status with its codes, taken from the tree of errors that the
service raises.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from shared.errors import RequestError
from tools.openapi.answers.shape import Id, Shape, absent
from tools.openapi.operation import RequestId

INTERNAL = {500: {"INTERNAL_ERROR": "Something went wrong on our side."}}
TITLES = {
    400: "Not JSON, a malformed id, a forged or foreign cursor, a malformed Idempotency-Key",
    401: "No valid token; said by the gateway",
    403: "The caller's role or relation does not allow it",
    404: "Missing, or another organisation's: the same answer",
    409: "The state does not allow it",
    410: "The patient was erased",
    413: "The body is over its limit",
    422: "The schema, or a key that was used with another payload",
    429: "The caller's quota is used up; `Retry-After` says for how long",
    500: "A bug; the message says nothing else",
    503: "Switched off, or not available now",
}
GATEWAYS = {401: "Unauthorized", 404: "Not Found", 413: "Request Entity Too Large"}
"""What the gateway answers by itself, in its own form."""


def codes() -> dict[int, dict[str, str]]:
    """status -> code -> what it says, of all errors that there are."""
    found: dict[int, dict[str, str]] = {status: dict(said) for status, said in INTERNAL.items()}
    kinds: list[type[RequestError]] = [RequestError]
    while kinds:
        kind = kinds.pop(0)
        kinds += kind.__subclasses__()
        if kind is not RequestError:
            found.setdefault(kind.status, {})[kind.code] = (kind.__doc__ or "").splitlines()[0]
    return dict(sorted(found.items()))


if TYPE_CHECKING:
    ErrorCode = str
else:
    ErrorCode = StrEnum("ErrorCode", {code: code for said in codes().values() for code in said})


class FieldError(Shape):
    """One thing that is wrong with the request."""

    field: Annotated[str, Field(examples=["body.input_config"])]
    """Where: `body.tags[0]`, `query.limit`."""
    message: Annotated[str, Field(examples=["is required"])]


class ErrorBody(Shape):
    code: ErrorCode
    message: Annotated[str, Field(examples=["The request does not match its schema."])]
    errors: list[FieldError] = absent()
    """With VALIDATION_ERROR."""
    run_id: Id = absent()
    """With NO_INPUTS: the failed run on record."""
    receipt_id: Id | None = absent()
    """With ERASED: the receipt of the erasure; null until it is done."""


class ErrorAnswer(Shape):
    """What went wrong."""

    success: Literal[False]
    error: ErrorBody
    requestId: RequestId


class GatewayError(Shape):
    """What the gateway answers by itself."""

    message: Annotated[str, Field(examples=["Unauthorized"])]


def error_response(status: int) -> dict[str, Any]:
    """A component response, with an example for each code."""
    said = codes().get(status, {})
    examples = {code: {"value": _example(code, text)} for code, text in said.items()}
    if status in GATEWAYS:
        examples["gateway"] = {"value": {"message": GATEWAYS[status]}}
    forms = [_ref("ErrorAnswer")] * bool(said) + [_ref("GatewayError")] * (status in GATEWAYS)
    listed = ", ".join(f"`{code}`" for code in said)
    return {
        "description": TITLES.get(status, listed) + (f" ({listed})" if listed else ""),
        "headers": _headers(status),
        "content": {
            "application/json": {
                "schema": forms[0] if len(forms) == 1 else {"anyOf": forms},
                "examples": examples,
            }
        },
    }


def _headers(status: int) -> dict[str, Any]:
    if status == 401:
        return {}  # the gateway refuses before anything of ours is asked
    names = ["x-request-id", "Idempotency-Status"]
    names += ["Retry-After"] * (status in (429, 503))
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _example(code: str, text: str) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if code == "VALIDATION_ERROR":
        more = {"errors": [{"field": "body.input_config", "message": "is required"}]}
    if code in ("NO_INPUTS", "ERASED"):
        name = "run_id" if code == "NO_INPUTS" else "receipt_id"
        more = {name: "01a1fc26-dd91-77aa-a0ff-f719d478ba66"}
    error = {"code": code, "message": text, **more}
    request_id = "9b2f6c1e-6f0d-4f3a-8a57-0d8a1f6c2b11"
    return {"success": False, "error": error, "requestId": request_id}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
