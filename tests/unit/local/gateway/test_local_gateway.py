"""API Gateway's part, without a socket: events, answers, routes, CORS, and its own errors.

Long because each rule of API Gateway's payload has its case here.
"""

import base64
import json

import pytest

from local.errors import FunctionFailed, FunctionTimedOut
from local.gateway.gateway import BODY_LIMIT, Gateway
from local.gateway.issuer import AUDIENCE, USERS, Issuer
from local.serving.messages import Request
from local.template.blueprint import (
    Authorizer,
    Blueprint,
    Cors,
    Route,
)

ISSUER = Issuer("http://127.0.0.1:1")
OPEN = Route("POST", "/open/{id}", "open", None)
ROUTES = (
    OPEN,
    Route("GET", "/things/{id}", "get", "Jwt"),
    Route("GET", "/things/latest", "latest", None),
    Route("ANY", "/things/{rest+}", "greedy", None),
    Route("ANY", "/things/{id}", "any", None),
    Route("GET", "/scoped", "scoped", "Jwt", ("read", "write")),
)
CORS = Cors(
    ("https://app.example", "http://*"), ("GET", "POST"), ("authorization",), ("x-request-id",), 600
)


class Invoked:
    """Stands for the functions: remembers the last call, and answers or fails as it was told."""

    def __init__(self, answer=None):
        self.answer = {"statusCode": 200} if answer is None else answer
        self.name = self.event = None

    def __call__(self, name, event, limit=None):
        self.name, self.event = name, event
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def gateway(invoked, cors=None, routes=ROUTES):
    authorizers = {"Jwt": Authorizer("Jwt", ISSUER.url, (AUDIENCE,))}
    documents = ISSUER.documents()
    blueprint = Blueprint(authorizers=authorizers, routes=routes, cors=cors)
    return Gateway(
        blueprint,
        invoked,
        lambda: 1_800_000_000.5,
        lambda url: documents[url.removeprefix("http://127.0.0.1:1")],
    )


def ask(invoked=None, method="POST", target="/open/7", headers=(), body=b"", cors=None):
    return gateway(invoked or Invoked(), cors).handle(
        Request(method, target, headers, body, id="the-request")
    )


def body_of(response):
    return json.loads(response.body)


def test_an_answer_says_the_stacks_own_time():
    assert dict(ask().headers)["Date"] == "Fri, 15 Jan 2027 08:00:00 GMT"


SENT = [
    ("Host", "api.example:3000"),
    ("User-Agent", "a test"),
    ("Content-Type", "application/json; charset=utf-8"),
    ("X-Twice", "one"),
    ("x-twice", " two "),
    ("Cookie", "a=1; b=2"),
    ("Cookie", "c=3"),
]
CONTEXT = {
    "accountId": "123456789012",
    "apiId": "local",
    "domainName": "api.example:3000",
    "domainPrefix": "api",
    "http": {
        "method": "POST",
        "path": "/open/a/b c",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "a test",
    },
    "requestId": "the-request",
    "routeKey": "POST /open/{id}",
    "stage": "$default",
    "time": "15/Jan/2027:08:00:00 +0000",
    "timeEpoch": 1_800_000_000_500,
}
EVENT = {
    "version": "2.0",
    "routeKey": "POST /open/{id}",
    "rawPath": "/open/a/b c",
    "rawQueryString": "x=1&y=%C3%A9+z&x=2&empty=",
    "cookies": ["a=1", "b=2", "c=3"],
    "headers": {
        "host": "api.example:3000",
        "user-agent": "a test",
        "content-type": "application/json; charset=utf-8",
        "x-twice": "one,two",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    },
    "queryStringParameters": {"x": "1,2", "y": "é z", "empty": ""},
    "pathParameters": {"id": "a/b c"},
    "requestContext": CONTEXT,
    "body": '{"é": 1}',
    "isBase64Encoded": False,
}


def test_the_event_is_payload_format_2_to_the_letter():
    invoked = Invoked()
    ask(
        invoked,
        target="/open/a%2Fb%20c?x=1&y=%C3%A9+z&x=2&empty=",
        headers=SENT,
        body='{"é": 1}'.encode(),
    )
    assert invoked.name == "open"
    assert invoked.event == EVENT


def test_what_a_request_does_not_have_is_absent():
    invoked = Invoked()
    ask(invoked, "GET", "/things/latest")
    assert not {"cookies", "queryStringParameters", "pathParameters", "body"} & set(invoked.event)
    assert "authorizer" not in invoked.event["requestContext"]


@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [
        ("application/json", False),
        ("text/csv; charset=utf-8", False),
        ("application/xml", False),
        ("application/javascript", False),
        ("application/octet-stream", True),
        ("application/x-www-form-urlencoded", True),
        ("application/fhir+json", True),
        (None, True),
    ],
)
def test_which_bodies_come_in_base64(content_type, encoded):
    invoked = Invoked()
    ask(
        invoked, headers=[("content-type", content_type)] if content_type else [], body=b"some text"
    )
    assert invoked.event["isBase64Encoded"] is encoded
    assert invoked.event["body"] == (
        base64.b64encode(b"some text").decode() if encoded else "some text"
    )


def test_text_that_is_no_utf_8_comes_in_base64():
    invoked = Invoked()
    ask(invoked, headers=[("Content-Type", "application/json")], body=b'"\xff"')
    assert (base64.b64decode(invoked.event["body"]), invoked.event["isBase64Encoded"]) == (
        b'"\xff"',
        True,
    )


def test_claims_come_as_strings():
    invoked = Invoked()
    token = ISSUER.token(
        USERS["clinician"],
        email_verified=True,
        **{"cognito:groups": ["admin", "clinician"], "level": 3},
    )
    assert ask(invoked, "GET", "/things/7", [("Authorization", f"Bearer {token}")]).status == 200
    jwt = invoked.event["requestContext"]["authorizer"]["jwt"]
    claims = jwt["claims"]
    assert jwt["scopes"] is None
    assert claims["cognito:groups"] == "[admin clinician]"
    assert (claims["level"], claims["email_verified"]) == ("3", "true")
    assert (claims["sub"], claims["custom:org_id"]) == (USERS["clinician"].sub, "demo")
    assert claims["exp"].isdigit()


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("GET", "/things/latest", "latest"),
        ("POST", "/things/latest", "any"),
        ("PUT", "/things/7", "any"),
        ("GET", "/things/7/8", "greedy"),
        ("POST", "/open/7", "open"),
    ],
)
def test_the_most_specific_route_wins(method, path, function):
    invoked = Invoked()
    assert ask(invoked, method, path).status == 200
    assert invoked.name == function


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("GET", "/open/7"),
        ("POST", "/open/"),
        ("POST", "/open/7/"),
        ("POST", "/open/7/8"),
        ("OPTIONS", "/open/7"),
    ],
)
def test_an_unknown_route_or_method_is_not_found(method, path):
    response = ask(method=method, target=path)
    assert (response.status, body_of(response)) == (404, {"message": "Not Found"})


def test_a_handlers_answer_becomes_the_response():
    answer = {
        "statusCode": "201",
        "headers": {"X-One": "a", "x-two": 2, "x-three": True},
        "cookies": ["a=1", "b=2"],
        "body": base64.b64encode(b"\x00\xff").decode(),
        "isBase64Encoded": True,
    }
    response = ask(Invoked(answer))
    assert (response.status, response.body) == (201, b"\x00\xff")
    assert list(response.headers) == [
        ("Apigw-Requestid", "the-request"),
        ("Date", "Fri, 15 Jan 2027 08:00:00 GMT"),
        ("X-One", "a"),
        ("x-two", "2"),
        ("x-three", "true"),
        ("Content-Type", "text/plain;charset=utf-8"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ]


@pytest.mark.parametrize(
    ("answer", "body"), [("text", b"text"), ({"a": 1}, b'{"a": 1}'), ([1, None], b"[1, null]")]
)
def test_an_answer_without_a_status_is_a_200_whose_body_it_is(answer, body):
    response = ask(Invoked(answer))
    assert (response.status, response.body) == (200, body)
    assert ("Content-Type", "application/json") in response.headers


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": "ok"},
        {"statusCode": 42},
        {"statusCode": True},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a": {}}},
        {"statusCode": 200, "headers": {"a": "b\r\nSet-Cookie: c=d"}},
        {"statusCode": 200, "body": {"not": "a string"}},
        {"statusCode": 200, "body": "not base64", "isBase64Encoded": True},
        {"statusCode": 200, "cookies": "a=1"},
        FunctionFailed("ValueError", "patient Jane Roe"),
    ],
)
def test_bad_output_or_a_raised_error_is_a_500_that_says_nothing(answer, caplog):
    response = ask(Invoked(answer))
    assert (response.status, body_of(response)) == (500, {"message": "Internal Server Error"})
    assert "Jane" not in caplog.text


def test_a_late_function_is_a_504():
    response = ask(Invoked(FunctionTimedOut("late")))
    assert (response.status, body_of(response)) == (504, {"message": "Endpoint request timed out"})


def test_a_body_over_10_mb_is_a_413_but_after_route_and_token():
    big = b"x" * (BODY_LIMIT + 1)
    assert ask(body=big[:-1]).status == 200
    response = ask(body=big)
    assert (response.status, body_of(response)) == (413, {"message": "Request Entity Too Large"})
    assert ask(method="GET", target="/things/7", body=big).status == 401
    assert ask(target="/nothing", body=big).status == 404


def test_cors_is_answered_for_the_function_and_replaces_what_it_said():
    origin = ("Origin", "https://app.example")
    asks = [origin, ("Access-Control-Request-Method", "POST")]
    response = ask(method="OPTIONS", target="/anything", headers=asks, cors=CORS)
    assert (response.status, response.body) == (204, b"")
    assert dict(response.headers) == {
        "Access-Control-Allow-Origin": "https://app.example",
        "Vary": "Origin",
        "Access-Control-Allow-Methods": "GET,POST",
        "Access-Control-Allow-Headers": "authorization",
        "Access-Control-Expose-Headers": "x-request-id",
        "Access-Control-Max-Age": "600",
    }
    own = Invoked({"statusCode": 200, "headers": {"access-control-allow-origin": "*"}})
    assert [
        value
        for name, value in ask(own, headers=[origin], cors=CORS).headers
        if name.lower() == "access-control-allow-origin"
    ] == ["https://app.example"]
    assert dict(ask(method="GET", target="/things/7", headers=[origin], cors=CORS).headers)[
        "Access-Control-Allow-Origin"
    ], "a 401 too"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://evil.example", False),
        ("http://127.0.0.1:9", True),
        ("https://app.example:1", False),
    ],
)
def test_cors_knows_its_origins(origin, allowed):
    headers = dict(ask(headers=[("Origin", origin)], cors=CORS).headers)
    assert ("Access-Control-Allow-Origin" in headers) is allowed
    preflight = ask(
        method="OPTIONS",
        headers=[("Origin", origin), ("Access-Control-Request-Method", "GET")],
        cors=CORS,
    )
    assert (preflight.status, bool(preflight.headers)) == (204, allowed)


def test_scopes_are_checked_after_the_token():
    def status(**claims):
        token = ISSUER.token(USERS["clinician"], **claims)
        return ask(method="GET", target="/scoped", headers=[("authorization", f"Bearer {token}")])

    assert status(scope="other write").status == 200
    refused = status(scope="other")
    assert (refused.status, body_of(refused)) == (403, {"message": "Forbidden"})
