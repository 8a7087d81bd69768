"""POST /runs/{runId}/cancel: ends an open run whoever works on it, wins against what arrives later,
and says what was spent.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.demo.client import Client
from tests.support import fields
from tests.support.care import Ward
from tests.support.waiting import until
from tests.support.witness import CLOCK, CROWD, needs_local

pytestmark = pytest.mark.rule("R-CANCEL-1")


def calling_the_model(ward: Ward) -> str:
    """The id of a run whose worker is waiting for the model."""
    before = ward.model_calls()
    run_id = str(ward.create().data["run"]["id"])
    until(ward.model_calls, lambda calls: calls > before)
    return run_id


@needs_local(CLOCK)
def test_a_queued_run_is_cancelled_and_never_executed(calendar: Ward) -> None:
    before = calendar.model_calls()
    run_id = calendar.a_run()
    answer = calendar.cancel(run_id)
    run, receipt = answer.data["run"], answer.data["receipt"]
    assert (answer.status, run.keys()) == (200, fields.RUN | fields.RUNS)
    assert (run["status"], run["output"], run["error_info"], run["started_at"]) == (
        "cancelled",
        None,
        None,
        None,
    )
    assert receipt.keys() == {"cancelled_at", "was", "usage_at_cancel", "usage"}
    assert (receipt["cancelled_at"], receipt["was"]) == (run["completed_at"], "queued")
    assert receipt["usage_at_cancel"] == receipt["usage"] == run["usage"]
    assert receipt["usage"].keys() == fields.USAGE
    assert calendar.execute(run_id).code == "CONFLICT"
    calendar.advance(3_600)
    assert (calendar.run(run_id)["status"], calendar.model_calls()) == ("cancelled", before)


def test_cancelling_again_is_a_200_with_the_same_receipt_and_no_second_end(ward: Ward) -> None:
    for status in ("queued", "running"):
        run_id = ward.a_run(status)
        first = ward.cancel(run_id)
        again = ward.cancel(run_id, "admin")
        assert (again.status, again.data["receipt"]) == (200, first.data["receipt"])
        assert [event["to"] for event in ward.events(run_id)].count("cancelled") == 1


def test_what_has_ended_otherwise_is_a_conflict(ward: Ward) -> None:
    for status in ("succeeded", "failed"):
        answer = ward.cancel(ward.a_run(status))
        assert (answer.code, answer.body["error"]["message"]) == (
            "CONFLICT",
            f"Run has already ended (current: {status})",
        )


@needs_local(CROWD)
def test_of_those_who_cancel_at_once_all_are_served_and_one_did_it(ward: Ward) -> None:
    run_id = ward.a_run()
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(ward.cancel, [run_id] * 32))
    assert Counter(answer.status for answer in answers) == {200: 32}
    assert len({answer.data["receipt"]["cancelled_at"] for answer in answers}) == 1
    assert [event["to"] for event in ward.events(run_id)] == ["queued", "cancelled"]


def test_a_hanging_call_is_stopped(ward: Ward) -> None:
    ward.script("hang")
    run_id = calling_the_model(ward)
    receipt = ward.cancel(run_id).data["receipt"]
    assert (receipt["was"], receipt["usage_at_cancel"]["calls"]) == ("running", 0)
    ward.advance(60)
    run = ward.run(run_id)
    assert (run["status"], run["completed_at"]) == ("cancelled", receipt["cancelled_at"])
    assert (
        ward.create(wait=20).data["run"]["status"] == "succeeded"
    )  # whoever was called is free again


@pytest.mark.rule("R-LEDGER-2")
def test_an_answer_that_comes_later_changes_the_receipt_and_nothing_else(ward: Ward) -> None:
    ward.script({"slow": 3})
    run_id = calling_the_model(ward)
    first = ward.cancel(run_id)
    before = first.data["receipt"]
    ward.advance(10)
    grown = until(
        lambda: ward.cancel(run_id).data["receipt"], lambda receipt: receipt["usage"]["calls"] == 1
    )
    assert grown == before | {"usage": grown["usage"]}
    assert grown["usage"]["cost_usd"] > 0
    run = ward.run(run_id)
    assert run == ward.run(run_id) | {
        "status": "cancelled",
        "output": None,
        "artifact_id": None,
        "artifacts_count": 0,
    }
    assert (run["completed_at"], run["usage"]) == (before["cancelled_at"], grown["usage"])
    assert [event["to"] for event in ward.events(run_id)][-1] == "cancelled"


def test_what_was_spent_before_stands_in_both_parts_of_the_receipt(ward: Ward) -> None:
    """Its first call failed for good, a person asked for another."""
    ward.script("missing_fields", "hang")
    run_id = ward.create(wait=20).data["run"]["id"]
    calls = ward.model_calls()
    ward.retry(run_id)
    until(ward.model_calls, lambda now: now > calls)
    receipt = ward.cancel(run_id).data["receipt"]
    # The call under way may have been billed, so it counts, and nothing of it is known.
    assert (receipt["usage_at_cancel"]["calls"], receipt["usage"]["calls"]) == (1, 2)
    assert receipt["usage"]["lost_calls"] == 1
    assert receipt["usage_at_cancel"]["cost_usd"] > 0


def test_cancel_and_success_at_the_same_moment_end_it_once(ward: Ward) -> None:
    for delay in (0.0, 0.05, 0.1, 0.15):
        ward.script({"slow": delay})
        run_id = calling_the_model(ward)
        answer = ward.cancel(run_id)
        run = ward.run(run_id, wait=10)
        assert (answer.status, run["status"]) in ((200, "cancelled"), (409, "succeeded"))
        ends = [
            event["to"]
            for event in ward.events(run_id)
            if event["to"] in ("cancelled", "succeeded", "failed")
        ]
        assert ends == [run["status"]]


@needs_local(CLOCK)
def test_a_cancelled_run_is_final(calendar: Ward) -> None:
    run_id = calendar.a_run("cancelled")
    before = calendar.run(run_id)
    refused = [
        calendar.retry(run_id),
        calendar.execute(run_id),
        calendar.update(run_id, status="running"),
    ]
    assert [answer.code for answer in refused] == ["CONFLICT"] * 3
    calendar.advance(31 * 86_400)
    assert calendar.run(run_id) == before


def test_an_orchestration_at_a_gate_or_in_a_phase_is_cancelled_alike(
    ward: Ward, client: Client
) -> None:
    body = {"profile": "analytics_forecast_app", "intake": "Forecast the demand."}
    waiting = client.call("POST", "/runs", body, "member").data["run"]["id"]
    ward.script("hang")
    calls = ward.model_calls()
    running = client.call("POST", "/runs", body | {"auto_advance": True}, "member").data["run"][
        "id"
    ]
    until(ward.model_calls, lambda now: now > calls)
    was = {
        run_id: ward.cancel(run_id, "member").data["receipt"]["was"]
        for run_id in (waiting, running)
    }
    assert was == {waiting: "waiting", running: "running"}
    assert client.call("POST", f"/runs/{waiting}/next", None, "member").code == "CONFLICT"
