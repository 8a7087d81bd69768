"""`Prefer: wait=N`: holds the answer until the run is terminal or waits for a person, or N seconds
have passed, at most 25.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from local.demo.client import Answer, Client
from shared.http.call import wait_of
from tests.support.care import Ward, any_uuid
from tests.support.waiting import until
from tests.support.witness import KILLS, needs_local

ORCHESTRATION = {"profile": "analytics_forecast_app", "intake": "Forecast the demand."}


pytestmark = pytest.mark.rule("R-WAIT-1")


@contextmanager
def within(least: float, most: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert least <= time.monotonic() - started <= most


@pytest.fixture(scope="module")
def slow_ward(client: Client) -> Ward:
    return Ward(client, any_uuid()).admitted()


@pytest.fixture(scope="module")
def slow_run(slow_ward: Ward) -> Iterator[str]:
    """A run whose worker is dead, which nobody notices before its lease is over: it neither ends
    nor waits for a person.
    """
    slow_ward.client.call("POST", "/dev/worker", {"kill_at": "build_context"})
    run_id = str(slow_ward.create().data["run"]["id"])
    until(lambda: slow_ward.run(run_id)["status"], lambda status: status == "running")
    yield run_id
    slow_ward.cancel(run_id)


def test_creating_reading_and_doing_show_the_end(ward: Ward, client: Client) -> None:
    created = ward.create(wait=25)
    assert (created.status, created.data["run"]["status"]) == (201, "succeeded")
    run_id = ward.create().data["run"]["id"]
    for read in (
        f"/api/studio/diagnosis-runs/{run_id}",
        f"/api/diagnosis-runs/{run_id}",
        f"/runs/{run_id}",
    ):
        assert (
            client.call("GET", read, None, "clinician", prefer="wait=25").data["run"]["status"]
            == "succeeded"
        )
    executed = ward.execute(ward.a_run(), wait=25)
    assert (executed.status, executed.data["run"]["status"]) == (200, "succeeded")
    assessed = ward.assess(ward.assessment(), wait=25)
    assert (assessed.status, assessed.data["run"]["diagnosis_result"]["summary"] != "") == (
        201,
        True,
    )
    manual = ward.assess(ward.assessment(), dispatch="manual").data["run"]["id"]
    processed = client.call(
        "POST", f"/api/diagnosis-runs/{manual}/process", None, "system", prefer="wait=25"
    )
    assert (processed.status, processed.data["run"]["status"]) == (200, "succeeded")
    retried = ward.retry(ward.a_run("failed"), wait=25)
    assert (retried.status, retried.data["run"]["status"]) == (202, "succeeded")


def test_without_it_the_answer_comes_at_once(ward: Ward, client: Client) -> None:
    ward.script("hang", "hang")
    created = ward.create().data["run"]
    executed = ward.execute(ward.a_run())
    assert (created["status"], executed.status, executed.data["run"]["status"]) == (
        "queued",
        202,
        "queued",
    )
    for run_id in (created["id"], executed.data["run"]["id"]):
        ward.cancel(run_id)
    ward.advance(30)


def test_next_and_generate_show_the_gate_and_the_end(client: Client) -> None:
    run_id = client.call("POST", "/runs", ORCHESTRATION, "member").data["run"]["id"]
    advanced = client.call("POST", f"/runs/{run_id}/next", None, "member", prefer="wait=25")
    assert (advanced.status, advanced.data["status"], advanced.data["current_phase"]) == (
        200,
        "waiting",
        "architecture",
    )
    project = client.call("POST", "/api/projects", {"name": "P"}, "member").data["project"]["id"]
    client.call(
        "POST", f"/api/projects/{project}/inputs", {"input": {"hypothesis": "It sells."}}, "member"
    )
    generated = client.call(
        "POST", f"/api/projects/{project}/generate", None, "member", prefer="wait=25"
    )
    assert (generated.status, generated.data["run"]["status"]) == (200, "failed")


def test_what_waits_for_a_person_is_answered_at_once(ward: Ward, client: Client) -> None:
    with within(0, 5):
        assert ward.create(wait=25, dispatch="manual").data["run"]["status"] == "queued"
        assert ward.run(ward.a_run("running"), wait=25)["status"] == "running"
        assert (
            client.call("POST", "/runs", ORCHESTRATION, "member", prefer="wait=25").data["run"][
                "status"
            ]
            == "waiting"
        )


@needs_local(KILLS)
def test_after_so_many_seconds_the_run_is_shown_as_it_is_then(
    slow_ward: Ward, slow_run: str
) -> None:
    with within(1, 4):
        assert slow_ward.run(slow_run, wait=1)["status"] == "running"


def test_an_execution_whose_end_was_not_seen_is_a_202(ward: Ward) -> None:
    ward.script("hang")
    run_id = ward.a_run()
    with within(1, 5):
        answer = ward.execute(run_id, wait=1)
    assert (answer.status, answer.data["run"]["status"] in ("queued", "running")) == (202, True)
    ward.cancel(run_id)
    ward.advance(30)


@needs_local(KILLS)
@pytest.mark.parametrize(
    "malformed",
    [
        "wait",
        "wait=",
        "wait=x",
        "wait=-5",
        "wait=1.5",
        "wait=5s",
        "wait:5",
        "await=5",
        "respond-async",
        "",
        "wait=0",
        "wait=99999999999",
    ],
)
def test_what_is_malformed_or_nothing_is_ignored(
    ward: Ward, client: Client, slow_run: str, malformed: str
) -> None:
    with within(0, 2):
        answer = client.call("GET", f"/runs/{slow_run}", None, "clinician", prefer=malformed)
    assert (answer.status, answer.data["run"]["status"] in ("queued", "running")) == (200, True)


@needs_local(KILLS)
@pytest.mark.parametrize(
    "fine",
    [
        "wait=1",
        "WAIT=1",
        " wait = 1 ",
        "respond-async, wait=1",
        "wait=1; strict",
        "handling=lenient,wait=1",
    ],
)
def test_it_may_stand_among_other_preferences(client: Client, slow_run: str, fine: str) -> None:
    with within(0.9, 4):
        assert client.call("GET", f"/runs/{slow_run}", None, "clinician", prefer=fine).status == 200


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("24", 24), ("25", 25), ("26", 25), ("100", 25), ("999999999", 25), ("-1", 0)],
)
def test_what_is_asked_for_is_at_most_25_seconds(asked: str, seconds: int) -> None:
    assert wait_of(f"wait={asked}") == seconds


@pytest.mark.parametrize("asked", ["26", "999999999"])
def test_more_than_25_is_honoured_not_refused(client: Client, ward: Ward, asked: str) -> None:
    answer = client.call(
        "POST",
        f"/api/studio/patients/{ward.patient}/diagnosis-runs",
        {"input_config": {}},
        "clinician",
        prefer=f"wait={asked}",
    )
    assert answer.data["run"]["status"] == "succeeded"


def test_the_end_that_a_cancel_brings_ends_the_wait(ward: Ward) -> None:
    ward.script("hang")
    run_id = ward.create().data["run"]["id"]
    with ThreadPoolExecutor(1) as pool, within(0, 6):
        waiting = pool.submit(ward.run, run_id, wait=20)
        time.sleep(0.5)
        ward.cancel(run_id)
        assert waiting.result()["status"] == "cancelled"
    ward.advance(30)


@needs_local(KILLS)
def test_on_every_other_route_it_means_nothing(
    slow_ward: Ward, client: Client, slow_run: str
) -> None:
    requests: list[tuple[str, str, Any]] = [
        ("GET", f"/api/studio/patients/{slow_ward.patient}/diagnosis-runs", None),
        ("GET", f"/api/studio/diagnosis-runs/{slow_run}/artifacts", None),
        ("GET", f"/runs/{slow_run}/metrics", None),
        ("GET", f"/runs/{slow_run}/artifacts", None),
        ("GET", "/runs", None),
        ("PATCH", f"/api/studio/diagnosis-runs/{slow_run}", {"status": "running"}),
    ]
    with within(0, 4):
        answers: list[Answer] = [
            client.call(method, path, body, "clinician", prefer="wait=20")
            for method, path, body in requests
        ]
    assert [answer.status for answer in answers] == [200] * 5 + [409]
