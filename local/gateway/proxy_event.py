"""API Gateway's payload format 2.0 for HTTP APIs: a request as a Lambda event, a handler's answer
as a response. Pure.

Source: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway" in AWS's developer
guide, and what others measured where it is silent (rawPath comes decoded; which content types come
as text).
"""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.serving.messages import Request, Response
from local.template.blueprint import Route
from local.template.intrinsics import ACCOUNT

API_ID = "local"
_TEXT_TYPES = ("application/json", "application/javascript", "application/xml")


class BadHandlerOutput(Exception):
    """The function answered something that API Gateway does not accept."""


def event(
    request: Request,
    route: Route,
    path_parameters: Mapping[str, str],
    jwt: Mapping[str, Any] | None,
    now: float,
) -> dict[str, Any]:
    """`jwt`: {claims, scopes} as the authorizer hands them over, None on an open route."""
    headers = {name: value for name, value in request.joined_headers().items() if name != "cookie"}
    cookies = [
        one.strip()
        for name, value in request.headers
        if name.lower() == "cookie"
        for one in value.split(";")
        if one.strip()
    ]
    query: dict[str, str] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    text, encoded = _body(request.body, headers.get("content-type", ""))
    optional = {
        "cookies": cookies,
        "queryStringParameters": query,
        "pathParameters": {name: unquote(value) for name, value in path_parameters.items()},
        "body": text,
    }
    return {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": unquote(request.path),
        "rawQueryString": request.query,
        "headers": headers | _forwarded(request),
        "requestContext": _context(request, route, headers, jwt, now),
        "isBase64Encoded": encoded,
    } | {name: value for name, value in optional.items() if value}


def _forwarded(request: Request) -> dict[str, str]:
    return {
        "x-forwarded-for": request.source_ip,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }


def _context(
    request: Request,
    route: Route,
    headers: Mapping[str, str],
    jwt: Mapping[str, Any] | None,
    now: float,
) -> dict[str, Any]:
    host = headers.get("host", "localhost")
    return {
        "accountId": ACCOUNT,
        "apiId": API_ID,
        **({"authorizer": {"jwt": dict(jwt)}} if jwt is not None else {}),
        "domainName": host,
        "domainPrefix": host.partition(".")[0].partition(":")[0],
        "http": {
            "method": request.method,
            "path": unquote(request.path),
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request.id,
        "routeKey": route.key,
        "stage": "$default",
        "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now * 1000),
    }


def _body(body: bytes, content_type: str) -> tuple[str, bool]:
    """(body, whether it is in base64).

    Text types come as they are. Base64 is used for everything else: other types, no type, form
    data, and bytes that are not UTF-8.
    """
    media = content_type.partition(";")[0].strip().lower()
    if not body or media.startswith("text/") or media in _TEXT_TYPES:
        with suppress(UnicodeDecodeError):
            return body.decode("utf-8"), False
    return base64.b64encode(body).decode("ascii"), True


def response(answer: Any) -> Response:
    """A handler's answer as a response; an answer without statusCode is the body of a 200.

    Raises BadHandlerOutput for what API Gateway does not accept.
    """
    if not isinstance(answer, dict) or "statusCode" not in answer:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Response(200, [("Content-Type", "application/json")], text.encode())
    headers = _headers(answer.get("headers"))
    cookies = answer.get("cookies") or []
    if not isinstance(cookies, list) or not all(isinstance(cookie, str) for cookie in cookies):
        raise BadHandlerOutput("cookies is no list of strings")
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "text/plain;charset=utf-8"))
    headers += [("Set-Cookie", cookie) for cookie in cookies]
    return Response(_status(answer["statusCode"]), headers, _answer_body(answer))


def _status(status: Any) -> int:
    if isinstance(status, bool) or not str(status).isdigit() or not 100 <= int(status) <= 599:
        raise BadHandlerOutput(f"statusCode is {status!r}")
    return int(status)


def _headers(headers: Any) -> list[tuple[str, str]]:
    if headers is None:
        return []
    if not isinstance(headers, dict) or any(
        not isinstance(value, str | int | float) for value in headers.values()
    ):
        raise BadHandlerOutput("headers is no mapping to strings")
    pairs = [
        (str(name), str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in headers.items()
    ]
    if any(not text.isprintable() or not text.isascii() for pair in pairs for text in pair):
        raise BadHandlerOutput("a header is not printable ASCII")
    return pairs


def _answer_body(answer: Mapping[str, Any]) -> bytes:
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise BadHandlerOutput("body is no string")
    if not answer.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as exc:
        raise BadHandlerOutput("body is no base64") from exc
