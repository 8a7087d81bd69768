"""Every reason that `GET /runs/{runId}/why` knows, made to happen, with `blocked_by` agreeing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from local.runtime.queue_poller import MOST_AT_ONCE
from tests.support.care import Ward
from tests.support.waiting import until
from tests.support.witness import CLOCK, KILLS, needs_local

PATIENCE = 60
BLOCKS = {"queued", "waiting"}


def told(ward: Ward, run_id: str, user: str = "clinician") -> Any:
    return ward.client.call("GET", f"/runs/{run_id}/why", None, user).data


def reason(ward: Ward, run_id: str, user: str = "clinician") -> str:
    (held,) = told(ward, run_id, user)["waiting_for"]
    return str(held["reason"])


def agreed(ward: Ward, run_id: str, wanted: str, user: str = "clinician") -> Any:
    """What holds the run, once it is that; `blocked_by` says the same wherever it stands."""

    def look() -> tuple[Any, Any, Any, str]:
        said = told(ward, run_id, user)
        run = ward.client.call("GET", f"/runs/{run_id}", None, user).data["run"]
        rows = ward.client.call("GET", "/runs?limit=100", None, "admin").data["runs"]
        row = next(one for one in rows if one["id"] == run_id)
        return said, run, row, reason(ward, run_id, user)

    def holds_still(seen: tuple[Any, Any, Any, str]) -> bool:
        """It was that before and after the others were asked: some reasons pass soon."""
        return [one["reason"] for one in seen[0]["waiting_for"]] == [wanted] == [seen[3]]

    said, run, row, _ = until(look, holds_still, PATIENCE)
    blocked = wanted if said["status"] in BLOCKS else None
    assert said["status"] == run["status"] == row["status"]
    assert said["blocked_by"] == run["blocked_by"] == row["blocked_by"] == blocked
    assert said["ends_by"] == (None if wanted == "ended" else run["deadline_at"])
    (held,) = said["waiting_for"]
    assert held["since"] is not None
    assert isinstance(held["detail"], dict)
    return held


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def now(ward: Ward) -> float:
    return moment(ward.advance(0).body["now"])


def soon(ward: Ward, seconds: float) -> str:
    return datetime.fromtimestamp(now(ward) + seconds, UTC).isoformat().replace("+00:00", "Z")


@pytest.mark.rule("R-WHY-1")
def test_a_run_that_is_rung_and_not_taken_yet_is_starting(calendar: Ward) -> None:
    calendar.script({"forever": {"slow": 40}})
    runs = [calendar.create().data["run"]["id"] for _ in range(MOST_AT_ONCE + 1)]
    until(
        lambda: [reason(calendar, one) for one in runs],
        lambda reasons: reasons.count("model_call") == MOST_AT_ONCE,
        PATIENCE,
    )
    left = next(one for one in runs if reason(calendar, one) == "starting")
    assert agreed(calendar, left, "starting")["until"] is None
    calendar.script()
    calendar.advance(45)
    agreed(calendar, left, "ended")


@pytest.mark.rule("R-WHY-1")
def test_a_model_call_says_its_step_and_when_it_was_asked(calendar: Ward) -> None:
    calendar.script({"slow": 30})
    run_id = calendar.create().data["run"]["id"]
    detail = agreed(calendar, run_id, "model_call")["detail"]
    assert detail["step"] == "call_model"
    assert detail["since"] is not None
    assert detail["last_sign_of_life_at"] >= detail["since"]
    calendar.advance(31)
    ended = agreed(calendar, run_id, "ended")
    assert ended["until"] is None


@pytest.mark.rule("R-WHY-1")
def test_a_start_that_was_asked_for_later_says_when(calendar: Ward) -> None:
    at = soon(calendar, 3_600)
    run_id = calendar.create(start_at=at).data["run"]["id"]
    assert abs(moment(agreed(calendar, run_id, "start_at")["until"]) - moment(at)) < 0.01
    calendar.execute(run_id)
    agreed(calendar, run_id, "ended")


@pytest.mark.rule("R-WHY-1")
def test_a_broken_call_is_tried_again_after_a_while(calendar: Ward) -> None:
    calendar.script({"forever": "500"})
    run_id = calendar.create(max_attempts=10).data["run"]["id"]
    assert agreed(calendar, run_id, "backoff")["until"] is not None
    calendar.script()
    calendar.execute(run_id)
    agreed(calendar, run_id, "ended")


@needs_local(CLOCK)
@pytest.mark.rule("R-WHY-1")
def test_a_switched_off_worker_is_named_and_costs_nothing(calendar: Ward) -> None:
    call = calendar.client.call
    call("POST", "/dev/settings", {"worker_enabled": False})
    run_id = calendar.create().data["run"]["id"]
    calendar.advance(60)
    agreed(calendar, run_id, "worker_disabled")
    call("POST", "/dev/settings", {"worker_enabled": True})
    calendar.advance(120)
    agreed(calendar, run_id, "ended")
    assert calendar.run(run_id)["attempt"] == 1


@pytest.mark.rule("R-WHY-1")
def test_what_a_person_must_do_says_who_and_what(calendar: Ward) -> None:
    manual = calendar.create(dispatch="manual").data["run"]["id"]
    agreed(calendar, manual, "manual")
    calendar.bring(manual, "running")
    held = agreed(calendar, manual, "person")
    assert held["detail"]["person"] == calendar.sub("clinician")
    assert held["until"] is not None
    body = {"profile": "analytics_forecast_app", "intake": "Forecast the demand."}
    book = calendar.client.call("POST", "/runs", body, "member").data["run"]["id"]
    detail = agreed(calendar, book, "gate", "member")["detail"]
    assert detail["phase"] == "planning"
    assert detail["who"] == ["creator", "admin"]


@needs_local(KILLS)
@pytest.mark.rule("R-WHY-1")
def test_a_worker_that_died_is_at_its_step_until_it_is_lost_and_taken_over(
    calendar: Ward,
) -> None:
    calendar.client.call("POST", "/dev/worker", {"kill_at": "validate"})
    run_id = calendar.create().data["run"]["id"]
    held = agreed(calendar, run_id, "step")
    until(lambda: told_step(calendar, run_id), lambda step: step == "validate", PATIENCE)
    lease = moment(told(calendar, run_id)["waiting_for"][0]["until"])
    calendar.advance(int(lease - now(calendar)) + 1)
    said = told(calendar, run_id)
    if said["status"] == "running":  # a sweep may have come in that very second
        held = agreed(calendar, run_id, "lost_worker")
        assert moment(held["detail"]["taken_over_by"]) <= lease + 61
    calendar.advance(62)
    agreed(calendar, run_id, "ended")
    assert calendar.run(run_id)["usage"]["calls"] == 1


def told_step(ward: Ward, run_id: str) -> Any:
    return told(ward, run_id)["waiting_for"][0]["detail"].get("step")
