"""How the client sends: the same key over its tries, Retry-After and backoff, one fresh token, and
errors as classes.
"""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from studio_runs_client import Client, GivenToken, Retries, errors
from studio_runs_client.errors import ApiError, ConnectionFailed, UnexpectedAnswer, api_error

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text("utf-8"))
URL = "https://runs.test"
Reply = httpx.Response | httpx.TransportError


def ok(data: Any) -> httpx.Response:
    return httpx.Response(200, json={"success": True, "data": data, "requestId": "r"})


def refused(status: int, code: str, headers: dict[str, str] | None = None) -> httpx.Response:
    error = {"code": code, "message": "no"}
    body = {"success": False, "error": error, "requestId": "r"}
    return httpx.Response(status, json=body, headers=headers)


class Server:
    """Answers from a script; remembers what was asked."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.asked: list[httpx.Request] = []
        self.pauses: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def client(self, token: Callable[[], str] | str = "t", tries: int = 4) -> Client:
        retries = Retries(tries=tries, sleep=self.pauses.append)
        http = httpx.Client(transport=httpx.MockTransport(self))
        return Client(URL, GivenToken(token), retries=retries, http=http)


HEALTH = {"status": "ok", "version": "1", "worker_enabled": True, "prices_age_days": 9}


@pytest.mark.parametrize(
    "reply",
    [
        refused(503, "AUDIT_UNAVAILABLE"),
        refused(500, "INTERNAL_ERROR"),
        httpx.Response(504, json={"message": "late"}),
        httpx.Response(502, text="<html>"),
        refused(429, "RATE_LIMITED"),
        httpx.ConnectError("no"),
        httpx.ReadTimeout("late"),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_again(reply: Reply) -> None:
    server = Server(reply, ok(HEALTH))
    assert server.client().service.health().status == "ok"
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "INVALID_REQUEST"),
        (403, "FORBIDDEN"),
        (404, "NOT_FOUND"),
        (409, "CONFLICT"),
        (422, "VALIDATION_ERROR"),
        (503, "WORKER_DISABLED"),
    ],
)
def test_what_will_not_pass_is_said_at_once(status: int, code: str) -> None:
    server = Server(refused(status, code))
    with pytest.raises(ApiError) as caught:
        server.client().service.health()
    assert (caught.value.status, caught.value.code, len(server.asked)) == (status, code, 1)


def test_a_key_is_made_once_and_kept_over_all_tries() -> None:
    server = Server(httpx.ReadError("cut"), refused(500, "INTERNAL_ERROR"), ok({"project": {}}))
    with pytest.raises(UnexpectedAnswer):
        server.client().projects.create("p")
    keys = {request.headers["idempotency-key"] for request in server.asked}
    assert (len(server.asked), len(keys)) == (3, 1)


def test_the_callers_own_key_is_sent() -> None:
    server = Server(refused(422, "IDEMPOTENCY_KEY_REUSED"))
    with pytest.raises(errors.KeyReused):
        server.client().projects.create("p", key="mine")
    assert server.asked[0].headers["idempotency-key"] == "mine"


def test_what_is_not_repeatable_is_not_repeated() -> None:
    for reply in (httpx.ReadError("cut"), refused(500, "INTERNAL_ERROR")):
        server = Server(reply)
        with pytest.raises((ConnectionFailed, errors.ServerFault)):
            server.client().runs.cancel("r")
        assert len(server.asked) == 1


def test_what_was_never_sent_is_sent_again() -> None:
    server = Server(httpx.ConnectError("no"), refused(409, "CONFLICT"))
    with pytest.raises(errors.Conflict):
        server.client().runs.cancel("r")
    assert len(server.asked) == 2


def test_retry_after_is_the_least_that_is_waited() -> None:
    server = Server(refused(429, "RATE_LIMITED", {"retry-after": "7"}), ok(HEALTH))
    server.client().service.health()
    assert 7 <= server.pauses[0] < 8


def test_a_date_is_a_retry_after_too() -> None:
    late = {"retry-after": "Fri, 31 Dec 2199 23:59:59 GMT"}
    server = Server(refused(503, "AUDIT_UNAVAILABLE", late), ok(HEALTH))
    server.client().service.health()
    assert server.pauses[0] > 1_000_000


def test_pauses_grow_and_are_bounded() -> None:
    server = Server(*[httpx.ConnectError("no")] * 12)
    with pytest.raises(ConnectionFailed):
        server.client(tries=12).service.health()
    assert len(server.pauses) == 11
    assert all(pause <= min(20.0, 0.5 * 2**number) for number, pause in enumerate(server.pauses))


def test_a_refused_token_is_replaced_once() -> None:
    tokens = iter(["old", "new", "newer"])
    unauthorized = httpx.Response(401, json={"message": "Unauthorized"})
    server = Server(unauthorized, ok(HEALTH))
    server.client(lambda: next(tokens)).service.health()
    assert [one.headers["authorization"] for one in server.asked] == ["Bearer old", "Bearer new"]
    server = Server(unauthorized, unauthorized)
    with pytest.raises(errors.Unauthorized, match="Unauthorized"):
        server.client().service.health()


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"success": False}),
        ok({"status": 1}),
    ],
    ids=lambda reply: reply.text[:20],
)
def test_an_answer_of_another_form_is_one_error(reply: httpx.Response) -> None:
    with pytest.raises(UnexpectedAnswer):
        Server(reply).client().service.health()


def test_every_code_of_the_document_has_a_class_that_says_its_status() -> None:
    statuses = {
        int(name.removeprefix("Error")): answer["content"]["application/json"]["examples"]
        for name, answer in DOCUMENT["components"]["responses"].items()
    }
    for status, examples in statuses.items():
        for code in examples:
            body = {"error": {"code": code, "message": "m"}}
            found = api_error(status, body, None, None)
            assert type(found) is not ApiError, f"{status} {code}"
            assert (found.status, found.code) == (status, code)


def test_every_error_stands_in_the_tree_of_the_docstring() -> None:
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, errors.StudioRunsError):
            assert name in (errors.__doc__ or ""), name


def test_a_word_and_a_field_that_the_client_does_not_know_are_kept() -> None:
    server = Server(ok({**HEALTH, "region": "north"}))
    assert server.client().service.health().model_extra == {"region": "north"}
