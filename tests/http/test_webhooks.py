"""Webhooks over HTTP: who is told, with what signature, and what the list says of it.

On the stack whose time may be moved, since what did not arrive is tried again for days.
"""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from local.demo.client import Answer, Client
from tests.support.witness import CLOCK, needs_local

pytestmark = pytest.mark.rule("R-WEBHOOK-1")


@pytest.fixture
def client(calendar_client: Client) -> Iterator[Client]:
    calendar_client.call("POST", "/dev/webhooks", {"answers": []})
    yield calendar_client
    for one in calendar_client.call("GET", "/webhooks", None, "admin").data["webhooks"]:
        calendar_client.call("DELETE", f"/webhooks/{one['id']}", None, "admin")


def make(client: Client, *events: str, **body: Any) -> Any:
    """A webhook to the stack's own receiver, with its secret."""
    wanted = {"url": f"{client.url}/dev/webhooks/receiver", "events": list(events) or ["*"], **body}
    made = client.call("POST", "/webhooks", wanted, "admin")
    assert made.status == 201, made.raw
    return made.data["webhook"]


def deliveries(client: Client, webhook: Any, query: str = "") -> Any:
    webhook_id = webhook["id"]
    return client.call("GET", f"/webhooks/{webhook_id}/deliveries{query}", None, "admin").data[
        "deliveries"
    ]


def received(client: Client, delivery_id: str) -> list[Any]:
    found = client.call("GET", "/dev/webhooks", None).body["received"]
    return [one for one in found if one["headers"]["webhook-id"] == delivery_id]


def settled(client: Client, webhook: Any, number: int = 1) -> Any:
    """Its deliveries, once that many have had a try."""
    for _ in range(300):
        found = deliveries(client, webhook)
        if sum(bool(one["attempts"]) for one in found) >= number:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def advance(client: Client, seconds: float) -> None:
    assert client.call("POST", "/dev/clock", {"advance_seconds": seconds}).status == 200


def orchestration(client: Client) -> str:
    body = {"profile": "analytics_forecast_app", "intake": "Forecast."}
    return str(client.call("POST", "/runs", body, "member").data["run"]["id"])


def test_what_becomes_of_a_run_is_told_and_verified(client: Client) -> None:
    webhook = make(client, "run.waiting", "run.cancelled")
    run_id = orchestration(client)
    client.call("POST", f"/runs/{run_id}/cancel", None, "member")
    found = settled(client, webhook, 2)
    assert {(one["event"], one["run_id"], one["status"]) for one in found} == {
        ("run.waiting", run_id, "delivered"), ("run.cancelled", run_id, "delivered"),
    }  # fmt: skip
    cancelled = next(one for one in found if one["event"] == "run.cancelled")
    (message,) = received(client, cancelled["id"])
    told = Verifier(webhook["secret"]).verify(message["body"], message["headers"])
    assert told["type"] == "run.cancelled"
    assert told["data"] == {
        "run_id": run_id, "org_id": "demo", "workflow": "orchestration", "status": "cancelled",
        "code": None,
    }  # fmt: skip


@needs_local(CLOCK)
def test_both_secrets_verify_for_a_day_after_a_rotation(client: Client) -> None:
    old = make(client)
    webhook_id = old["id"]
    new = client.call("POST", f"/webhooks/{webhook_id}/rotate", None, "admin").data["webhook"]
    assert new["secret"] != old["secret"]
    _sent_and_signed(client, old, [old["secret"], new["secret"]], [])
    advance(client, 86_400)
    _sent_and_signed(client, old, [new["secret"]], [old["secret"]])


def _sent_and_signed(client: Client, webhook: Any, good: list[str], bad: list[str]) -> None:
    webhook_id = webhook["id"]
    sent = client.call("POST", f"/webhooks/{webhook_id}/test", None, "admin")
    assert sent.status == 202
    advance(client, 0)
    (message,) = received(client, sent.data["delivery"]["id"])
    for secret in good:
        Verifier(secret).verify(message["body"], message["headers"])
    for secret in bad:
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(message["body"], message["headers"])


@needs_local(CLOCK)
def test_a_receiver_that_fails_gets_the_same_id_until_it_does_not(client: Client) -> None:
    webhook = make(client, "budget.reached")
    webhook_id = webhook["id"]
    client.call("POST", "/dev/webhooks", {"answers": [500, 302, 500]})
    sent = client.call("POST", f"/webhooks/{webhook_id}/test", None, "admin").data["delivery"]
    for seconds in (0, 6, 301, 1_801, 90_000):
        advance(client, seconds)
    (delivery,) = deliveries(client, webhook)
    assert (delivery["id"], delivery["status"]) == (sent["id"], "delivered")
    assert [(one["status_code"], one["error"]) for one in delivery["attempts"]] == [
        (500, None), (302, "redirect"), (500, None), (204, None),
    ]  # fmt: skip
    assert delivery["next_attempt_at"] is None
    messages = received(client, sent["id"])
    assert len(messages) == 4
    assert len({message["body"] for message in messages}) == 1
    assert [one["id"] for one in deliveries(client, webhook, "?status=delivered")] == [sent["id"]]
    assert deliveries(client, webhook, "?status=pending") == []
    again = _replayed(client, webhook, sent["id"])
    assert (again.status, again.data["delivery"]["id"]) == (202, sent["id"])
    advance(client, 0)
    assert len(received(client, sent["id"])) == 5


def _replayed(client: Client, webhook: Any, delivery_id: str) -> Answer:
    webhook_id = webhook["id"]
    return client.call(
        "POST", f"/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", None, "admin"
    )


def test_one_that_is_gone_is_disabled_until_somebody_enables_it(client: Client) -> None:
    webhook = make(client, "run.waiting")
    webhook_id = webhook["id"]
    client.call("POST", "/dev/webhooks", {"answers": [410]})
    orchestration(client)
    settled(client, webhook)
    told = client.call("GET", f"/webhooks/{webhook_id}", None, "admin").data["webhook"]
    assert (told["status"], told["disabled_reason"]) == ("disabled", "410")
    assert client.call("POST", f"/webhooks/{webhook_id}/test", None, "admin").code == "CONFLICT"
    enabled = client.call("PATCH", f"/webhooks/{webhook_id}", {"status": "enabled"}, "admin")
    assert enabled.data["webhook"]["disabled_reason"] is None
    assert client.call("POST", f"/webhooks/{webhook_id}/test", None, "admin").status == 202


@needs_local(CLOCK)
def test_five_days_of_failures_disable_it_and_thirty_days_empty_its_list(client: Client) -> None:
    webhook = make(client, "run.waiting")
    webhook_id = webhook["id"]
    client.call("POST", "/dev/webhooks", {"answers": [500] * 40})
    orchestration(client)
    settled(client, webhook)
    advance(client, 5 * 86_400)
    assert len(deliveries(client, webhook)[0]["attempts"]) == 10
    orchestration(client)
    settled(client, webhook, 2)
    told = client.call("GET", f"/webhooks/{webhook_id}", None, "admin").data["webhook"]
    assert (told["status"], told["disabled_reason"]) == ("disabled", "failing")
    advance(client, 30 * 86_400)
    assert deliveries(client, webhook) == []


def test_a_webhook_is_changed_and_deleted(client: Client) -> None:
    webhook = make(client, "run.failed", workflows=["diagnosis"], description="A board")
    webhook_id = webhook["id"]
    changed = client.call(
        "PATCH",
        f"/webhooks/{webhook_id}",
        {"events": ["*", "*"], "workflows": None, "url": "https://hooks.example.org/other"},
        "admin",
    ).data["webhook"]
    assert (changed["events"], changed["workflows"]) == (["*"], None)
    assert changed["url"] == "https://hooks.example.org/other"
    assert "secret" not in changed
    assert changed["updated_at"] is not None
    assert client.call("GET", "/webhooks", None, "admin").data["webhooks"] == [changed]
    for status in (204, 404):
        assert client.call("DELETE", f"/webhooks/{webhook_id}", None, "admin").status == status
    assert client.call("GET", f"/webhooks/{webhook_id}", None, "admin").status == 404


def test_the_same_key_is_the_same_webhook(client: Client) -> None:
    key = str(uuid.uuid4())
    body = {"url": "https://hooks.example.org/studio", "events": ["run.failed"]}
    first = client.call("POST", "/webhooks", body, "admin", idempotency_key=key)
    again = client.call("POST", "/webhooks", body, "admin", idempotency_key=key)
    assert (first.status, again.status) == (201, 200)
    assert first.data == again.data
    body["events"] = ["*"]
    other = client.call("POST", "/webhooks", body, "admin", idempotency_key=key)
    assert other.code == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.rule("R-WEBHOOK-2")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://hooks.example.org/", "events": ["*"]}, "body.url"),
        ({"url": "https://10.1.2.3/", "events": ["*"]}, "body.url"),
        ({"url": "https://localhost/", "events": ["*"]}, "body.url"),
        ({"url": "https://[::ffff:127.0.0.1]/", "events": ["*"]}, "body.url"),
        ({"url": "http://127.0.0.1:3150/dev/webhooks", "events": ["*"]}, "body.url"),
        ({"url": "https://hooks.example.org/", "events": []}, "body.events"),
        ({"url": "https://hooks.example.org/", "events": ["run.lost"]}, "body.events[0]"),
        ({"url": "https://hooks.example.org/", "events": ["*"], "workflows": []}, "body.workflows"),
        ({"url": "https://hooks.example.org/", "events": ["*"], "secret": "x"}, "body.secret"),
        ({"events": ["*"]}, "body.url"),
    ],
)
def test_what_may_not_be_told_anything_is_refused(client: Client, body: Any, field: str) -> None:
    refused = client.call("POST", "/webhooks", body, "admin")
    assert refused.code == "VALIDATION_ERROR"
    assert [error["field"] for error in refused.body["error"]["errors"]] == [field]


def test_nothing_of_what_is_sent_holds_more_than_ids_and_codes(client: Client) -> None:
    for message in client.call("GET", "/dev/webhooks", None).body["received"]:
        assert set(json.loads(message["body"])["data"]) <= {
            *("run_id", "org_id", "workflow", "status", "code", "scope", "percent"),
        }
