"""A webhook, the secrets that sign what it is sent, and its deliveries. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum


class News(StrEnum):
    """What a webhook can be told."""

    SUCCEEDED = "run.succeeded"
    FAILED = "run.failed"
    CANCELLED = "run.cancelled"
    WAITING = "run.waiting"
    BLOCKED = "run.blocked"
    BUDGET = "budget.reached"
    TEST = "webhook.test"


EVERYTHING = "*"


class Disabled(StrEnum):
    """Why a webhook is told nothing any more."""

    PERSON = "person"
    GONE = "410"
    """Its receiver said so."""
    FAILING = "failing"
    """Days without one success."""


@dataclass(frozen=True, slots=True)
class OldSecret:
    """A secret that was replaced, and until when (ms) it still signs."""

    secret: str
    until: int


@dataclass(frozen=True, slots=True)
class Webhook:
    """`workflows`: told of runs of these only; None for all. `failing_since`: when the first try
    failed after the last success (ms). `disabled`: why, None while it is enabled.
    """

    id: str
    org_id: str
    url: str
    events: tuple[str, ...]
    workflows: tuple[str, ...] | None
    description: str | None
    secret: str
    created_by: str
    created_at: int
    fingerprint: str
    old_secrets: tuple[OldSecret, ...] = ()
    updated_at: int | None = None
    disabled: Disabled | None = None
    disabled_at: int | None = None
    failing_since: int | None = None
    version: int = 0

    @property
    def is_enabled(self) -> bool:
        return self.disabled is None

    def wants(self, news: str, workflow: str | None) -> bool:
        """Whether it is told such news, of a run of that workflow where it is of one."""
        if not self.is_enabled or not {news, EVERYTHING} & set(self.events):
            return False
        return self.workflows is None or workflow is None or workflow in self.workflows

    def secrets_at(self, now: int) -> tuple[str, ...]:
        """The secrets that sign at that moment (ms), the newest first."""
        return (self.secret, *(old.secret for old in self.old_secrets if old.until > now))

    def disabled_for(self, why: Disabled, now: int) -> "Webhook":
        return replace(self, disabled=why, disabled_at=now)


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`status_code` None where no answer came; `error` then says why, in one word."""

    at: int
    status_code: int | None
    duration_ms: int
    error: str | None


MOST_ATTEMPTS_KEPT = 40


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one webhook. Its id is the `webhook-id` of every try, `body` what is sent.

    `tries` counts from its start or its last replay; `next_at`: the moment (ms) of the next try,
    None when there is none.
    """

    id: str
    webhook_id: str
    org_id: str
    news: str
    run_id: str | None
    body: str
    created_at: int
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: tuple[Attempt, ...] = ()
    tries: int = 0
    next_at: int | None = None
    is_kept: bool = False
    """Whether it says for ever that this was told: a total's budget has one period only."""
    version: int = 0

    def tried(self, attempt: Attempt, status: DeliveryStatus, next_at: int | None) -> "Delivery":
        attempts = (*self.attempts, attempt)[-MOST_ATTEMPTS_KEPT:]
        return replace(
            self, attempts=attempts, tries=self.tries + 1, status=status, next_at=next_at
        )
