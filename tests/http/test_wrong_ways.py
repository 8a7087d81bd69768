"""What every route answers to a request that cannot be served, whatever the route does: enumerated
over docs/openapi.json.

Long because each row of the error table has its request here.
"""

import base64
import json
import time
import uuid
from functools import cache

import pytest

from local.demo.client import Client
from tests.support.care import Ward
from tests.support.conforming import without_id
from tests.support.routes import BODIES, OPEN, Route, guarded, lists, of_things, routes, with_body
from tests.support.witness import BYTES, SIZES, SLASHES, differs

pytestmark = pytest.mark.one_in(4)
HOLDERS = ("admin", "clinician", "member", "system")
"""Between them they hold every role that any guarded route lets in."""
MB = 1024 * 1024


def named(found: list[Route]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", found, ids=[one.name for one in found])


@cache
def holder(client: Client, route: Route) -> str:
    """A user of `demo` whose role the route lets in."""
    for user in HOLDERS:
        if client.call(route.method, route.path(userId="somebody"), route.body, user).status != 403:
            return user
    raise AssertionError(f"nobody may use {route.name}")


def test_every_route_has_a_request() -> None:
    declared = {route.name for route in routes()}
    assert {route.name for route in routes() if route.method in ("POST", "PUT", "PATCH")} == set(
        BODIES
    )
    assert declared >= OPEN


# --- who asks -------------------------------------------------------------------------------------


@pytest.mark.rule("R-AUTH-1")
@named(guarded())
def test_without_a_valid_token_nothing_is_answered(client: Client, route: Route) -> None:
    path = route.path(userId="somebody")
    good = client.token("admin")
    head, body, signature = good.split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "==")) | {
        "cognito:groups": ["admin"],
        "custom:org_id": "other",
    }
    tokens = [
        None, "Bearer", "Bearer ", "Bearer nonsense", "Bearer a.b.c", f"Basic {good}",
        (f"Bearer "
            f"{head}.{base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip('=')}.{signature}"),
        f"Bearer {head}.{body}.", f"Bearer {_unsigned(body)}",
        f"Bearer {client.token('admin', expires_in=-60)}",
    ]  # fmt: skip
    for token in tokens:
        headers = {} if token is None else {"authorization": token}
        answer = client.call(route.method, path, route.body, None, **headers)
        assert (answer.status, answer.body) == (401, {"message": "Unauthorized"}), token


def _unsigned(body: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.{body}."


@pytest.mark.rule("R-AUTH-1")
def test_a_token_is_good_until_it_expires_and_not_a_second_longer(client: Client) -> None:
    short = client.token("admin", expires_in=2)
    assert (
        client.call("GET", "/api/patients", None, None, authorization=f"Bearer {short}").status
        == 200
    )
    deadline = time.monotonic() + 10
    while (
        client.call("GET", "/api/patients", None, None, authorization=f"Bearer {short}").status
        != 401
    ):
        assert time.monotonic() < deadline, "an expired token is still taken"
        time.sleep(0.2)


@named([route for route in routes() if route.name in OPEN])
def test_the_service_routes_answer_without_a_token(client: Client, route: Route) -> None:
    assert client.call(route.method, route.template).status == 200


# --- what is asked for ----------------------------------------------------------------------------


@pytest.mark.rule("R-ORG-1")
@named(of_things())
def test_what_is_missing_is_a_404_that_names_nothing(client: Client, route: Route) -> None:
    answer = client.call(
        route.method, route.path(userId="somebody"), route.body, holder(client, route)
    )
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert without_id(answer) == {
        "success": False,
        "error": {"code": "NOT_FOUND", "message": "There is no such resource."},
    }


@named([route for route in guarded() if set(route.parameters) - {"userId", "scope"}])
@pytest.mark.parametrize(
    "bad",
    [
        "x",
        "1",
        "11111111-1111-4111-8111-11111111111",
        "11111111111141118111111111111111",
        "%00",
        pytest.param("..%2F..", marks=differs(SLASHES)),
        "%F0%9F%92%8A",
    ],
)
def test_a_malformed_id_is_a_400(client: Client, route: Route, bad: str) -> None:
    for name in route.parameters:
        if name not in ("userId", "scope"):
            answer = client.call(
                route.method, route.path(userId="somebody", **{name: bad}), route.body, "admin"
            )
            assert (answer.status, answer.code) == (400, "INVALID_REQUEST"), name


@differs(SLASHES)
@pytest.mark.parametrize("bad", ["%20", "a%20b", "%C3%A9", "%00", "x" * 256])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_person_is_any_visible_name_and_no_other(
    ward: Ward, client: Client, method: str, bad: str
) -> None:
    for fine in ("auth0%7C5f7c8ec7c33c6c004bbafe82", "x", "x" * 255, "a%23b%2Fc%7E"):
        path = f"/api/patients/{ward.patient}/clinicians/{fine}"
        assert client.call(method, path, None, "admin").status in (200, 204)
    assert (
        client.call(method, f"/api/patients/{ward.patient}/clinicians/{bad}", None, "admin").code
        == "INVALID_REQUEST"
    )


def test_an_id_is_the_same_in_upper_case(ward: Ward, client: Client) -> None:
    run_id = ward.a_run()
    assert (
        client.call("GET", f"/api/studio/diagnosis-runs/{run_id.upper()}", None, "clinician").data[
            "run"
        ]["id"]
        == run_id
    )
    assert (
        client.call("GET", f"/api/patients/{ward.patient.upper()}", None, "clinician").data[
            "patient"
        ]["id"]
        == ward.patient
    )


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/nothing"), ("POST", "/runs/"), ("GET", "/api/studio"), ("GET", "/runs/x/y/z/a"),
    ("DELETE", "/runs"), ("PATCH", "/api/patients"), ("PUT", "/runs"), ("TRACE", "/health"),
    ("BREW", "/health"),
])  # fmt: skip
def test_an_unknown_route_or_method_is_the_gateways_404(
    client: Client, method: str, path: str
) -> None:
    answer = client.call(method, path, None, "admin")
    assert (answer.status, answer.body) == (404, {"message": "Not Found"})


# --- bodies ---------------------------------------------------------------------------------------

NO_JSON = {
    "a word": b"nonsense",
    "half of it": b'{"a": ',
    "more after it": b"{} {}",
    "a comment": b"{/* */}",
    "single quotes": b"{'a': 1}",
    "a trailing comma": b'{"a": 1,}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "beyond every number": b'{"a": 1e999}',
    "an endless integer": b'{"a": ' + b"9" * 6_000 + b"}",
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\udfff": 1}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "no UTF-8": b"\xff\xfe{}",
    "UTF-16": '{"a": 1}'.encode("utf-16-le"),
    "unbalanced": b"[" * 5_000,
}
TOO_DEEP = {
    "nested 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "nested 1,000 deep": b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    "nested 980 deep": b"[" * 980 + b"]" * 980,
    "nested 101 deep": b'{"a":' * 101 + b"1" + b"}" * 101,
}
NO_OBJECT = {
    "an array": b"[{}]",
    "an empty array": b"[]",
    "a text": b'"text"',
    "a number": b"7",
    "true": b"true",
    "null": b"null",
}


@pytest.mark.rule("R-HTTP-1")
@named(with_body())
def test_a_body_that_is_no_json_is_a_400(client: Client, route: Route) -> None:
    path, user = route.path(userId="somebody"), holder(client, route)
    takes_a_mark = route.name == "PUT /api/patients/{patientId}/record"
    sent = {k: v for k, v in NO_JSON.items() if not (takes_a_mark and k == "a byte order mark")}
    answers = {what: client.call(route.method, path, body, user) for what, body in sent.items()}
    assert {
        what: (answer.status, answer.code) for what, answer in answers.items()
    } == dict.fromkeys(sent, (400, "INVALID_REQUEST"))


@pytest.mark.rule("R-HTTP-1")
@named(with_body())
def test_a_body_that_is_no_object_or_nested_too_deep_is_a_422(client: Client, route: Route) -> None:
    """Also one that a library would unwrap: an array with the right object in it."""
    path, user = route.path(userId="somebody"), holder(client, route)
    sent = NO_OBJECT | TOO_DEEP
    answers = {what: client.call(route.method, path, body, user) for what, body in sent.items()}
    assert {
        what: (answer.status, answer.code) for what, answer in answers.items()
    } == dict.fromkeys(sent, (422, "VALIDATION_ERROR"))


@pytest.mark.rule("R-HTTP-1")
@named(with_body())
def test_the_right_body_inside_an_array_is_a_422(client: Client, route: Route) -> None:
    path, user = route.path(userId="somebody"), holder(client, route)
    for body in ([route.body or {}], [route.body or {}, "junk"]):
        answer = client.call(route.method, path, body, user)
        assert (answer.status, answer.code) == (422, "VALIDATION_ERROR")
        assert answer.body["error"]["errors"] == [{"field": "body", "message": "must be an object"}]


@pytest.mark.rule("R-HTTP-1")
@named([route for route in with_body() if not route.template.endswith("/record")])
def test_a_body_of_more_than_fifty_thousand_values_is_a_422(client: Client, route: Route) -> None:
    """Keys are not counted."""
    path, user = route.path(userId="somebody"), holder(client, route)
    too_many = client.call(route.method, path, {"a": [0] * 49_999}, user)
    assert (too_many.status, too_many.code) == (422, "VALIDATION_ERROR")
    assert too_many.body["error"]["errors"] == [
        {"field": "body", "message": "must have at most 50,000 values"}
    ]


@pytest.mark.rule("R-HTTP-1")
@named(with_body())
def test_a_body_of_another_form_is_a_422(client: Client, route: Route) -> None:
    path, user = route.path(userId="somebody"), holder(client, route)
    wrong = [
        b"[]",
        b'"text"',
        b"5",
        b"true",
        b"[" * 99 + b"]" * 99,
        b'{"no_such_field": 1}',
        b'{"__proto__": {}}',
        b'{"": 1}',
    ]
    for body in wrong:
        answer = client.call(route.method, path, body, user)
        assert (answer.status, answer.code) == (422, "VALIDATION_ERROR"), body
        assert all(
            found["field"].partition(".")[0].partition("[")[0] == "body"
            for found in answer.body["error"]["errors"]
        ), body


@named(
    [
        route
        for route in with_body()
        if isinstance(route.body, dict) and route.body != {} and "record" not in route.template
    ]
)
def test_an_unknown_field_is_named_beside_the_known_ones(client: Client, route: Route) -> None:
    answer = client.call(
        route.method, route.path(), route.body | {"colour": "red"}, holder(client, route)
    )
    assert answer.body["error"]["errors"] == [
        {"field": "body.colour", "message": "is not a known field"}
    ]


@named(with_body())
def test_what_was_sent_is_never_quoted_in_an_error(client: Client, route: Route) -> None:
    """It may be patient data."""
    marker = f"marker-{uuid.uuid4()}"
    user = holder(client, route)
    for body in (
        {"colour": marker},
        dict.fromkeys(route.body or {"x": 1}, marker),
        marker,
        [marker],
        {name: [marker] for name in route.body or {}},
    ):
        answer = client.call(route.method, route.path(userId="somebody"), body, user)
        assert answer.status < 300 or marker.encode() not in answer.raw


@named([route for route in with_body() if route.body is None])
def test_an_actions_body_may_be_absent_or_empty(client: Client, route: Route) -> None:
    user = holder(client, route)
    path = route.path(userId="somebody")
    for body in (None, b"", b"{}", b" {}\r\n"):
        assert client.call(route.method, path, body, user).code == "NOT_FOUND", body


@named(with_body())
def test_white_space_alone_is_no_json(client: Client, route: Route) -> None:
    user, path = holder(client, route), route.path(userId="somebody")
    for body in (b" ", b"\r", b"\t\n"):
        assert client.call(route.method, path, body, user).code == "INVALID_REQUEST", body


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "text/plain",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "image/png",
    ],
)
def test_json_is_json_whatever_its_content_type_says(ward: Ward, client: Client, sent: str) -> None:
    body = {"input_config": {"text": "Müdigkeit 💊"}, "dispatch": "manual"}
    path = f"/api/studio/patients/{ward.patient}/diagnosis-runs"
    answer = client.call(
        "POST", path, json.dumps(body, ensure_ascii=False).encode(), "clinician", content_type=sent
    )
    assert (answer.status, answer.data["run"]["input"]) == (201, body["input_config"])


@pytest.mark.rule("R-HTTP-1")
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("application/json", marks=differs(BYTES)),
        pytest.param("application/json; charset=utf-8", marks=differs(BYTES)),
        "text/plain",
        "x/y",
    ],
)
@pytest.mark.parametrize(
    "text",
    [b"\xff", b"\xc3", b"\xc0\x80", b"\xed\xa0\x80"],
    ids=["no start", "cut short", "overlong", "surrogate"],
)
def test_what_is_no_utf_8_is_no_json(ward: Ward, client: Client, sent: str, text: bytes) -> None:
    path, body = (
        f"/api/studio/patients/{ward.patient}/diagnosis-runs",
        b'{"input_config": {"a": "%s"}, "dispatch": "manual"}' % text,
    )
    answer = client.call("POST", path, body, "clinician", content_type=sent)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


@pytest.mark.rule("R-HTTP-1")
@named(with_body())
def test_a_body_over_its_limit_is_a_413(client: Client, route: Route) -> None:
    """1 MB, 4 MB for a record: whatever it holds, for it is not even read."""
    limit = 4 * MB if route.template.endswith("/record") else MB
    user, path = holder(client, route), route.path(userId="somebody")
    assert client.call(route.method, path, b" " * (limit + 1), user).code == "TOO_LARGE"
    assert client.call(route.method, path, b" " * limit, user).code != "TOO_LARGE"


@differs(SIZES)
def test_over_ten_megabytes_the_gateway_refuses_by_itself(client: Client, ward: Ward) -> None:
    path = f"/api/patients/{ward.patient}/record"
    answer = client.call("PUT", path, b" " * (10 * MB + 1), "clinician")
    assert (answer.status, answer.body) == (413, {"message": "Request Entity Too Large"})
    assert client.call("PUT", path, b" " * (10 * MB), "clinician").code == "TOO_LARGE"


# --- queries --------------------------------------------------------------------------------------


@named(lists())
def test_a_limit_is_1_to_100(client: Client, route: Route) -> None:
    user, path = holder(client, route), route.path()
    for bad in (
        "0",
        "101",
        "-1",
        "1.5",
        "1e1",
        "five",
        "",
        "5,6",
        "5&limit=6",
        "%20",
        "1_0",
        "%EF%BC%95",
        "9" * 400,
    ):
        answer = client.call("GET", f"{path}?limit={bad}", None, user)
        assert (answer.status, [found["field"] for found in answer.body["error"]["errors"]]) == (
            422,
            ["query.limit"],
        ), bad
    for fine in ("1", "100", "007"):
        assert client.call("GET", f"{path}?limit={fine}", None, user).status in (200, 404), fine


@named(lists())
def test_a_cursor_that_we_did_not_make_is_a_400(client: Client, route: Route) -> None:
    user, path = holder(client, route), route.path()
    for bad in (
        "",
        "x",
        "AAAA",
        "A" * 54,
        "%00",
        "%C3%BC",
        "null",
        "-_" * 40,
        "a&cursor=b",
        "%2B%2F%3D",
    ):
        answer = client.call("GET", f"{path}?cursor={bad}", None, user)
        assert (answer.status, answer.code) == (400, "INVALID_REQUEST"), bad


@named(lists())
def test_an_unknown_query_parameter_is_ignored(client: Client, route: Route) -> None:
    user, path = holder(client, route), route.path()
    plain = client.call("GET", path, None, user)
    for extra in ("colour=red", "limit[]=5", "LIMIT=0", "%FF=%FF", "=", "&&", "cursor2=x"):
        assert client.call("GET", f"{path}?{extra}", None, user).status == plain.status, extra


STATUSES = {"GET /webhooks/{webhookId}/deliveries": ("pending", "delivered", "failed")}
"""What a list that is not of runs knows."""


@named([route for route in lists() if "status" in route.query])
def test_a_status_is_one_of_those_that_there_are(client: Client, route: Route) -> None:
    user, path = holder(client, route), route.path()
    for bad in ("done", "", "QUEUED", "queued,done", "completed"):
        answer = client.call("GET", f"{path}?status={bad}", None, user)
        assert [found["field"] for found in answer.body["error"]["errors"]] == ["query.status"], bad
    six = ("queued", "running", "waiting", "succeeded", "failed", "cancelled")
    for fine in STATUSES.get(route.name, six):
        assert client.call("GET", f"{path}?status={fine}", None, user).status in (200, 404), fine
