"""POST /runs/{runId}/retry: at least one more attempt for a failed run, from the failed step,
keeping what earlier steps made.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.demo.client import Client
from tests.support.care import Ward
from tests.support.waiting import until
from tests.support.witness import CLOCK, KILLS, needs_local

DAY = 86_400
pytestmark = pytest.mark.rule("R-RETRY-1")


def failed(ward: Ward, *script: Any, **body: Any) -> Any:
    """A run that the worker has failed."""
    ward.script(*script)
    run = ward.create(wait=25, **body).data["run"]
    assert run["status"] == "failed", run
    return run


def steps_of(run: Any) -> dict[str, Any]:
    return {step["name"]: step for step in run["steps"]}


def test_what_has_not_failed_is_a_conflict(ward: Ward) -> None:
    for status in ("queued", "running", "succeeded", "cancelled"):
        answer = ward.retry(ward.a_run(status))
        assert (answer.code, answer.body["error"]["message"]) == (
            "CONFLICT",
            f"Run is not in 'failed' status (current: {status})",
        )


@pytest.mark.rule("R-LEDGER-1")
@pytest.mark.parametrize(
    ("script", "code", "step"),
    [
        ("missing_fields", "VALIDATION_ERROR", "validate"),
        ("not_json", "VALIDATION_ERROR", "validate"),
        ("refusal", "LLM_ERROR", "call_model"),
    ],
)
def test_an_answer_that_was_no_good_is_not_used_again(
    ward: Ward, script: str, code: str, step: str
) -> None:
    before = ward.model_calls()
    run = failed(ward, script)
    assert (run["error_info"]["code"], run["error_info"]["step"]) == (code, step)
    ward.retry(run["id"])
    retried = ward.run(run["id"], wait=20)
    assert (retried["status"], retried["attempt"], retried["error_info"]) == ("succeeded", 2, None)
    assert (ward.model_calls() - before, retried["usage"]["reused_calls"]) == (2, 0)
    assert retried["usage"]["calls"] == 2
    assert [error["code"] for error in retried["errors"]] == [run["error_info"]["code"]]


def test_a_refusal_that_was_paid_stands_in_the_call_that_failed(ward: Ward) -> None:
    run = failed(ward, "refusal", "refusal")
    assert (run["current_step"], steps_of(run)["call_model"]["status"]) == ("call_model", "failed")
    assert (steps_of(run)["call_model"]["usage"], run["usage"]["calls"]) == (run["usage"], 1)
    again = ward.retry(run["id"], wait=20).data["run"]
    assert (steps_of(again)["call_model"]["usage"]["calls"], again["usage"]["calls"]) == (2, 2)


def test_a_retried_run_is_at_the_step_that_is_done_again(ward: Ward) -> None:
    run = failed(ward, "missing_fields", "401")
    assert run["current_step"] == "validate"
    queued = ward.retry(run["id"]).data["run"]
    asking = steps_of(queued)["call_model"]
    assert (queued["current_step"], asking["status"], asking["completed_at"]) == (
        "call_model",
        "queued",
        None,
    )
    assert asking["usage"] == run["usage"]
    refused = ward.run(run["id"], wait=20)
    assert (
        refused["status"],
        refused["current_step"],
        steps_of(refused)["call_model"]["status"],
    ) == ("failed", "call_model", "failed")
    assert (refused["usage"], steps_of(refused)["call_model"]["usage"]) == (
        run["usage"],
        run["usage"],
    )


def test_earlier_steps_are_not_done_again(ward: Ward) -> None:
    run = failed(ward, "401")
    retried = ward.retry(run["id"], wait=20).data["run"]
    assert retried["status"] == "succeeded"
    assert steps_of(retried)["build_context"] == steps_of(run)["build_context"]
    assert [event["step"] for event in ward.events(run["id"])].count("build_context") == 1
    assert (
        steps_of(retried)["call_model"]["attempt"],
        steps_of(retried)["call_model"]["error"],
    ) == (2, None)


def test_retry_answers_202_with_the_run_queued_again(ward: Ward) -> None:
    run = failed(ward, "401")
    ward.script("hang")
    answer = ward.retry(run["id"])
    retried = answer.data["run"]
    assert (answer.status, retried["status"], retried["dispatch"], retried["max_attempts"]) == (
        202,
        "queued",
        "auto",
        3,
    )
    assert (
        retried["started_at"],
        retried["completed_at"],
        retried["error_info"],
        retried["output"],
    ) == (None, None, None, None)
    ward.cancel(run["id"])


@needs_local(CLOCK)
def test_after_all_attempts_it_is_exactly_one_more(ward: Ward) -> None:
    run_id = ward.a_run(max_attempts=2)
    ward.script("500", "500", "500", "500")
    ward.execute(run_id)
    ward.advance(120)
    run = ward.run(run_id, wait=10)
    assert (run["error_info"]["code"], run["attempt"]) == ("MAX_ATTEMPTS_REACHED", 2)
    retried = ward.retry(run_id, wait=20).data["run"]
    assert (retried["status"], retried["error_info"]["code"], retried["attempt"]) == (
        "failed",
        "MAX_ATTEMPTS_REACHED",
        3,
    )
    ward.script("ok")
    assert ward.retry(run_id, wait=20).data["run"]["status"] == "succeeded"
    assert [error["attempt"] for error in ward.run(run_id)["errors"]] == [1, 2, 3]


@needs_local(KILLS)
@pytest.mark.rule("R-LEDGER-1")
def test_an_answer_that_was_stored_is_not_bought_again(ward: Ward, client: Client) -> None:
    before = ward.model_calls()
    run_id = ward.a_run(max_attempts=1)
    client.call("POST", "/dev/worker", {"kill_after": "call_model"})
    ward.execute(run_id)
    until(ward.model_calls, lambda calls: calls > before)
    ward.advance(400)
    assert ward.run(run_id)["error_info"]["code"] == "MAX_ATTEMPTS_REACHED"
    retried = ward.retry(run_id, wait=20).data["run"]
    assert (retried["status"], ward.model_calls() - before) == ("succeeded", 1)
    assert (retried["usage"]["calls"], retried["usage"]["reused_calls"]) == (1, 1)
    assert retried["usage"]["saved_usd"] == retried["usage"]["cost_usd"] > 0


def test_of_those_who_retry_at_once_one_is_accepted(ward: Ward) -> None:
    run = failed(ward, "401")
    before = ward.model_calls()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ward.retry, [run["id"]] * 16))
    assert Counter(answer.status for answer in answers) == {202: 1, 409: 15}
    assert (ward.run(run["id"], wait=20)["attempt"], ward.model_calls() - before) == (2, 1)


@needs_local(CLOCK)
@pytest.mark.rule("R-BOUND-1")
def test_a_run_past_its_deadline_gets_a_new_one(calendar: Ward) -> None:
    run_id = calendar.a_run()
    calendar.advance(30 * DAY + 120)
    late = calendar.run(run_id)
    assert (late["status"], late["error_info"]["code"], late["attempt"]) == (
        "failed",
        "DEADLINE_EXCEEDED",
        0,
    )
    retried = calendar.retry(run_id, wait=20).data["run"]
    assert (retried["status"], retried["attempt"]) == ("succeeded", 1)
    assert retried["deadline_at"] > late["deadline_at"]


@needs_local(CLOCK)
def test_a_run_whose_gate_expired_goes_back_to_its_gate(calendar: Ward) -> None:
    run_id = calendar.client.call(
        "POST", "/runs", {"profile": "analytics_forecast_app", "intake": "Forecast."}, "member"
    ).data["run"]["id"]
    calendar.advance(7 * DAY + 120)
    late = calendar.client.call("GET", f"/runs/{run_id}", None, "member").data["run"]
    assert (late["status"], late["error_info"]["code"], late["current_phase"]) == (
        "failed",
        "GATE_EXPIRED",
        "planning",
    )
    retried = calendar.client.call("POST", f"/runs/{run_id}/retry", None, "member")
    assert (
        retried.status,
        retried.data["run"]["status"],
        retried.data["run"]["current_phase"],
    ) == (202, "waiting", "planning")
    advanced = calendar.client.call(
        "POST", f"/runs/{run_id}/next", None, "member", prefer="wait=25"
    )
    assert (advanced.status, advanced.data["current_phase"]) == (200, "architecture")


def test_under_a_switched_off_worker_a_diagnosis_is_not_retried(ward: Ward, client: Client) -> None:
    run_id = ward.a_run("failed")
    client.call("POST", "/dev/settings", {"worker_enabled": False})
    assert (ward.retry(run_id).status, ward.retry(run_id).code) == (503, "WORKER_DISABLED")
    assert ward.run(run_id)["status"] == "failed"


@pytest.mark.rule("R-BUDGET-1")
def test_a_call_that_could_cost_too_much_is_not_made(ward: Ward) -> None:
    before = ward.model_calls()
    run = ward.create(wait=20, max_cost_usd=0.001).data["run"]
    assert (run["status"], run["error_info"]["code"], run["usage"]["cost_usd"]) == (
        "failed",
        "BUDGET_EXCEEDED",
        0,
    )
    assert "missing" in run["error_info"]["message"]
    assert ward.model_calls() == before
    again = ward.retry(run["id"], wait=20).data["run"]
    assert (again["error_info"]["code"], ward.model_calls()) == ("BUDGET_EXCEEDED", before)
