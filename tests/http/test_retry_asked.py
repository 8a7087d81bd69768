"""What a retry takes beside the attempt: a key, a budget, attempts, a fresh start, a quota."""

from typing import Any

import pytest

from local.demo.client import Client
from tests.http.test_retry import failed, steps_of
from tests.support.care import Ward, any_uuid
from tests.support.witness import CLOCK, needs_local
from tests.unit.http.project_doors import INPUT

pytestmark = pytest.mark.rule("R-RETRY-1")


def test_the_same_key_is_the_same_retry_whatever_became_of_it(ward: Ward) -> None:
    run, key = failed(ward, "401", "401"), any_uuid()
    assert ward.retry(run["id"], key=key, wait=20).data["run"]["status"] == "failed"
    again = ward.retry(run["id"], key=key)
    assert (again.status, again.headers["idempotency-replayed"]) == (200, "true")
    assert (again.data["run"]["status"], again.data["run"]["attempt"]) == ("failed", 2)
    other = ward.retry(run["id"], key=key, refresh=True)
    assert (other.status, other.code) == (422, "IDEMPOTENCY_KEY_REUSED")
    elsewhere = ward.retry(failed(ward, "401")["id"], key=key)
    assert elsewhere.code == "IDEMPOTENCY_KEY_REUSED"
    assert ward.retry(run["id"], key=any_uuid(), wait=20).data["run"]["status"] == "succeeded"


def test_a_key_that_made_something_else_retries_nothing(ward: Ward) -> None:
    run, key = failed(ward, "401"), any_uuid()
    assert ward.create(key=key, dispatch="manual").status == 201
    assert ward.retry(run["id"], key=key).code == "IDEMPOTENCY_KEY_REUSED"
    assert ward.run(run["id"])["status"] == "failed"


def test_equal_numbers_are_the_same_request(ward: Ward) -> None:
    run, key = failed(ward, "401", max_cost_usd=1), any_uuid()
    ward.script("hang")
    assert ward.retry(run["id"], key=key, max_cost_usd=2).status == 202
    assert ward.retry(run["id"], key=key, max_cost_usd=2.0).status == 200
    ward.cancel(run["id"])
    key = any_uuid()
    config = {"dose": 1, "much": 10**20}
    made = ward.create(key=key, dispatch="manual", input_config=config)
    again = ward.create(key=key, dispatch="manual", input_config={"dose": 1.0, "much": 1e20})
    assert (again.status, again.data["run"]["id"]) == (200, made.data["run"]["id"])
    other = ward.create(key=key, dispatch="manual", input_config={"dose": 1.5, "much": 1e20})
    assert other.code == "IDEMPOTENCY_KEY_REUSED"


def test_a_retry_raises_what_the_run_may_spend(ward: Ward, client: Client) -> None:
    run = ward.create(wait=25, max_cost_usd=0.000001).data["run"]
    assert run["error_info"]["code"] == "BUDGET_EXCEEDED"
    refused = ward.retry(run["id"], max_cost_usd=0.0000001)
    assert refused.status == 202 or refused.code == "VALIDATION_ERROR"
    ward.run(run["id"], wait=20)
    assert ward.retry(run["id"], max_cost_usd=2, wait=20).data["run"]["status"] == "succeeded"
    body = {"overrides": {"dispatch": "manual"}}
    copy = client.call("POST", f"/runs/{run['id']}/clone", body, "clinician").data["run"]
    assert ward.execute(copy["id"], wait=20).data["run"]["status"] == "succeeded"


def test_a_lower_budget_is_refused(ward: Ward) -> None:
    run = failed(ward, "401", max_cost_usd=2)
    refused = ward.retry(run["id"], max_cost_usd=1)
    assert [one["field"] for one in refused.body["error"]["errors"]] == ["body.max_cost_usd"]
    assert ward.run(run["id"])["status"] == "failed"


def test_more_attempts_can_be_asked_for_and_none_are_taken_away(ward: Ward) -> None:
    run = failed(ward, "401", "401", "401", max_attempts=5)
    for asked, most in ((1, 5), (7, 7)):
        retried = ward.retry(run["id"], max_attempts=asked, wait=20).data["run"]
        assert (retried["status"], retried["max_attempts"]) == ("failed", most)
    for bad in (0, 11, "2", 1.5):
        assert ward.retry(run["id"], max_attempts=bad).code == "VALIDATION_ERROR"


def test_refresh_begins_at_the_first_step_with_the_record_as_it_is_now(ward: Ward) -> None:
    run = failed(ward, "401")
    assert (run["record"], ward.record(bundle("1950-01-01")).status) == (None, 200)
    warned = ward.retry(run["id"], wait=20).data["run"]
    assert warned["status"] == "succeeded"
    run = failed(ward, "401")
    assert run["record"]["version"] == 1
    assert ward.record(bundle("1950-01-01", note="2")).status == 200
    began = steps_of(run)["build_context"]["completed_at"]
    fresh = ward.retry(run["id"], refresh=True, wait=20).data["run"]
    assert (fresh["status"], fresh["record"]["version"]) == ("succeeded", 2)
    assert not [text for text in fresh["warnings"] if "has changed" in text]
    assert steps_of(fresh)["build_context"]["completed_at"] > began


def test_an_analysis_without_inputs_is_tried_with_the_inputs_of_now(client: Client) -> None:
    project = client.call("POST", "/api/projects", {"name": "P"}, "member").data["project"]["id"]
    path = f"/api/projects/{project}"
    none = client.call("POST", f"{path}/generate", None, "member")
    run_id = none.body["error"]["run_id"]
    client.call("POST", f"{path}/inputs", {"input": INPUT}, "member")
    retried = client.call("POST", f"/runs/{run_id}/retry", None, "member", prefer="wait=20")
    assert retried.data["run"]["status"] == "succeeded", retried.data["run"]["error_info"]
    listed = client.call("GET", f"{path}/runs", None, "member").data["runs"]
    assert [(row["id"], row["input_version"]) for row in listed] == [(run_id, 1)]


@needs_local(CLOCK)
@pytest.mark.rule("R-QUOTA-1")
def test_a_retry_takes_from_the_quota_and_its_repetition_does_not(
    ward: Ward, client: Client
) -> None:
    runs = [failed(ward, "401")["id"] for _ in range(2)]
    key = any_uuid()
    client.call("POST", "/dev/settings", {"quota_per_minute": 1})
    try:
        ward.advance(120)
        ward.script("401", "401")
        assert ward.retry(runs[0], key=key).status == 202
        assert ward.retry(runs[0], key=key).status == 200
        refused = ward.retry(runs[1])
        assert (refused.status, refused.code) == (429, "RATE_LIMITED")
        assert (
            client.call("GET", f"/runs/{runs[1]}", None, "clinician", prefer="wait=1").code
            == "RATE_LIMITED"
        )
        assert client.call("GET", f"/runs/{runs[1]}", None, "clinician").status == 200
    finally:
        client.call("POST", "/dev/settings", {"quota_per_minute": None})


def bundle(born: str, note: str = "") -> dict[str, Any]:
    person = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": born}
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": person | ({"language": f"de-x-{note}"} if note else {})}],
    }
