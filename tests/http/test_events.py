"""GET /runs/{runId}/events: everything that happened to a run, oldest first, gapless, resumable,
and waited for.
"""

import threading
import time
from itertools import pairwise

import pytest

from local.demo.client import Client
from tests.support import fields
from tests.support.care import Ward
from tests.support.witness import CLOCK, needs_local

pytestmark = pytest.mark.rule("R-HISTORY-1")


@needs_local(CLOCK)
def test_a_lifes_events_are_gapless_and_each_begins_where_the_last_ended(ward: Ward) -> None:
    ward.script("500", "ok")
    run_id = ward.a_run()
    made = ward.attach(run_id, artifact_type="note", artifact_name="n", artifact_data={}).data[
        "artifact"
    ]["id"]
    ward.execute(run_id)
    ward.advance(120)
    run = ward.run(run_id, wait=20)
    events = ward.events(run_id)
    assert all(event.keys() == fields.EVENT for event in events)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["from"] is None
    assert all(
        after["from"] == before["to"] and after["at"] >= before["at"]
        for before, after in pairwise(events)
    )
    assert [
        (event["actor"] == "worker", event["to"], event["step"], event["code"], event["attempt"])
        for event in events
    ] == [
        (False, "queued", None, None, 0),
        (False, "queued", None, "ARTIFACT_ATTACHED", 0),
        (False, "queued", None, "EXECUTE_ASKED", 0),
        (True, "running", None, None, 1),
        (True, "running", "build_context", None, 1),
        (True, "queued", "call_model", "LLM_ERROR", 1),
        (True, "running", None, None, 2),
        (True, "running", "call_model", None, 2),
        (True, "running", "validate", None, 2),
        (True, "succeeded", "persist", None, 2),
    ]
    assert [event["artifacts"] for event in events if event["artifacts"]] == [
        [made],
        [run["artifact_id"]],
    ]


def test_after_and_pages_go_on_where_one_left_off(ward: Ward, client: Client) -> None:
    run_id = ward.create(wait=20).data["run"]["id"]
    everything = ward.events(run_id)
    for seen in range(len(everything) + 1):
        assert ward.events(run_id, query=f"?after={seen}") == everything[seen:]
    first = client.call("GET", f"/runs/{run_id}/events?after=1&limit=2", None, "clinician").data
    second = client.call(
        "GET", f"/runs/{run_id}/events?limit=100&cursor={first['next_cursor']}", None, "clinician"
    ).data
    assert first["events"] + second["events"] == everything[1:]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("bad", ["-1", "x", "", "1.5", "1e3", "1_0"])
def test_after_is_a_whole_number(ward: Ward, client: Client, bad: str) -> None:
    answer = client.call("GET", f"/runs/{ward.a_run()}/events?after={bad}", None, "clinician")
    assert [found["field"] for found in answer.body["error"]["errors"]] == ["query.after"]


def test_with_wait_it_answers_at_the_next_event(ward: Ward) -> None:
    run_id = ward.a_run()
    threading.Timer(0.6, ward.update, [run_id], {"status": "running"}).start()
    started = time.monotonic()
    found = ward.events(run_id, query="?after=1", wait=20)
    assert [event["to"] for event in found] == ["running"]
    assert 0.5 < time.monotonic() - started < 5


def test_with_wait_it_answers_at_once_what_is_there_already_and_when_nothing_can_come(
    ward: Ward,
) -> None:
    run_id, ended = ward.a_run(), ward.a_run("succeeded")
    started = time.monotonic()
    assert [event["seq"] for event in ward.events(run_id, wait=20)] == [1]
    assert ward.events(ended, query="?after=3", wait=20) == []
    assert time.monotonic() - started < 5


def test_with_wait_it_answers_with_nothing_after_so_many_seconds(ward: Ward) -> None:
    run_id = ward.a_run()
    started = time.monotonic()
    assert ward.events(run_id, query="?after=1", wait=1) == []
    assert 0.9 < time.monotonic() - started < 5
