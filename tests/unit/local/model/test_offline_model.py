"""The offline model speaks the Messages API to anybody who does, follows its script, and lets go of
what it holds.

Long because each word of the script has its case here.
"""

import http.client
import json
import re
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.clock.stack_clock import StackClock
from local.model.clock import RealClock
from local.model.server import OfflineModel
from shared.errors import TransientFailure
from shared.runs.model import StopReason
from tests.support.model_peers import (
    Asker,
    JumpClock,
    a_request,
)
from tests.support.waiting import eventually

HEADERS = {
    "x-api-key": "any",
    "anthropic-version": "2023-06-01",
    "content-type": "application/json",
}
BODY = {"model": "m", "max_tokens": 500, "messages": [{"role": "user", "content": "Hello"}]}


class Caller:
    """Plain HTTP, without the SDK."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=10)

    def send(
        self,
        body: object,
        headers: dict[str, str] | None = None,
        path: str = "/v1/messages",
        method: str = "POST",
    ) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request(method, path, data, HEADERS if headers is None else headers)
        return self.connection.getresponse()

    def ask(self, body: object, **how: Any) -> tuple[int, Any, dict[str, str]]:
        response = self.send(body, **how)
        return (
            response.status,
            json.loads(response.read()),
            {name.lower(): value for name, value in response.getheaders()},
        )


@pytest.fixture
def caller(offline: OfflineModel) -> Iterator[Caller]:
    caller = Caller(offline.url)
    yield caller
    caller.connection.close()


def test_a_message_without_streaming_is_one_json_document(
    offline: OfflineModel, caller: Caller
) -> None:
    status, body, headers = caller.ask(BODY)
    assert status == 200
    assert headers["request-id"].startswith("req_")
    assert (body["type"], body["role"], body["model"], body["stop_reason"]) == (
        "message",
        "assistant",
        "m",
        "end_turn",
    )
    assert "stand-in" in body["content"][0]["text"]
    assert offline.totals() == {
        name: body["usage"][name] for name in ("input_tokens", "output_tokens")
    }


def test_a_streamed_message_is_the_events_of_the_api_in_their_order(caller: Caller) -> None:
    text = caller.send({**BODY, "stream": True}).read().decode()
    events = [
        json.loads(line.removeprefix("data: "))
        for line in text.split("\n")
        if line.startswith("data: ")
    ]
    names = [
        line.removeprefix("event: ") for line in text.split("\n") if line.startswith("event: ")
    ]
    assert names == [event["type"] for event in events]
    assert list(dict.fromkeys(names)) == [
        "message_start",
        "ping",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert "".join(
        event["delta"]["text"] for event in events if event["type"] == "content_block_delta"
    ).startswith("This is the offline")


@pytest.mark.parametrize(
    "headers", [{"anthropic-version": "v"}, {"anthropic-version": "v", "authorization": "Bearer "}]
)
def test_a_key_must_be_sent(caller: Caller, headers: dict[str, str]) -> None:
    status, body, sent = caller.ask(BODY, headers=headers)
    assert (status, body["error"]["type"]) == (401, "authentication_error")
    assert body["request_id"] == sent["request-id"]


def test_either_form_of_key_will_do(caller: Caller) -> None:
    assert (
        caller.ask(BODY, headers={"anthropic-version": "v", "authorization": "Bearer x"})[0] == 200
    )


def test_the_version_must_be_sent(caller: Caller) -> None:
    assert caller.ask(BODY, headers={"x-api-key": "k"})[0] == 400


def wanting(schema: dict[str, object]) -> dict[str, object]:
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"model": ""}, "model"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "messages.0.content"),
        ({"system": 3}, "system"),
        ({"output_config": {"format": {"type": "xml"}}}, "output_config.format"),
        (wanting({"type": "object"}), "additionalProperties"),
        (wanting({"type": "number", "minimum": 0}), "minimum"),
        (
            wanting({"type": "array", "items": {"type": "string", "minLength": 1}}),
            "schema.items: .*minLength",
        ),
    ],
)
def test_a_malformed_request_is_refused_as_the_api_refuses_it(
    caller: Caller, change: dict[str, object], named: str
) -> None:
    status, body, _ = caller.ask({**BODY, **change})
    assert (status, body["type"], body["error"]["type"]) == (400, "error", "invalid_request_error")
    assert re.search(named, body["error"]["message"])


@pytest.mark.parametrize(("data", "status"), [(b"{", 400), (b"[]", 400), (b"\xff", 400)])
def test_what_is_no_json_object_is_refused(caller: Caller, data: bytes, status: int) -> None:
    assert caller.ask(data)[0] == status


def test_other_routes_and_methods_are_refused(caller: Caller) -> None:
    assert caller.ask({}, path="/v1/models")[0] == 404
    assert caller.ask({}, method="GET")[0] == 405


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("429", "rate_limit_error"),
        ("500", "api_error"),
        ("529", "overloaded_error"),
        ("400", "invalid_request_error"),
    ],
)
def test_an_error_has_the_apis_form(
    offline: OfflineModel, caller: Caller, word: str, kind: str
) -> None:
    offline.script([word])
    status, body, headers = caller.ask(BODY)
    assert (status, body["error"]["type"]) == (int(word), kind)
    assert ("retry-after" in headers) == (word in ("429", "529"))


def test_the_script_is_consumed_by_messages_alone_and_then_all_is_well(
    offline: OfflineModel, caller: Caller
) -> None:
    offline.script(["429", "500"])
    counting = {"path": "/v1/messages/count_tokens"}
    assert caller.ask(BODY, **counting)[1]["input_tokens"] > 0
    assert offline.status() == {"calls": 0, "remaining": 2}
    assert [caller.ask(BODY)[0] for _ in range(3)] == [429, 500, 200]
    assert offline.status() == {"calls": 3, "remaining": 0}


def test_a_script_replaces_what_remains(offline: OfflineModel, caller: Caller) -> None:
    offline.script(["500", "500", "500"])
    caller.ask(BODY)
    offline.script(["429"])
    assert [caller.ask(BODY)[0] for _ in range(2)] == [429, 200]


@pytest.mark.parametrize(
    "script",
    [
        ["okay"],
        [429],
        [{"slow": "x"}],
        [{"slow": -1}],
        [{"slow": 1, "x": 1}],
        [None],
        "ok",
        {"ok": 1},
        None,
    ],
)
def test_an_unknown_word_changes_nothing(offline: OfflineModel, script: object) -> None:
    offline.script(["500"])
    with pytest.raises(ValueError, match="script"):
        offline.script(script)
    assert offline.status()["remaining"] == 1


def test_it_remembers_what_it_was_asked(offline: OfflineModel, caller: Caller) -> None:
    caller.ask(BODY)
    caller.ask(BODY, path="/v1/messages/count_tokens")
    assert offline.record == [BODY]


def test_only_answers_are_billed(offline: OfflineModel, caller: Caller) -> None:
    offline.script(["400", "500", "disconnect"])
    caller.ask(BODY)
    caller.ask(BODY)
    assert offline.totals() == {"input_tokens": 0, "output_tokens": 0}
    with pytest.raises(http.client.IncompleteRead):
        caller.send(BODY).read()
    assert offline.totals()["output_tokens"] > 0


def test_missing_fields_lacks_all_that_is_required(offline: OfflineModel, ask: Asker) -> None:
    offline.script(["missing_fields"])
    assert set(json.loads(ask().text)) == {"risk_level", "confidence_score"}


def test_slow_and_timeout_pass_in_stack_time(
    offline: OfflineModel, ask: Asker, clock: JumpClock
) -> None:
    offline.script([{"slow": 30}, "timeout"])
    slow = ask.meanwhile()
    assert eventually(lambda: offline.waiting() == 1)
    lost = ask.meanwhile()
    assert eventually(lambda: offline.waiting() == 2)
    clock.time += 29
    time.sleep(0.2)
    assert offline.waiting() == 2
    clock.time += 1
    assert slow.result(5).stop_reason is StopReason.COMPLETE
    clock.time += 570
    assert isinstance(lost.exception(5), TransientFailure)
    assert offline.waiting() == 0


def test_slow_without_streaming_waits_as_well(
    offline: OfflineModel, caller: Caller, clock: JumpClock
) -> None:
    offline.script([{"slow": 5}])
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(caller.ask(BODY)[0]))
    thread.start()
    assert eventually(lambda: offline.waiting() == 1)
    clock.time += 5
    thread.join(5)
    assert statuses == [200]


@pytest.mark.parametrize("word", ["timeout", "hang", {"slow": 100}])
def test_a_held_call_ends_with_its_caller(
    offline: OfflineModel, caller: Caller, word: object
) -> None:
    offline.script([word])
    caller.connection.request("POST", "/v1/messages", json.dumps({**BODY, "stream": True}), HEADERS)
    assert eventually(lambda: offline.waiting() == 1)
    caller.connection.close()
    assert eventually(lambda: offline.waiting() == 0, within=2)


def test_stopping_ends_what_is_held_and_what_is_idle(clock: JumpClock) -> None:
    offline = OfflineModel(clock)
    url = offline.start()
    idle, held = Caller(url), Caller(url)
    idle.ask(BODY)
    offline.script(["hang"])
    held.connection.request("POST", "/v1/messages", json.dumps({**BODY, "stream": True}), HEADERS)
    assert eventually(lambda: offline.waiting() == 1)
    began = time.monotonic()
    offline.stop()
    assert time.monotonic() - began < 2
    assert offline.waiting() == 0
    for caller in (idle, held):
        caller.connection.close()
    assert not [
        thread for thread in threading.enumerate() if "process_request_thread" in thread.name
    ]


def test_it_can_be_started_again_and_keeps_its_counts(clock: JumpClock) -> None:
    offline = OfflineModel(clock)
    for _ in range(2):
        caller = Caller(offline.start())
        assert caller.ask(BODY)[0] == 200
        caller.connection.close()
        offline.stop()
    assert offline.status()["calls"] == 2


def test_real_time_serves_where_no_clock_is_given(asker: Callable[[str], Asker]) -> None:
    offline = OfflineModel()
    try:
        ask = asker(offline.start())
        offline.script([{"slow": 0.3}])
        began = time.monotonic()
        ask()
        assert 0.3 <= time.monotonic() - began < 1.5
    finally:
        offline.stop()


def test_a_real_wait_ends_when_it_is_cancelled() -> None:
    began = time.monotonic()
    RealClock().wait_until(time.time() + 60, lambda: time.monotonic() - began > 0.1)
    assert time.monotonic() - began < 1


def test_the_local_stacks_clock_moves_it(asker: Callable[[str], Asker]) -> None:
    clock = StackClock()
    offline = OfflineModel(clock)
    try:
        ask = asker(offline.start())
        offline.script([{"slow": 3_600}, "hang"])
        slow = ask.meanwhile()
        assert eventually(lambda: offline.waiting() == 1)
        hung = ask.meanwhile(timeout=2)
        assert eventually(lambda: offline.waiting() == 2)
        clock.jump_to(clock.now() + 3_601)
        assert slow.result(5).stop_reason is StopReason.COMPLETE
        assert isinstance(hung.exception(5), TransientFailure)
    finally:
        offline.stop()


def test_an_answer_is_the_same_whoever_asks_first(offline: OfflineModel, ask: Asker) -> None:
    first = ask(a_request("<context_pack>{}</context_pack> one"))
    ask(a_request("something else"))
    assert ask(a_request("<context_pack>{}</context_pack> one")) == first
