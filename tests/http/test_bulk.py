"""POST /bulk over HTTP: whose runs, which of them, and what is told of it."""

import time
import uuid
from typing import Any

import pytest

from local.demo.client import Answer, Client
from tests.support.care import Ward

pytestmark = pytest.mark.rule("R-BULK-1")


def bulk(
    client: Client, action: str, user: str = "admin", key: str | None = None, **body: Any
) -> Answer:
    headers = {} if key is None else {"idempotency_key": key}
    return client.call("POST", "/bulk", {"action": action, **body}, user, **headers)


def ended(client: Client, made: Answer, user: str = "admin") -> Any:
    """The bulk when it is over."""
    bulk_id = made.data["bulk"]["id"]
    for _ in range(300):
        found = client.call("GET", f"/bulk/{bulk_id}", None, user).data["bulk"]
        if found["status"] == "succeeded":
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def counts(matched: int, done: int = 0, skipped: int = 0, failed: int = 0) -> dict[str, int]:
    return {"matched": matched, "done": done, "skipped": skipped, "failed": failed}


def orchestration(client: Client, tag: str) -> str:
    body = {"profile": "analytics_forecast_app", "intake": "Forecast.", "tags": [tag]}
    return str(client.call("POST", "/runs", body, "member").data["run"]["id"])


def test_what_matches_is_cancelled_and_what_had_ended_is_skipped(client: Client) -> None:
    tag = str(uuid.uuid4())
    runs = [orchestration(client, tag) for _ in range(3)]
    client.call("POST", f"/runs/{runs[0]}/cancel", None, "member")
    made = bulk(client, "cancel", "member", filter={"tag": tag})
    assert made.status == 202
    told = ended(client, made, "member")
    assert told["counts"] == counts(3, done=2, skipped=1)
    assert told["filter"] == {"tag": tag}
    assert told["completed_at"] >= told["created_at"]
    states = {client.call("GET", f"/runs/{one}", None, "member").data["run"]["status"]
              for one in runs}  # fmt: skip
    assert states == {"cancelled"}
    assert client.call("POST", f"/bulk/{told['id']}/cancel", None, "member").code == "CONFLICT"


def test_failed_runs_are_retried_by_their_code(ward: Ward, client: Client) -> None:
    tag = str(uuid.uuid4())
    ward.script("refusal", "refusal", "ok", "ok")
    failed = [_settled(ward, ward.create(tags=[tag]).data["run"]["id"]) for _ in range(2)]
    by_hand = ward.a_run("failed", tags=[tag])
    code = failed[0]["error_info"]["code"]
    dry = bulk(client, "retry", "clinician", filter={"tag": tag, "code": [code]}, dry_run=True)
    assert ended(client, dry, "clinician")["counts"] == counts(2)
    told = ended(client, bulk(client, "retry", "clinician", filter={"tag": tag, "code": code}),
                 "clinician")  # fmt: skip
    assert told["counts"] == counts(2, done=2)
    assert [_settled(ward, one["id"])["status"] for one in failed] == ["succeeded"] * 2
    assert ward.run(by_hand)["status"] == "failed"


def _settled(ward: Ward, run_id: str) -> Any:
    return next(run for _ in range(8) if (run := ward.run(run_id, wait=25))["completed_at"])


def test_what_the_caller_may_not_touch_now_is_skipped(ward: Ward, client: Client) -> None:
    tag = str(uuid.uuid4())
    run_id = ward.a_run(tags=[tag])
    ward.unassign("clinician")
    told = ended(client, bulk(client, "cancel", "clinician", filter={"tag": tag}), "clinician")
    assert told["counts"] == counts(1, skipped=1)
    told = ended(client, bulk(client, "cancel", filter={"tag": tag, "status": ["queued"]}))
    assert told["counts"] == counts(1, done=1)
    entries = client.call("GET", f"/audit?patient={ward.patient}", None, "admin").data["entries"]
    bulks = [entry for entry in entries if entry["action"] == "bulk"]
    assert {entry["run_id"] for entry in bulks} == {run_id}
    assert [(entry["person"], entry["outcome"]) for entry in bulks] == [
        (ward.sub("admin"), "allowed"),
        (ward.sub("clinician"), "refused"),
    ]


def test_the_same_key_is_the_same_bulk(client: Client) -> None:
    key, wanted = str(uuid.uuid4()), {"tag": "of nobody"}
    first = bulk(client, "cancel", "member", key, filter=wanted)
    again = bulk(client, "cancel", "member", key, filter=wanted)
    assert (first.status, again.status) == (202, 200)
    assert first.data["bulk"]["id"] == again.data["bulk"]["id"]
    assert again.headers["idempotency-replayed"] == "true"
    other = bulk(client, "retry", "member", key, filter=wanted)
    assert other.code == "IDEMPOTENCY_KEY_REUSED"


def test_a_bulk_takes_one_token_of_the_quota(client: Client) -> None:
    client.call("POST", "/dev/settings", {"quota_per_minute": 1})
    assert bulk(client, "cancel", "other-member", filter={"tag": "of nobody"}).status == 202
    refused = bulk(client, "cancel", "other-member", filter={"tag": "of nobody"})
    assert (refused.status, refused.code) == (429, "RATE_LIMITED")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "cancel", "filter": {}}, "body.filter"),
        ({"action": "cancel", "filter": {"tag": None}}, "body.filter"),
        ({"action": "cancel"}, "body.filter"),
        ({"action": "delete", "filter": {"tag": "a"}}, "body.action"),
        ({"action": "cancel", "filter": {"tag": "a"}, "limit": 0}, "body.limit"),
        ({"action": "cancel", "filter": {"tag": "a"}, "limit": 10_001}, "body.limit"),
        ({"action": "cancel", "filter": {"tag": "a"}, "refresh": True}, "body.refresh"),
        ({"action": "cancel", "filter": {"status": "done"}}, "body.filter.status[0]"),
        ({"action": "cancel", "filter": {"status": ["queued", "x"]}}, "body.filter.status[1]"),
        ({"action": "cancel", "filter": {"status": []}}, "body.filter.status"),
        ({"action": "retry", "filter": {"code": "NONE"}}, "body.filter.code[0]"),
        ({"action": "retry", "filter": {"created_after": "today"}}, "body.filter.created_after"),
        ({"action": "retry", "filter": {"workflow": "nope"}}, "body.filter.workflow"),
        ({"action": "retry", "filter": {"patient": "nope"}}, "body.filter.patient"),
    ],
)
def test_what_says_nothing_or_something_wrong_is_refused(
    client: Client, body: Any, field: str
) -> None:
    refused = client.call("POST", "/bulk", body, "admin")
    assert refused.code == "VALIDATION_ERROR"
    assert [error["field"] for error in refused.body["error"]["errors"]] == [field]


def test_patients_have_no_bulks(client: Client) -> None:
    assert bulk(client, "cancel", "patient", filter={"tag": "a"}).code == "FORBIDDEN"
