"""Webhooks and deliveries in memory, and a receiver that answers as it is told to."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import RLock
from uuid import UUID

from shared.errors import IdempotencyKeyReused
from shared.ports import Answer
from shared.records.webhook import Delivery, DeliveryStatus, Webhook
from tests.fakes.things import Things


def _place(created_at: int, identifier: str) -> str:
    return f"{created_at:016x}{UUID(identifier).hex}"


class InMemoryWebhookStore:
    """Implements shared.ports.WebhookStore."""

    def __init__(self, things: Things | None = None) -> None:
        self._things, self._lock = things or Things(), RLock()
        self._webhooks: dict[str, Webhook] = {}

    def create(self, webhook: Webhook) -> Webhook | None:
        with self._lock:
            self._things.claim(webhook.id, "webhook")
            existing = self._webhooks.setdefault(webhook.id, webhook)
            if existing.fingerprint != webhook.fingerprint:
                raise IdempotencyKeyReused
            return None if existing is webhook else existing

    def get(self, webhook_id: str) -> Webhook | None:
        return self._webhooks.get(webhook_id)

    def save(self, webhook: Webhook) -> bool:
        with self._lock:
            held = self._webhooks.get(webhook.id)
            if held is None or held.version != webhook.version - 1:
                return False
            self._webhooks[webhook.id] = webhook
            return True

    def delete(self, webhook_id: str) -> None:
        with self._lock:
            self._webhooks.pop(webhook_id, None)

    def page(
        self, org_id: str, position: str | None, limit: int
    ) -> tuple[list[Webhook], str | None]:
        with self._lock:
            own = [one for one in self._webhooks.values() if one.org_id == org_id]
        places = sorted(((_place(one.created_at, one.id), one) for one in own), reverse=True,
                        key=lambda pair: pair[0])  # fmt: skip
        rest = [pair for pair in places if position is None or pair[0] < position]
        last = rest[limit - 1][0] if len(rest) > limit else None
        return [one for _, one in rest[:limit]], last


class InMemoryDeliveryStore:
    """Implements shared.ports.DeliveryStore."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._deliveries: dict[tuple[str, str], Delivery] = {}
        self._due: dict[tuple[str, str], int] = {}

    def add(self, delivery: Delivery, due: int) -> Delivery | None:
        key = (delivery.webhook_id, delivery.id)
        with self._lock:
            existing = self._deliveries.get(key)
            if existing is None:
                self._deliveries[key], self._due[key] = delivery, due
            return existing

    def get(self, webhook_id: str, delivery_id: str) -> Delivery | None:
        return self._deliveries.get((webhook_id, delivery_id))

    def save(self, delivery: Delivery, due: int) -> bool:
        key = (delivery.webhook_id, delivery.id)
        with self._lock:
            held = self._deliveries.get(key)
            if held is None or held.version != delivery.version - 1:
                return False
            self._deliveries[key], self._due[key] = delivery, due
            return True

    def page(
        self, webhook_id: str, position: str | None, limit: int
    ) -> tuple[list[Delivery], str | None]:
        with self._lock:
            own = [one for one in self._deliveries.values() if one.webhook_id == webhook_id]
        listed = sorted(own, key=self.position_of, reverse=True)
        rest = [one for one in listed if position is None or self.position_of(one) < position]
        return rest[:limit], self.position_of(rest[limit - 1]) if len(rest) > limit else None

    def position_of(self, delivery: Delivery) -> str:
        return _place(delivery.created_at, delivery.id)

    def due(self, until: int, limit: int) -> list[Delivery]:
        with self._lock:
            return [
                one
                for key, one in self._deliveries.items()
                if one.status is DeliveryStatus.PENDING and self._due[key] <= until
            ][:limit]


@dataclass(frozen=True, slots=True)
class Received:
    url: str
    headers: Mapping[str, str]
    body: str


class ScriptedReceiver:
    """Implements shared.ports.Post: keeps what it gets, and answers as told, then 204."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[Answer] = []

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.received.append(Received(url, dict(headers), body.decode()))
        return self.answers.pop(0) if self.answers else Answer(204)
