"""What the table's stream tells: one written item of a kind that somebody has to be told of."""

from dataclasses import dataclass

from shared.records.money import LedgerEntry
from shared.records.run import Run


@dataclass(frozen=True, slots=True)
class RunWritten:
    """`before` is None for a new run, and for one whose earlier form cannot be read."""

    before: Run | None
    after: Run


@dataclass(frozen=True, slots=True)
class LedgerWritten:
    """A line of a run's call ledger."""

    run_id: str
    before: LedgerEntry | None
    after: LedgerEntry


@dataclass(frozen=True, slots=True)
class BudgetSpent:
    """What is gone of a budget in a span of its period, spent and uncertain together, and its limit
    (micro-dollars; `limit_before` 0 where there was none).
    """

    org_id: str
    scope: str
    span: str
    limit: int
    before: int
    after: int
    limit_before: int


@dataclass(frozen=True, slots=True)
class Unread:
    """An item that this version cannot read, by its key."""

    key: str


Written = RunWritten | LedgerWritten | BudgetSpent | Unread


@dataclass(frozen=True, slots=True)
class Told:
    """A change and where it stands in its shard of the stream: later changes have higher
    numbers.
    """

    sequence: int
    change: Written
