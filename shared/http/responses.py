"""The envelope. Every response of ours carries the request's id in it and in `x-request-id`.

Answers of some size travel compressed to whoever takes that: an HTTP API compresses nothing, so its
functions do. An event stream stays as it is, because it is read while it comes.
"""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.errors import RequestError
from shared.http.call import Call
from shared.http.cursors import Cursors

Headers = Mapping[str, str]
JSON_TYPE = "application/json"
REPLAYED: Headers = {"Idempotency-Replayed": "true"}
SMALLEST_COMPRESSED = 1_000
"""Bytes above which it is worth it, as CloudFront sees it."""
_COMPRESSED_TYPES = ("application/json", "text/html")
_LEVEL, _GZIP = 6, 31


def ok(
    call: Call, data: Mapping[str, Any], status: int = HTTPStatus.OK, headers: Headers | None = None
) -> Response[str]:
    """The answer to a call, in the envelope."""
    return success(call.request_id, data, status, {**key_headers(call), **(headers or {})})


def created(call: Call, name: str, view: Any, *, new: bool) -> Response[str]:
    """201 for what the call made; 200 for what the same request made before, marked as a replay."""
    return ok(call, {name: view}, 201 if new else 200, {} if new else REPLAYED)


def page(
    call: Call,
    plural: str,
    rows: Sequence[Mapping[str, Any]],
    position: str | None,
    more: Mapping[str, Any] | None = None,
) -> Response[str]:
    """One page of a list; `more` stands beside the rows."""
    cursor = None
    if position is not None:
        cursors = Cursors(call.services.cursor_key)
        cursor = cursors.seal(position, call.caller, call.list_name)
    return ok(call, {**(more or {}), plural: list(rows), "next_cursor": cursor})


def key_headers(call: Call) -> Headers:
    """What a route with a natural key says of an Idempotency-Key."""
    is_ignored = not call.keyed and "idempotency-key" in call.headers
    return {"Idempotency-Status": "ignored"} if is_ignored else {}


def success(
    request_id: str,
    data: Mapping[str, Any],
    status: int = HTTPStatus.OK,
    headers: Headers | None = None,
) -> Response[str]:
    return _respond(
        status, {"success": True, "data": data, "requestId": request_id}, request_id, headers
    )


def failure(request_id: str, error: RequestError, headers: Headers | None = None) -> Response[str]:
    body = {"code": error.code, "message": str(error), **error.details()}
    return _respond(
        error.status,
        {"success": False, "error": body, "requestId": request_id},
        request_id,
        {**error.headers(), **(headers or {})},
    )


def internal_error(request_id: str) -> Response[str]:
    body = {"code": "INTERNAL_ERROR", "message": "Something went wrong on our side."}
    return _respond(
        500, {"success": False, "error": body, "requestId": request_id}, request_id, None
    )


def no_content(request_id: str) -> Response[str]:
    return Response(HTTPStatus.NO_CONTENT, None, "", headers={"x-request-id": request_id})


def bare(
    request_id: str,
    content_type: str,
    body: str,
    status: int = HTTPStatus.OK,
    headers: Headers | None = None,
) -> Response[str]:
    """A response that is not in the envelope: a document, a redirect."""
    return Response(
        status, content_type, body, headers={"x-request-id": request_id, **(headers or {})}
    )


def _respond(
    status: int, body: Mapping[str, Any], request_id: str, headers: Headers | None
) -> Response[str]:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(
        int(status),
        JSON_TYPE,
        text,
        headers={"x-request-id": request_id, "cache-control": "no-store", **(headers or {})},
    )


def compressed(answer: dict[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """The answer, in gzip where the request's headers (names in lower case) take that. One that
    would be compressed for others says so (`vary`), so that no cache mixes them up.
    """
    said = {name.lower(): str(value) for name, value in answer["headers"].items()}
    body = (answer.get("body") or "").encode()
    if len(body) <= SMALLEST_COMPRESSED or not said.get("content-type", "").startswith(
        _COMPRESSED_TYPES
    ):
        return answer
    kept = {**answer["headers"], "vary": "Accept-Encoding"}
    if not takes_gzip(headers.get("accept-encoding", "")):
        return {**answer, "headers": kept}
    work = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    packed = work.compress(body) + work.flush()
    return {
        **answer,
        "headers": {**kept, "content-encoding": "gzip"},
        "body": base64.b64encode(packed).decode(),
        "isBase64Encoded": True,
    }


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3)."""
    weights = dict(_weighed(part) for part in accepted.lower().split(","))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weighed(part: str) -> tuple[str, float]:
    """A coding and its weight; what has none is wanted, what has a malformed one is not."""
    name, _, rest = part.partition(";")
    parameter, _, weight = rest.partition("=")
    if parameter.strip() != "q":
        return name.strip(), 1.0
    try:
        return name.strip(), float(weight)
    except ValueError:
        return name.strip(), 0.0
