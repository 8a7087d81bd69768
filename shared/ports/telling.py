"""What the listener keeps: counts, webhooks and what they are to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.records.counts import Marked
from shared.records.webhook import Delivery, Webhook


class CountsStore(Protocol):
    """The counts of every organisation, by day, and of what is open."""

    def add(self, shard: str | None, marked: Sequence[Marked], now: int) -> None:
        """Count records of one shard of the stream, in the stream's order.

        A record that was counted before is not counted again: each day remembers the last of every
        shard. Without a shard there is nothing to tell them apart by, and all are counted.
        """

    def days(self, org_id: str, first: str, last: str) -> Mapping[str, Mapping[str, int]]:
        """Counts by day, first and last included; a day on which nothing happened is left out."""

    def open(self, org_id: str) -> Mapping[str, int]:
        """Counts of what is open now."""

    def put(self, org_id: str, day: str, counts: Mapping[str, int]) -> None:
        """Set the counts of a day (or of what is open), whatever was counted."""


class WebhookStore(Protocol):
    """Webhooks by organisation."""

    def create(self, webhook: Webhook) -> Webhook | None:
        """Write a new one; None when that succeeded, else the one that the same request made
        before. Raises IdempotencyKeyReused where its id was made by another request.
        """

    def get(self, webhook_id: str) -> Webhook | None:
        """As it is now (strongly consistent)."""

    def save(self, webhook: Webhook) -> bool:
        """Write what follows the version before its own; False when somebody else was faster, or
        when it is gone.
        """

    def delete(self, webhook_id: str) -> None:
        """Also when there is none."""

    def page(
        self, org_id: str, position: str | None, limit: int
    ) -> tuple[list[Webhook], str | None]:
        """An organisation's, newest first, and the position after the last; None at the end."""


class DeliveryStore(Protocol):
    """What webhooks are to be told, each once by its id. What is pending stands in the index of
    what is due.
    """

    def add(self, delivery: Delivery, due: int) -> Delivery | None:
        """Write a new one; None when that succeeded, else the one that stands there."""

    def get(self, webhook_id: str, delivery_id: str) -> Delivery | None:
        """As it is now (strongly consistent)."""

    def save(self, delivery: Delivery, due: int) -> bool:
        """Write what follows the version before its own; False when somebody else was faster.

        `due`: when (ms) somebody has to look whether it was sent; of no meaning unless it is
        pending.
        """

    def page(
        self, webhook_id: str, position: str | None, limit: int
    ) -> tuple[list[Delivery], str | None]:
        """A webhook's, newest first, and the position after the last; None at the end."""

    def position_of(self, delivery: Delivery) -> str:
        """Where one stands in that list."""

    def due(self, until: int, limit: int) -> list[Delivery]:
        """Pending ones that nobody has sent by that moment (ms)."""


class Post(Protocol):
    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> "Answer":
        """Send it, within ten seconds, to a public address alone. Raises nothing: what went wrong
        is in the answer.
        """


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` None where none came, and then `error` in one word; `retry_after`: how long (ms) the
    receiver asks to wait.
    """

    status: int | None
    error: str | None = None
    retry_after: int | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
