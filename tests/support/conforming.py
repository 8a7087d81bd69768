"""A client that holds every answer of the product against the contract's envelope and error table,
whatever a test asks of it.

So each request of each HTTP test is also a check that there is no 500, no error of another form,
and no missing request id.
"""

from typing import Any

from local.demo.client import Answer, Client
from tests.support.documented import documented

CODES = {
    400: {"INVALID_REQUEST"},
    403: {"FORBIDDEN"},
    404: {"NOT_FOUND"},
    409: {"CONFLICT", "OTHER_PERSON"},
    410: {"ERASED"},
    413: {"TOO_LARGE"},
    422: {"VALIDATION_ERROR", "IDEMPOTENCY_KEY_REUSED", "NO_INPUTS"},
    429: {"RATE_LIMITED"},
    503: {"WORKER_DISABLED", "AUDIT_UNAVAILABLE"},
}
"""The error table of API.md."""

GATEWAYS_OWN = {
    401: {"message": "Unauthorized"},
    404: {"message": "Not Found"},
    413: {"message": "Request Entity Too Large"},
}
"""What API Gateway answers by itself, in its own form."""

_BARE = ("/dev/", "/openapi.json", "/docs")


class ConformingClient(Client):
    """Calls as Client does. Raises AssertionError for an answer that the contract does not know."""

    def call(
        self, method: str, path: str, body: Any = None, user: str | None = None, **headers: str
    ) -> Answer:
        answer = super().call(method, path, body, user, **headers)
        assert answer.status != 501, f"{answer.body}; see tests/support/witness.py"
        if not path.startswith(_BARE):
            check(answer, f"{method} {path}")
        if not path.startswith("/dev/"):
            documented().check(method, path, answer.status, answer.headers, answer.raw)
        return answer


def check(answer: Answer, request: str) -> None:
    """Raise AssertionError unless the answer is in the contract's form."""
    where = f"{request} -> {answer.status} {answer.raw[:300]!r}"
    if answer.body == GATEWAYS_OWN.get(answer.status, ...):
        return
    assert answer.headers.get("x-request-id"), f"no x-request-id: {where}"
    if answer.status in (204, 302):
        assert answer.raw == b"", where
    elif (answer.status, answer.headers["content-type"]) == (200, "text/event-stream"):
        assert answer.raw.startswith(b"retry: "), where
    else:
        _check_envelope(answer, where)


def _check_envelope(answer: Answer, where: str) -> None:
    body = answer.body
    assert isinstance(body, dict), where
    assert body["requestId"] == answer.headers["x-request-id"], where
    assert answer.headers["content-type"].startswith("application/json"), where
    if answer.status < 400:
        assert body.keys() == {"success", "data", "requestId"}, where
        assert body["success"] is True, where
        assert isinstance(body["data"], dict), where
    else:
        _check_error(answer, body, where)


def _check_error(answer: Answer, body: dict[str, Any], where: str) -> None:
    assert body.keys() == {"success", "error", "requestId"}, where
    assert body["success"] is False, where
    error = body["error"]
    assert error["code"] in CODES.get(answer.status, set()), where
    assert isinstance(error["message"], str), where
    assert error["message"], where
    if error["code"] == "VALIDATION_ERROR":
        assert error["errors"], where
        assert all(found.keys() == {"field", "message"} for found in error["errors"]), where
    if error["code"] == "RATE_LIMITED":
        assert int(answer.headers["retry-after"]) >= 1, where


def without_id(answer: Answer) -> Any:
    """The body of an answer but for the one thing in which two answers to the same
    question differ.
    """
    body = answer.body
    return (
        {name: value for name, value in body.items() if name != "requestId"}
        if isinstance(body, dict)
        else body
    )
