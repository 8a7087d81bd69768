"""GET /runs/{runId}/stream, read by an EventSource client that no one here wrote (httpx-sse)."""

import json
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from httpx_sse import EventSource, ServerSentEvent, connect_sse

from local.demo.client import Client
from tests.sampling import times
from tests.support.care import Ward
from tests.support.witness import CLOCK, needs_local

pytestmark = pytest.mark.rule("R-STREAM-1")


class Source:
    """An EventSource: keeps the last id, and comes back with it until it is answered 204."""

    def __init__(self, client: Client, run_id: str) -> None:
        token = client.call("POST", "/dev/token", {"user": "clinician"}).body["token"]
        self._url = f"{client.url}/runs/{run_id}/stream"
        self._headers = {"authorization": f"Bearer {token}"}
        self.last = ""
        self.closed = False

    def read(self, query: str = "") -> tuple[int, list[ServerSentEvent]]:
        """One connection's status and events."""
        headers = self._headers | ({"last-event-id": self.last} if self.last else {})
        with (
            httpx.Client(timeout=40) as http,
            connect_sse(http, "GET", self._url + query, headers=headers) as source,
        ):
            if source.response.status_code != 200:
                return source.response.status_code, []
            return 200, list(source.iter_sse())

    def cut(self, chance: random.Random) -> Iterator[ServerSentEvent]:
        """What a client sees whose connection breaks anywhere in an answer."""
        headers = self._headers | ({"last-event-id": self.last} if self.last else {})
        answer = httpx.get(self._url, headers=headers, timeout=40)
        whole, self.closed = answer.content, answer.status_code == 204
        kept = whole[: chance.randint(0, len(whole))]
        response = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=kept)
        for event in EventSource(response).iter_sse():
            self.last, self.closed = event.id or self.last, event.event == "end"
            yield event


def _data(events: list[ServerSentEvent]) -> list[Any]:
    return [json.loads(event.data) for event in events if event.event != "end"]


def test_what_has_happened_comes_at_once_and_the_end_ends_it(ward: Ward, client: Client) -> None:
    run_id = ward.a_run("succeeded")
    source = Source(client, run_id)
    status, events = source.read()
    assert status == 200
    assert _data(events) == ward.events(run_id)
    assert [event.event for event in events] == ["queued", "running", "succeeded", "end"]
    assert [event.id for event in events] == ["1", "2", "3", "3"]
    assert [event.retry for event in events] == [1000, None, None, None]
    source.last = "3"
    assert source.read() == (204, [])
    assert source.read("?after=0") == (204, [])


def test_last_event_id_beats_after_and_both_resume(ward: Ward, client: Client) -> None:
    run_id = ward.a_run("succeeded")
    source = Source(client, run_id)
    assert [event.id for event in source.read("?after=2")[1]][:1] == ["3"]
    source.last = "1"
    assert [event.id for event in source.read("?after=2")[1]][:2] == ["2", "3"]


def test_the_next_event_is_waited_for(ward: Ward, client: Client) -> None:
    run_id = ward.a_run()
    threading.Timer(0.6, ward.update, [run_id], {"status": "running"}).start()
    started = time.monotonic()
    events = Source(client, run_id).read("?after=1")[1]
    assert [event.event for event in events] == ["running"]
    assert 0.5 < time.monotonic() - started < 5


def test_a_retry_opens_it_again(ward: Ward, client: Client) -> None:
    run_id = ward.a_run("failed")
    source = Source(client, run_id)
    source.last = "3"
    assert source.read() == (204, [])
    ward.script("ok")
    ward.retry(run_id, wait=20)
    _, events = source.read()
    assert _data(events) == ward.events(run_id)[3:]
    assert events[-1].event == "end"


@needs_local(CLOCK)
def test_cut_anywhere_many_times_it_loses_and_doubles_nothing(ward: Ward, client: Client) -> None:
    ward.script("529", "ok")
    run_id = ward.a_run()
    ward.execute(run_id)
    ward.advance(600)
    ward.run(run_id, wait=20)
    chance, cuts = random.Random(7), 0
    while cuts < times(50, 200):
        source, seen = Source(client, run_id), list[ServerSentEvent]()
        while not source.closed:
            seen += source.cut(chance)
            cuts += 1
        assert _data(seen) == ward.events(run_id)


@pytest.mark.parametrize("bad", ["x", "-1", "1.5", "99999999999"])
def test_an_id_that_is_none_is_refused(ward: Ward, client: Client, bad: str) -> None:
    run_id = ward.a_run()
    answer = client.call("GET", f"/runs/{run_id}/stream", None, "clinician", last_event_id=bad)
    assert answer.code == "INVALID_REQUEST"
