"""What whoever waits for a blocked run is told: how much is missing in a budget, and what of a
pause is shown to whom.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from tests.http.test_money_doors import SPENDING, queue_a_run, waits_for, why
from tests.support.care import Ward


@pytest.fixture
def unbound(calendar: Ward) -> Iterator[Ward]:
    """A ward whose budgets and pauses are taken away again."""
    yield calendar
    calendar.client.call("DELETE", SPENDING, None, "admin")
    calendar.client.call("PATCH", "/organisation", {"paused_workflows": []}, "admin")


def limit_to(ward: Ward, dollars: float) -> Any:
    body = {"limit_usd": dollars, "period": "total"}
    return ward.client.call("PUT", SPENDING, body, "admin").data["budget"]


def detail_of(ward: Ward, run_id: str, user: str = "clinician") -> Any:
    told = ward.client.call("GET", f"/runs/{run_id}/why", None, user).data
    return told["waiting_for"][0]["detail"]


@pytest.mark.rule("R-BUDGET-2")
def test_what_is_missing_in_an_overcommitted_budget_is_exactly_what_lets_the_run_through(
    unbound: Ward,
) -> None:
    """More is spent, and more is uncertain, than a limit that was lowered allows."""
    unbound.script({"cut_after": 5}, "ok")
    first = unbound.create().data["run"]["id"]
    unbound.advance(400)
    assert waits_for(unbound, first, "ended")
    spent = limit_to(unbound, 1_000)
    committed = spent["spent_usd"] + spent["uncertain_usd"]
    assert min(spent["spent_usd"], spent["uncertain_usd"]) > 0
    limit = round(committed / 2, 6)
    assert limit_to(unbound, limit)["left_usd"] == 0
    run_id = queue_a_run(unbound)
    assert waits_for(unbound, run_id, "budget")
    missing = detail_of(unbound, run_id)["missing_usd"]
    assert missing > committed - limit
    limit_to(unbound, limit + missing - 0.000001)
    unbound.advance(120)
    assert waits_for(unbound, run_id, "budget")
    assert detail_of(unbound, run_id)["missing_usd"] == 0.000001
    limit_to(unbound, limit + missing)
    unbound.advance(120)
    assert waits_for(unbound, run_id, "ended")
    assert why(unbound, run_id).data["status"] == "succeeded"


@pytest.mark.rule("R-WHY-1")
def test_a_patient_is_told_that_a_run_is_held_and_nothing_of_the_organisation(
    unbound: Ward,
) -> None:
    call = unbound.client.call
    unbound.belongs_to("patient")
    pause = {"paused_workflows": ["diagnosis"], "pause_reason": "Dr Who is away."}
    paused = call("PATCH", "/organisation", pause, "admin").data["organisation"]
    run_id = queue_a_run(unbound)
    assert waits_for(unbound, run_id, "paused")
    assert detail_of(unbound, run_id) == {"who": paused["paused_by"], "why": "Dr Who is away."}
    told = call("GET", f"/runs/{run_id}/why", None, "patient")
    assert (told.data["blocked_by"], told.data["waiting_for"][0]["detail"]) == ("paused", {})
    assert (b"Dr Who" in told.raw, paused["paused_by"].encode() in told.raw) == (False, False)
    limit_to(unbound, 0)
    call("PATCH", "/organisation", {"paused_workflows": []}, "admin")
    unbound.advance(120)
    assert waits_for(unbound, run_id, "budget")
    assert detail_of(unbound, run_id)["missing_usd"] > 0
    assert detail_of(unbound, run_id, "patient") == {}
    unbound.belongs_to(None)


def test_any_amount_above_nothing_is_at_least_a_millionth_by_every_door(unbound: Ward) -> None:
    assert limit_to(unbound, 1e-30)["limit_usd"] == 0.000001
    assert limit_to(unbound, 0)["limit_usd"] == 0
    assert limit_to(unbound, 0.1 + 0.2)["limit_usd"] == 0.3
    call = unbound.client.call
    run_id = queue_a_run(unbound, dispatch="manual", max_cost_usd=1e-30)
    clone = call("POST", f"/runs/{run_id}/clone", {"overrides": {}}, "clinician")
    assert clone.status == 201
    for zero in (0, -1e-30):
        path = f"/api/studio/patients/{unbound.patient}/diagnosis-runs"
        body: dict[str, object] = {"input_config": {}, "max_cost_usd": zero}
        assert call("POST", path, body, "clinician").status == 422


@pytest.mark.parametrize("more", [{}, {"paused_workflows": []}])
def test_a_reason_without_a_pause_is_refused(unbound: Ward, more: dict[str, object]) -> None:
    call = unbound.client.call
    refused = call("PATCH", "/organisation", {"pause_reason": "x", **more}, "admin")
    assert (refused.status, refused.body["error"]["errors"]) == (
        422,
        [
            {
                "field": "body.pause_reason",
                "message": "says why workflows are paused, and none is: "
                "name paused_workflows with it",
            }
        ],
    )
    none = call("PATCH", "/organisation", {"pause_reason": None, **more}, "admin")
    assert none.data["organisation"]["pause_reason"] is None
    call("PATCH", "/organisation", {"paused_workflows": ["diagnosis"]}, "admin")
    told = call("PATCH", "/organisation", {"pause_reason": "x"}, "admin").data["organisation"]
    assert told["pause_reason"] == "x"


@pytest.mark.rule("R-WAIT-1")
@pytest.mark.parametrize("by", ["budget", "provider_spend_limit", "worker_disabled"])
def test_what_is_blocked_is_waited_for(unbound: Ward, by: str) -> None:
    """It goes on by itself once what blocks it is gone."""
    run_id = blocked(unbound, by)
    read = held(partial(unbound.run, run_id, wait=1))
    assert (read["status"], read["blocked_by"]) == ("queued", by)
    freed(unbound, by)
    for _ in range(3):
        unbound.advance(60)
    assert unbound.run(run_id, wait=25)["status"] == "succeeded"


@pytest.mark.rule("R-WAIT-1")
def test_whatever_is_asked_of_a_paused_workflow_is_waited_for(unbound: Ward) -> None:
    call = unbound.client.call
    failed, manual = unbound.a_run("failed"), unbound.a_run()
    intake = {"profile": "analytics_forecast_app", "intake": "A forecast."}
    book = call("POST", "/runs", intake, "member").data["run"]["id"]
    paused = {"paused_workflows": ["diagnosis", "orchestration"]}
    call("PATCH", "/organisation", paused, "admin")
    created = held(partial(unbound.create, wait=1))
    retried = held(partial(unbound.retry, failed, wait=1))
    executed = held(partial(unbound.execute, manual, wait=1))
    begun = held(partial(call, "POST", f"/runs/{book}/next", None, "member", prefer="wait=1"))
    answers = (created, retried, executed, begun)
    assert [one.status for one in answers] == [201, 202, 202, 202]
    assert {one.data["run"]["status"] for one in answers[:3]} == {"queued"}
    assert (begun.data["status"], begun.data["current_phase"]) == ("queued", "planning")
    call("POST", f"/runs/{book}/cancel", None, "member")


def blocked(ward: Ward, by: str) -> str:
    """A run that is queued because of that."""
    if by == "budget":
        limit_to(ward, 0)
    elif by == "worker_disabled":
        ward.client.call("POST", "/dev/settings", {"worker_enabled": False})
    else:
        ward.script({"forever": "spend_limit"})
    run_id = queue_a_run(ward)
    assert waits_for(ward, run_id, by)
    return run_id


def freed(ward: Ward, by: str) -> None:
    if by == "budget":
        ward.client.call("DELETE", SPENDING, None, "admin")
    elif by == "worker_disabled":
        ward.client.call("POST", "/dev/settings", {"worker_enabled": True})
    else:
        ward.script()


def held(ask: Callable[[], Any]) -> Any:
    """The answer, which was held back for a second."""
    began = time.monotonic()
    answer = ask()
    assert time.monotonic() - began >= 1
    return answer


@pytest.mark.rule("R-PROVIDER-1")
def test_a_refusal_for_ten_hours_costs_no_attempt_and_is_believed(unbound: Ward) -> None:
    """The gate opens when the provider said, by time alone: nobody asks before that."""
    unbound.script({"status": 429, "retry_after": 36_000})
    run_id = queue_a_run(unbound, max_attempts=1)
    assert waits_for(unbound, run_id, "provider_rate_limited")
    asked = unbound.model_calls()
    (waiting,) = why(unbound, run_id).data["waiting_for"]
    since, until = (datetime.fromisoformat(waiting[name]) for name in ("since", "until"))
    assert abs((until - since).total_seconds() - 36_000) < 60
    unbound.advance(35_000)
    assert waits_for(unbound, run_id, "provider_rate_limited")
    assert unbound.model_calls() == asked
    unbound.advance(1_200)
    assert waits_for(unbound, run_id, "ended")
    run = unbound.run(run_id)
    assert (run["status"], run["attempt"], run["usage"]["calls"]) == ("succeeded", 1, 1)


@pytest.mark.parametrize(
    "word",
    [
        {"status": 400, "retry_after": 1},
        {"status": 429, "retry_after": -1},
        {"status": 429, "retry_after": True},
        {"status": 429},
        {"status": 429, "retry_after": 1, "more": 1},
    ],
)
def test_a_refusal_that_the_offline_model_cannot_play_is_refused(
    calendar: Ward, word: dict[str, object]
) -> None:
    refused = calendar.client.call("POST", "/dev/model", {"script": [word]})
    assert refused.status == 422
    assert "unknown word" in str(refused.body)
