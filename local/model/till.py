"""What the offline model would have billed: tokens and dollars of every answer that it began,
whoever heard its end.
"""

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime

from shared.records.money import Terms, TokenUsage
from shared.runs.prices import cost_microusd


@dataclass(frozen=True, slots=True)
class Bill:
    """Of one call, so far."""

    model: str
    usage: TokenUsage
    geography: str


class Till:
    """One bill a call; a later bill of the same call takes the place of the earlier one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bills: dict[int, tuple[Bill, int]] = {}

    def bill(self, number: int, bill: Bill, now: float) -> None:
        """`number` names the call; `now`, seconds since the epoch, says which day's prices hold."""
        cost = cost_microusd(
            bill.model, bill.usage, _day(now), terms=Terms(geography=bill.geography)
        )
        with self._lock:
            self._bills[number] = (bill, cost)

    def tokens(self) -> TokenUsage:
        with self._lock:
            return sum((bill.usage for bill, _ in self._bills.values()), TokenUsage())

    def microusd(self) -> int:
        with self._lock:
            return sum(cost for _, cost in self._bills.values())


def _day(now: float) -> date:
    return datetime.fromtimestamp(now, UTC).date()
