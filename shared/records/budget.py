"""A budget: how much an organisation, one of its workflows or projects may spend on model calls in
a period. Pure.

Amounts are micro-dollars. What a call can cost at most is held before it is made, and settled after
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from shared.records.run import Run

ORGANISATION = "organisation"


class Period(StrEnum):
    MONTH = "month"
    """A calendar month, UTC."""
    TOTAL = "total"
    """For ever."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What is held for one call, until its lease is over (ms); after that nobody knows what it
    cost.
    """

    amount: int
    until: int


@dataclass(frozen=True, slots=True)
class Budget:
    """`scope`: organisation, workflow:NAME or project:ID. `span` names the period's present
    stretch: `2026-11`, or `total`.

    `spent` is known, `uncertain` the most that cut calls may have cost beyond it; `needed` the
    least amount that did not fit since the limit was set. Until what the span had cost before the
    budget was set `is_counted`, nobody knows what is left, and no call is let through.
    """

    org_id: str
    scope: str
    period: Period
    limit: int
    span: str
    spent: int = 0
    uncertain: int = 0
    holds: Mapping[str, Hold] = field(default_factory=dict)
    needed: int | None = None
    is_counted: bool = True

    @property
    def held(self) -> int:
        return sum(hold.amount for hold in self.holds.values())

    @property
    def committed(self) -> int:
        """Spent, held and uncertain together: what no other call can have."""
        return self.spent + self.uncertain + self.held

    @property
    def left(self) -> int:
        return max(0, self.limit - self.committed) if self.is_counted else 0

    def missing_for(self, amount: int) -> int:
        """By how much the limit would have to be higher for an amount to fit; also where more is
        committed than the limit allows.
        """
        return max(0, self.committed + amount - self.limit)


@dataclass(frozen=True, slots=True)
class Spending:
    """What runs have spent. `holds`: what calls can cost at most of which it is not known yet what
    became of them; `lines`: so many lines of ledgers were read for it.
    """

    spent: int = 0
    uncertain: int = 0
    holds: Mapping[str, Hold] = field(default_factory=dict)
    lines: int = 0

    def __add__(self, other: "Spending") -> "Spending":
        return Spending(
            self.spent + other.spent,
            self.uncertain + other.uncertain,
            {**self.holds, **other.holds},
            self.lines + other.lines,
        )


@dataclass(frozen=True, slots=True)
class Count:
    """The counting of what a budget's span has cost before the budget was set: so far the runs of
    its scope down to `position`, None for none.

    `held`: the calls that were held when it began, which are settled where they are held and must
    not be counted besides.
    """

    org_id: str
    scope: str
    span: str
    position: str | None
    held: frozenset[str] = frozenset()


def span_of(period: Period, now: int) -> str:
    """The stretch of a period in which a moment (ms) lies."""
    return f"{_utc(now):%Y-%m}" if period is Period.MONTH else Period.TOTAL.value


def span_began_at(span: str) -> int | None:
    """When a month began (ms); None for a total, which began with the organisation."""
    if span == Period.TOTAL:
        return None
    return int(datetime.strptime(span, "%Y-%m").replace(tzinfo=UTC).timestamp() * 1_000)


def scopes_of(run: Run) -> tuple[str, ...]:
    """The scopes that a run's calls fall under, in the order in which their budgets are held."""
    project = (f"project:{run.subject.id}",) if run.subject.type == "project" else ()
    return (ORGANISATION, f"workflow:{run.workflow}", *project)


def _utc(now: int) -> datetime:
    return datetime.fromtimestamp(now / 1_000, UTC)
