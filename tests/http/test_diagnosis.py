"""The references' scenarios of a diagnosis run, over HTTP against the local stack."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.demo.client import Client
from tests.support.care import Ward
from tests.support.waiting import until
from tests.support.witness import CLOCK, CROWD, KILLS, needs_local


@pytest.fixture
def client(calendar_client: Client) -> Client:
    """These tests move time: on a stack where little else is open, that is quick."""
    return calendar_client


@pytest.fixture
def ward(calendar: Ward) -> Ward:
    return calendar


def test_a_run_succeeds_with_one_artifact_whose_hash_is_its_bytes(
    ward: Ward, client: Client
) -> None:
    run = ward.create(wait=25).data["run"]
    assert (run["status"], run["attempt"], run["usage"]["calls"]) == ("succeeded", 1, 1)
    assert [s["status"] for s in run["steps"]] == ["succeeded"] * 4
    listed = client.call(
        "GET", f"/api/studio/diagnosis-runs/{run['id']}/artifacts", None, "clinician"
    ).data["artifacts"]
    assert [a["id"] for a in listed] == [run["artifact_id"]]
    shown = client.call(
        "GET", f"/api/studio/diagnosis-artifacts/{run['artifact_id']}", None, "clinician"
    ).data["artifact"]
    assert shown["artifact_data"] == run["output_data"]["diagnosis"]
    location = client.call(
        "GET", f"/runs/{run['id']}/artifacts/{run['artifact_id']}/download", None, "clinician"
    ).headers["location"]
    assert hashlib.sha256(client.fetch(location).raw).hexdigest() == shown["sha256"]


def test_an_answer_without_required_fields_fails_with_the_list(ward: Ward) -> None:
    ward.script("missing_fields")
    run = ward.create(wait=25).data["run"]
    assert (run["status"], run["error_info"]["code"]) == ("failed", "VALIDATION_ERROR")
    assert run["error_info"]["validation_errors"] == [
        "summary is required and must be a string",
        "findings is required and must be an array",
        "recommendations is required and must be an array",
    ]


def test_an_invalid_key_fails_at_once(ward: Ward) -> None:
    ward.script("401")
    run = ward.create(wait=25).data["run"]
    assert (run["status"], run["attempt"], run["error_info"]["code"]) == ("failed", 1, "LLM_ERROR")


@needs_local(CLOCK)
@pytest.mark.parametrize(("script", "status", "attempt", "code"), [
    (["529", "529", "ok"], "succeeded", 1, None),
    (["500", "500", "500"], "failed", 3, "MAX_ATTEMPTS_REACHED"),
    (["disconnect", "ok"], "succeeded", 2, None),
    (["429", "ok"], "succeeded", 1, None),
])  # fmt: skip
def test_passing_failures_are_tried_again(
    ward: Ward, script: list[str], status: str, attempt: int, code: str | None
) -> None:
    ward.script(*script)
    run_id = ward.create().data["run"]["id"]
    for _ in range(4):
        ward.advance(120)
    run = ward.run(run_id, wait=10)
    assert (run["status"], run["attempt"], (run["error_info"] or {}).get("code")) == (
        status,
        attempt,
        code,
    )


@needs_local(KILLS)
@pytest.mark.parametrize("when", ["kill_at", "kill_after"])
@pytest.mark.parametrize("step", ["build_context", "call_model", "validate", "persist"])
@pytest.mark.one_in(4)
def test_a_killed_worker_loses_nothing_and_a_stored_answer_is_not_bought_again(
    ward: Ward, client: Client, when: str, step: str
) -> None:
    before = ward.model_calls()
    client.call("POST", "/dev/worker", {when: step})
    run_id = ward.create().data["run"]["id"]
    _until_running(ward, run_id)
    ward.advance(400)
    run = ward.run(run_id, wait=20)
    assert (run["status"], run["attempt"], run["usage"]["calls"]) == ("succeeded", 2, 1)
    assert ward.model_calls() - before == 1
    assert [(error["code"], error["message"]) for error in run["errors"]] == [
        ("EXECUTION_ERROR", "The worker stopped before it finished.")
    ]
    assert run["usage"]["reused_calls"] == (
        1 if (when, step) == ("kill_after", "call_model") else 0
    )


def _until_running(ward: Ward, run_id: str) -> None:
    """Wait until the worker has claimed the run that it is going to die with."""
    until(lambda: ward.run(run_id)["attempt"], lambda attempt: attempt == 1)


@needs_local(CLOCK)
def test_nobody_executes_it_so_it_ends_at_its_deadline(ward: Ward) -> None:
    run_id = ward.create(dispatch="manual").data["run"]["id"]
    ward.advance(30 * 86_400 + 120)
    run = ward.run(run_id)
    assert (run["status"], run["error_info"]["code"]) == ("failed", "DEADLINE_EXCEEDED")


@needs_local(CROWD)
def test_32_clients_execute_one_run_once(ward: Ward) -> None:
    for _ in range(3):
        before = ward.model_calls()
        run_id = ward.create(dispatch="manual").data["run"]["id"]
        with ThreadPoolExecutor(32) as pool:
            statuses = [answer.status for answer in pool.map(ward.execute, [run_id] * 32)]
        assert sorted(statuses) == [202] + [409] * 31
        run = ward.run(run_id, wait=25)
        assert (run["status"], run["attempt"], run["artifacts_count"]) == ("succeeded", 1, 1)
        assert ward.model_calls() - before == 1


@needs_local(CLOCK)
def test_the_flag_off_executes_nothing_and_loses_nothing(ward: Ward) -> None:
    ward.client.call("POST", "/dev/settings", {"worker_enabled": False})
    before = ward.model_calls()
    runs = [ward.create().data["run"]["id"] for _ in range(20)]
    refused = ward.client.call(
        "POST", f"/api/studio/diagnosis-runs/{runs[0]}/execute", None, "clinician"
    )
    assert (refused.status, refused.code) == (503, "WORKER_DISABLED")
    assert ward.client.call("GET", "/health").data["worker_enabled"] is False
    ward.advance(3_600)
    assert {ward.run(run_id)["status"] for run_id in runs} == {"queued"}
    assert ward.model_calls() == before
    assert ward.client.call("GET", "/health/invariants", None, "admin").data["past_due"] == 0
    ward.client.call("POST", "/dev/settings", {"worker_enabled": True})
    ward.advance(180)
    assert {ward.run(run_id, wait=20)["status"] for run_id in runs} == {"succeeded"}
