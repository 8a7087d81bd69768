"""Turns what is to be told into deliveries, one a webhook that wants it, and calls the sender.

What is found again makes the same delivery again, which is there already.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from shared.errors import StoreError
from shared.observability import log
from shared.ports import Clock, DeliveryStore, Tasks, WebhookStore
from shared.records.webhook import Delivery, Webhook
from shared.runs.telling import Told
from shared.runs.timing import MAX_DELAY, MINUTE

Spread = Callable[[Callable[[Webhook], None], Iterable[Webhook]], Iterable[None]]
MOST_WEBHOOKS = 50
"""Of one organisation: a listener tells all that came in one shard, whosever it is, in turn."""
CALLED_AGAIN_AFTER = MINUTE
"""So long after its moment, a delivery that nobody has sent is called for again."""
_WOKEN_AT_ONCE = 250
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Teller:
    """`spread` is `map`, or one that adds several deliveries side by side."""

    webhooks: WebhookStore
    deliveries: DeliveryStore
    tasks: Tasks
    clock: Clock
    patience: int = CALLED_AGAIN_AFTER
    spread: Spread = map

    def tell(self, news: Iterable[Told]) -> None:
        """Raises StoreError; then all of it must be told again."""
        known: dict[str, list[Webhook]] = {}
        for told in news:
            if told.org_id not in known:
                known[told.org_id] = self._of(told.org_id)
            wanting = [
                webhook
                for webhook in known[told.org_id]
                if webhook.wants(told.news, told.workflow) and told.at >= webhook.created_at
            ]
            for _ in self.spread(partial(self._add, told), wanting):
                pass

    def add(self, delivery: Delivery) -> Delivery:
        """A new delivery to be sent now, or the one that stands there."""
        now = self.clock.now_ms()
        existing = self.deliveries.add(delivery, now + CALLED_AGAIN_AFTER)
        if existing is None or (existing.tries == 0 and existing.next_at is not None):
            self.call(existing or delivery)
        return existing or delivery

    def call(self, delivery: Delivery) -> None:
        """The sender, for when it is due. When that fails, or takes too long, the sweeper calls."""
        wait = max(0, (delivery.next_at or 0) - self.clock.now_ms())
        if wait > MAX_DELAY:
            return
        task = {"webhook_id": delivery.webhook_id, "delivery_id": delivery.id}
        try:
            self.tasks.send(task, delivery.webhook_id, wait)
        except StoreError:
            log("sender_not_called", webhook_id=delivery.webhook_id, delivery_id=delivery.id)

    def wake(self) -> int:
        """Call the sender for what nobody has sent in time; for how many."""
        woken = 0
        for _ in range(_ROUNDS):
            due = self.deliveries.due(self.clock.now_ms(), _WOKEN_AT_ONCE)
            for delivery in due:
                later = replace(delivery, version=delivery.version + 1)
                if self.deliveries.save(later, self.clock.now_ms() + 2 * CALLED_AGAIN_AFTER):
                    self.call(delivery)
            woken += len(due)
            if len(due) < _WOKEN_AT_ONCE:
                break
        return woken

    def _of(self, org_id: str) -> list[Webhook]:
        """All of them; some more than there may be, where several were made at once."""
        found, _ = self.webhooks.page(org_id, None, 2 * MOST_WEBHOOKS)
        return found

    def _add(self, told: Told, webhook: Webhook) -> None:
        now = self.clock.now_ms()
        self.add(
            Delivery(
                id=told.delivery_id(webhook.id),
                webhook_id=webhook.id,
                org_id=webhook.org_id,
                news=told.news,
                run_id=told.run_id,
                body=told.body(),
                created_at=now,
                next_at=now,
                is_kept=told.is_kept,
            )
        )
