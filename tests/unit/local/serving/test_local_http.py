"""The running stack over HTTP: functions really invoked, the server's own manners, the routes under
/dev, the console.
"""

import http.client
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.gateway.issuer import USERS


def connection(world):
    return http.client.HTTPConnection("127.0.0.1", int(world.url.rpartition(":")[2]), timeout=20)


def test_a_function_gets_the_event_its_environment_and_the_callers_claims(world):
    answer = world.call(
        "GET",
        "/things/a%20b?x=1&x=2",
        authorization=f"Bearer {world.token('clinician')}",
        cookie="a=1",
    )
    assert answer.status == 200
    assert (answer.json["function"], answer.json["memory"]) == ("studio-runs-local-Echo", "256")
    event = answer.json["event"]
    assert (event["pathParameters"], event["queryStringParameters"], event["cookies"]) == (
        {"thingId": "a b"},
        {"x": "1,2"},
        ["a=1"],
    )
    assert event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] == USERS["clinician"].sub
    assert answer.headers["Apigw-Requestid"] == event["requestContext"]["requestId"]


def test_no_token_is_401_and_an_expired_one_too(world):
    assert (world.call("GET", "/things/7").status, world.call("GET", "/things/7").json) == (
        401,
        {"message": "Unauthorized"},
    )
    for seconds in (0, -5):
        token = world.call("POST", "/dev/token", {"user": "admin", "expires_in": seconds}).json[
            "token"
        ]
        answer = world.call("GET", "/things/7", authorization=f"Bearer {token}")
        assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("order", "status", "body"),
    [
        ({"return": {"a": 1}}, 200, {"a": 1}),
        ({"raise": "a secret"}, 500, {"message": "Internal Server Error"}),
        ({"return": {"statusCode": "no"}}, 500, {"message": "Internal Server Error"}),
        ({"size": 6 * 1024 * 1024}, 500, {"message": "Internal Server Error"}),
        ({"sleep": 3, "return": 1}, 504, {"message": "Endpoint request timed out"}),
    ],
)
def test_what_comes_of_what_a_function_does(world, order, status, body):
    answer = world.call("POST", "/answer", order)
    assert (answer.status, answer.json) == (status, body)


def test_large_bodies(world):
    assert world.call("POST", "/answer", {"size": 5 * 1024 * 1024}).body == b"x" * 5 * 1024 * 1024
    answer = world.call("POST", "/answer", b"x" * (10 * 1024 * 1024 + 1))
    assert (answer.status, answer.json) == (413, {"message": "Request Entity Too Large"})


def test_chunks_keep_alive_and_expect(world):
    link = connection(world)
    body = json.dumps({"return": "hello"}).encode()
    for _ in range(2):
        link.request(
            "POST",
            "/answer",
            iter([body[:5], body[5:]]),
            {"content-type": "application/json"},
            encode_chunked=True,
        )
        answer = link.getresponse()
        assert (answer.status, answer.read()) == (200, b"hello")
    kept = link.sock
    link.request(
        "POST", "/answer", body, {"content-type": "application/json", "Expect": "100-continue"}
    )
    assert link.getresponse().read() == b"hello"
    assert link.sock is kept
    link.close()


def test_a_malformed_request_is_refused_in_the_gateways_form(world):
    with socket.create_connection(
        ("127.0.0.1", int(world.url.rpartition(":")[2])), timeout=5
    ) as raw:
        raw.sendall(b"NONSENSE\r\n\r\n")
        assert b'{"message":"Bad Request"}' in raw.makefile("rb").read()


def test_sixty_four_requests_at_once_do_not_read_each_others_state(world):
    together = threading.Barrier(64)

    def ask(number):
        link = connection(world)
        together.wait()
        link.request("GET", f"/routed/n{number}")
        answer = json.loads(link.getresponse().read())
        link.close()
        return answer

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(ask, range(64)))
    function = "studio-runs-local-Routed"
    assert answers == [
        {"name": f"n{n}", "path": f"/routed/n{n}", "function": function, "tag": f"n{n}"}
        for n in range(64)
    ]


def test_users_and_tokens(world):
    assert world.call("GET", "/dev/users").json == {
        "users": [
            {"user": u.name, "sub": u.sub, "org_id": u.org_id, "roles": list(u.roles)}
            for u in USERS.values()
        ]
    }


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/dev/token", b"{", 400, "not JSON"),
        ("/dev/token", [], 400, "JSON object"),
        ("/dev/token", {"user": "nobody"}, 422, "clinician"),
        ("/dev/token", {"user": "admin", "expires_in": "soon"}, 422, "expires_in"),
        ("/dev/token", {"user": "admin", "role": "x"}, 422, "role"),
        ("/dev/model", {"script": ["nonsense"]}, 422, "nonsense"),
        ("/dev/model", {}, 422, "script"),
        ("/dev/worker", {}, 422, "kill_at"),
        ("/dev/worker", {"kill_at": "a", "kill_after": "b"}, 422, "kill_at"),
        ("/dev/worker", {"kill_at": 3}, 422, "kill_at"),
        ("/dev/settings", {"worker_enabled": "yes"}, 422, "worker_enabled"),
        ("/dev/settings", {"quota_per_minute": -1}, 422, "quota_per_minute"),
        ("/dev/settings", {"other": 1}, 422, "other"),
        ("/dev/clock", {"advance_seconds": -1}, 422, "forward only"),
        ("/dev/clock", {"advance_seconds": True}, 422, "advance_seconds"),
        ("/dev/clock", {}, 422, "advance_seconds"),
        ("/dev/nothing", {}, 404, "/dev/nothing"),
    ],
)
def test_bad_input_under_dev_is_refused_in_clear_words(world, path, body, status, words):
    answer = world.call("POST", path, body)
    assert answer.status == status
    assert words in answer.json["error"]


def test_the_model_takes_a_script_and_tells_what_is_left(world):
    before = world.call("GET", "/dev/model").json
    assert world.call("POST", "/dev/model", {"script": ["500", {"slow": 3}]}).status == 200
    assert world.call("GET", "/dev/model").json == before | {"remaining": 2}
    assert before.keys() == {"calls", "remaining", "billed_usd"}
    world.call("POST", "/dev/model", {"script": []})


def test_the_console_is_served_with_strict_headers_and_nothing_beside_it(world):
    answer = world.call("GET", "/console/")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html;charset=utf-8")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert world.call("GET", "/").body == answer.body
    for path in (
        "/console/../conftest.py",
        "/console/%2e%2e/%2e%2e/etc/passwd",
        "/console/missing.js",
        "/console/%00",
    ):
        assert world.call("GET", path).status == 404
