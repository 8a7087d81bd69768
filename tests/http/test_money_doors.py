"""Budgets, pauses and why a run waits, over HTTP."""

from typing import Any

import pytest

from local.demo.client import Answer
from tests.support.care import Ward
from tests.support.waiting import eventually
from tests.support.witness import CLOCK, needs_local

PATIENCE, PAUSE = 60, 0.2
SPENDING = "/budgets/workflow:diagnosis"


def why(ward: Ward, run_id: str) -> Answer:
    return ward.client.call("GET", f"/runs/{run_id}/why", None, "clinician")


def waits_for(ward: Ward, run_id: str, reason: str) -> bool:
    return eventually(
        lambda: why(ward, run_id).data["waiting_for"][0]["reason"] == reason, PATIENCE, PAUSE
    )


def queue_a_run(ward: Ward, **fields: object) -> str:
    path = f"/api/studio/patients/{ward.patient}/diagnosis-runs"
    body = {"input_config": {"question": "What first?"}, **fields}
    run_id: str = ward.client.call("POST", path, body, "clinician").data["run"]["id"]
    return run_id


def test_a_budget_is_set_seen_and_dropped(calendar: Ward) -> None:
    call = calendar.client.call
    made = call("PUT", SPENDING, {"limit_usd": 250, "period": "month"}, "admin").data["budget"]
    assert (made["scope"], made["period"], made["limit_usd"]) == (
        "workflow:diagnosis",
        "month",
        250,
    )
    committed = made["spent_usd"] + made["held_usd"] + made["uncertain_usd"]
    assert made["left_usd"] == pytest.approx(250 - committed)
    assert made["period_started_at"].endswith("-01T00:00:00.000Z")
    assert made in call("GET", "/budgets", None, "system").data["budgets"]
    scope = made["scope"]
    for _ in range(2):
        assert call("DELETE", f"/budgets/{scope}", None, "admin").status == 204
    kept = call("GET", "/budgets", None, "admin").data["budgets"]
    assert scope not in [budget["scope"] for budget in kept]


@pytest.mark.parametrize(
    ("scope", "body", "status"),
    [
        ("workflow:nope", {"limit_usd": 1, "period": "month"}, 422),
        ("nonsense", {"limit_usd": 1, "period": "month"}, 422),
        ("project:00000000-0000-4000-8000-00000000000a", {"limit_usd": 1, "period": "total"}, 404),
        ("organisation", {"limit_usd": 1}, 422),
        ("organisation", {"period": "month"}, 422),
        ("organisation", {"limit_usd": -1, "period": "month"}, 422),
        ("organisation", {"limit_usd": 1, "period": "week"}, 422),
    ],
)
def test_a_budget_that_cannot_be_is_refused(
    calendar: Ward, scope: str, body: dict[str, object], status: int
) -> None:
    assert calendar.client.call("PUT", f"/budgets/{scope}", body, "admin").status == status


@needs_local(CLOCK)
@pytest.mark.rule("R-BUDGET-2")
def test_what_does_not_fit_says_so_and_goes_on_when_the_budget_is_gone(calendar: Ward) -> None:
    call = calendar.client.call
    call("PUT", SPENDING, {"limit_usd": 0, "period": "total"}, "admin")
    run_id = queue_a_run(calendar)
    assert waits_for(calendar, run_id, "budget")
    told = why(calendar, run_id).data
    detail = told["waiting_for"][0]["detail"]
    assert (told["status"], told["blocked_by"]) == ("queued", "budget")
    assert detail["scope"] == "workflow:diagnosis"
    assert detail["missing_usd"] > 0
    run = call("GET", f"/runs/{run_id}", None, "clinician").data["run"]
    assert (run["blocked_by"], run["usage"]["calls"]) == ("budget", 0)
    call("DELETE", SPENDING, None, "admin")
    calendar.advance(120)
    assert waits_for(calendar, run_id, "ended")
    assert why(calendar, run_id).data["status"] == "succeeded"


def test_a_paused_workflow_accepts_and_waits_and_goes_on(calendar: Ward) -> None:
    call = calendar.client.call
    pause = {"paused_workflows": ["diagnosis"], "pause_reason": "A new prompt is checked."}
    paused = call("PATCH", "/organisation", pause, "admin").data["organisation"]
    assert paused["paused_workflows"] == ["diagnosis"]
    assert call("GET", "/organisation", None, "member").data["organisation"] == paused
    run_id = queue_a_run(calendar)
    assert waits_for(calendar, run_id, "paused")
    detail = why(calendar, run_id).data["waiting_for"][0]["detail"]
    assert detail == {"who": paused["paused_by"], "why": "A new prompt is checked."}
    call("PATCH", "/organisation", {"paused_workflows": []}, "admin")
    calendar.advance(60)
    assert waits_for(calendar, run_id, "ended")


def test_retention_is_stored_and_counted(calendar: Ward) -> None:
    call = calendar.client.call
    kept = call("PATCH", "/organisation", {"retention_days": 3_650}, "admin").data["organisation"]
    assert (kept["retention_days"], kept["retention_due"]) == (3_650, {"runs": 0, "patients": 0})
    assert call("PATCH", "/organisation", {"retention_days": 0}, "admin").status == 422
    kept = call("PATCH", "/organisation", {"retention_days": None}, "admin").data["organisation"]
    assert kept["retention_days"] is None


def test_a_workflow_that_there_is_not_cannot_be_paused(calendar: Ward) -> None:
    body = {"paused_workflows": ["nope"]}
    assert calendar.client.call("PATCH", "/organisation", body, "admin").status == 422


def test_a_run_that_nobody_started_waits_for_a_person(calendar: Ward) -> None:
    told = why(calendar, queue_a_run(calendar, dispatch="manual")).data
    assert (told["blocked_by"], told["waiting_for"][0]["reason"]) == ("manual", "manual")


@needs_local(CLOCK)
@pytest.mark.rule("R-PROVIDER-1")
@pytest.mark.rule("R-WHY-1")
@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("529", "provider_overloaded"),
        ("429", "provider_rate_limited"),
        ("spend_limit", "provider_spend_limit"),
        ("own_limit", "provider_spend_limit"),
    ],
)
def test_a_provider_that_refuses_is_named_and_costs_no_attempt(
    calendar: Ward, word: str, reason: str
) -> None:
    call = calendar.client.call
    call("POST", "/dev/model", {"script": [{"forever": word}]})
    run_id = queue_a_run(calendar)
    assert waits_for(calendar, run_id, reason)
    assert why(calendar, run_id).data["blocked_by"] == reason
    call("POST", "/dev/model", {"script": []})
    for _ in range(8):
        calendar.advance(60)
    assert waits_for(calendar, run_id, "ended")
    run = call("GET", f"/runs/{run_id}", None, "clinician").data["run"]
    assert (run["status"], run["attempt"]) == ("succeeded", 1)


@needs_local(CLOCK)
@pytest.mark.rule("R-LEDGER-3")
def test_three_cuts_and_an_answer_are_four_calls_whose_bill_lies_within_what_is_shown(
    calendar: Ward,
) -> None:
    call = calendar.client.call
    before = call("GET", "/dev/model").body["billed_usd"]
    call("POST", "/dev/model", {"script": [{"cut_after": 5}, {"cut_after": 9}, "disconnect"]})
    run_id = queue_a_run(calendar, max_attempts=5)
    for _ in range(4):
        calendar.advance(400)
    assert waits_for(calendar, run_id, "ended")
    usage = call("GET", f"/runs/{run_id}", None, "clinician").data["run"]["usage"]
    billed = call("GET", "/dev/model").body["billed_usd"] - before
    assert (usage["calls"], usage["lost_calls"]) == (4, 3)
    assert usage["cost_usd"] <= billed + 1e-9
    assert billed <= usage["cost_usd"] + usage["uncertain_usd"] + 1e-9


def test_phases_read_what_they_share_from_the_cache(calendar: Ward) -> None:
    call = calendar.client.call
    body = {
        "profile": "analytics_forecast_app",
        "intake": "Forecast the demand of forty stores. " * 40,
        "auto_advance": True,
    }
    run_id = call("POST", "/runs", body, "member").data["run"]["id"]
    path = f"/runs/{run_id}"

    def steps() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = call("GET", path, None, "member").data["run"]["steps"]
        return found

    assert eventually(
        lambda: all(step["status"] == "succeeded" for step in steps()), PATIENCE, PAUSE
    )
    spent = [step["usage"] for step in steps()]
    assert all(usage["cache_read_tokens"] > 0 for usage in spent[1:])
    shared = next(usage for usage in spent if usage["calls"] > 1)
    assert shared["cache_read_tokens"] > shared["calls"] * spent[1]["cache_read_tokens"]
    whole = call("GET", path, None, "member").data["run"]["usage"]
    assert whole["cost_usd"] == pytest.approx(sum(usage["cost_usd"] for usage in spent))


@pytest.mark.rule("R-BUDGET-1")
def test_a_budget_counts_its_period_whenever_it_is_set(calendar: Ward) -> None:
    """Set after the runs, and again after it was dropped, with a run between."""
    call = calendar.client.call
    total = {"limit_usd": 500, "period": "total"}
    first = call("PUT", SPENDING, total, "admin").data["budget"]
    call("DELETE", SPENDING, None, "admin")
    calendar.script("ok", {"cut_after": 5}, "ok")
    runs = [calendar.create(wait=25).data["run"]["id"] for _ in range(2)]
    calendar.advance(30)
    for run_id in runs:
        assert waits_for(calendar, run_id, "ended")
    again = call("PUT", SPENDING, total, "admin").data["budget"]
    usage = [calendar.run(run_id)["usage"] for run_id in runs]
    assert sum(one["lost_calls"] for one in usage) == 1
    for kind, shown in (("spent_usd", "cost_usd"), ("uncertain_usd", "uncertain_usd")):
        grown = again[kind] - first[kind]
        assert grown == pytest.approx(sum(one[shown] for one in usage)), kind
    call("DELETE", SPENDING, None, "admin")
