"""Sends deliveries: one try a call, signed with the webhook's secrets of now.

A try is written down as under way before it is made, and its end after it. Whoever dies in between
leaves a delivery that the sweeper finds again: it is sent once more, under the same id.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.engine.telling import Teller
from shared.observability import measure
from shared.ports import Answer, Clock, Post, StepProbe
from shared.records.webhook import Attempt, Delivery, DeliveryStatus, Disabled, Webhook
from shared.runs.telling import GIVEN_UP_AFTER, next_try
from shared.runs.timing import MAX_DELAY, MINUTE, SECOND

STEP = "deliver"
_LEASE = MINUTE
_EARLY = SECOND
_TRIES = 20
_GONE = 410
SECRET_PREFIX = "whsec_"
Seconds = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Sender:
    """`wall` is the real time, by which a receiver judges a signature; `luck` a number from
    0 to 1.
    """

    teller: Teller
    post: Post
    clock: Clock
    probe: StepProbe
    wall: Seconds
    luck: Callable[[], float]

    def deliver(self, webhook_id: str, delivery_id: str) -> None:
        """One try, if it is due. Raises StoreError."""
        webhook = self.teller.webhooks.get(webhook_id)
        delivery = self.teller.deliveries.get(webhook_id, delivery_id)
        now = self.clock.now_ms()
        if delivery is None or delivery.status is not DeliveryStatus.PENDING:
            return None
        if (delivery.next_at or 0) > now + _EARLY:
            return self.teller.call(delivery)
        if webhook is None or not webhook.is_enabled:
            return self._note(delivery, Attempt(now, None, 0, "disabled"), None)
        claimed = replace(delivery, next_at=now + _LEASE, version=delivery.version + 1)
        if not self.teller.deliveries.save(claimed, now + _LEASE):
            return None
        self.probe.before(STEP)
        began = self.wall()
        answer = self.post(webhook.url, self._headers(webhook, claimed), claimed.body.encode())
        took = int((self.wall() - began) * SECOND)
        self.probe.after(STEP)
        tried = {"DeliveriesSent" if answer.is_success else "DeliveriesFailed": 1}
        tried["DeliveryTime"] = took
        measure("delivery_tried", tried, webhook_id=webhook_id, delivery_id=delivery_id)
        self._settle(webhook, claimed, answer, Attempt(now, answer.status, took, answer.error))
        return None

    def _headers(self, webhook: Webhook, delivery: Delivery) -> dict[str, str]:
        moment = int(self.wall())
        signatures = [
            signature(secret, delivery.id, moment, delivery.body)
            for secret in webhook.secrets_at(self.clock.now_ms())
        ]
        return {
            "content-type": "application/json",
            "user-agent": "studio-runs",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(moment),
            "webhook-signature": " ".join(signatures),
        }

    def _settle(
        self, webhook: Webhook, delivery: Delivery, answer: Answer, attempt: Attempt
    ) -> None:
        # The webhook first, so that whoever sees the try sees what it has led to.
        if answer.is_success:
            self._heard(webhook.id, lambda one: replace(one, failing_since=None))
            self._note(delivery, attempt, answer)
            return
        now = self.clock.now_ms()

        def failed(one: Webhook) -> Webhook:
            since = one.failing_since or now
            after = replace(one, failing_since=since)
            if not one.is_enabled:
                return after
            if answer.status == _GONE:
                return after.disabled_for(Disabled.GONE, now)
            if now - since >= GIVEN_UP_AFTER:
                return after.disabled_for(Disabled.FAILING, now)
            return after

        self._heard(webhook.id, failed)
        self._note(delivery, attempt, answer)

    def _note(self, delivery: Delivery, attempt: Attempt, answer: Answer | None) -> None:
        """Write the end of a try down, on what stands now: a person may have asked for a replay."""
        current: Delivery | None = delivery
        for _ in range(_TRIES):
            if current is None:
                return
            after = self._after(current, attempt, answer)
            if self.teller.deliveries.save(after, _due(after)):
                if after.status is DeliveryStatus.PENDING:
                    self.teller.call(after)
                return
            current = self.teller.deliveries.get(delivery.webhook_id, delivery.id)

    def _after(self, delivery: Delivery, attempt: Attempt, answer: Answer | None) -> Delivery:
        now = self.clock.now_ms()
        if delivery.status is not DeliveryStatus.PENDING:  # another try has ended it meanwhile
            ended = delivery.tried(attempt, delivery.status, None)
            return replace(ended, version=delivery.version + 1)
        status, again = DeliveryStatus.FAILED, None
        if answer is not None and answer.is_success:
            status = DeliveryStatus.DELIVERED
        elif answer is not None and answer.status != _GONE:
            again = next_try(delivery.tries + 1, now, self.luck(), answer.retry_after)
            status = DeliveryStatus.FAILED if again is None else DeliveryStatus.PENDING
        tried = delivery.tried(attempt, status, again)
        return replace(tried, version=delivery.version + 1)

    def _heard(self, webhook_id: str, change: Callable[[Webhook], Webhook]) -> None:
        """Write down what a try says of the webhook itself; mostly that is nothing new."""
        for _ in range(_TRIES):
            webhook = self.teller.webhooks.get(webhook_id)
            after = None if webhook is None else change(webhook)
            if webhook is None or after is None or after == webhook:
                return
            if self.teller.webhooks.save(replace(after, version=webhook.version + 1)):
                if webhook.is_enabled and after.disabled is not None:
                    disabled = {"WebhooksDisabled": 1}
                    measure("webhook_disabled", disabled, webhook_id=webhook_id, why=after.disabled)
                return


def _due(delivery: Delivery) -> int:
    """Where the queue can wait so long, the sweeper looks a minute later; else it calls."""
    moment = delivery.next_at or 0
    last = delivery.attempts[-1].at if delivery.attempts else moment
    return moment if moment - last > MAX_DELAY else moment + MINUTE


def signature(secret: str, delivery_id: str, moment: int, body: str) -> str:
    """By Standard Webhooks: HMAC-SHA256 of id, time (s) and body, under the secret's bytes."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{delivery_id}.{moment}.{body}".encode()
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"
