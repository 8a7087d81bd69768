"""Counts what a budget's span had cost before the budget was set: so many entries at a time, the
first by the request that sets it, the rest by the sweeps that follow.

Until all is counted nobody knows what is left, so the budget lets no call through.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.engine.spending import spending_of
from shared.errors import SPOILT
from shared.observability import log_bug
from shared.ports import BudgetStore, Clock, PayloadStore, RunStore, Scope, Unreadable
from shared.records.budget import Count, Spending, span_began_at
from shared.records.run import Run, Subject
from shared.runs.timing import DAY

EXAMINED_AT_MOST = 1_000
"""So many runs and lines of their ledgers are looked at in one go."""
GOES_A_SWEEP = 20
"""In one sweep, of all budgets together."""
_HELD_AT_MOST = 100
"""Calls under way that one write takes."""
_PAGE = 100
_LONGEST_RUN = 60 * DAY
_DUE_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Reckoner:
    budgets: BudgetStore
    runs: RunStore
    payloads: PayloadStore
    clock: Clock

    def go_on(self, count: Count) -> None:
        """Count some more; who was overtaken has counted nothing."""
        found, position = self._some(count)
        self.budgets.add(count, found, position, self.clock.now_ms())

    def sweep(self, has_time: Callable[[], bool] = lambda: True) -> int:
        """Go on with those that were begun, each in turn; how many times."""
        gone = 0
        while counts := self.budgets.counts(self.clock.now_ms(), _DUE_AT_ONCE):
            for count in counts:
                if gone == GOES_A_SWEEP or not has_time():
                    return gone
                gone += 1
                try:
                    self.go_on(count)
                except SPOILT as exc:  # the others are counted all the same
                    log_bug("count_failed", exc, org_id=count.org_id)
        return gone

    def _some(self, count: Count) -> tuple[Spending, str | None]:
        """What the next runs have spent, and the position after them, None at the end."""
        since = span_began_at(count.span) or 0
        found, position, read = Spending(), count.position, 0
        while (room := EXAMINED_AT_MOST - read - found.lines) > 0:
            page = self.runs.page(_place(count), position, min(_PAGE, room))
            read += len(page.rows)
            for row in page.rows:
                if read + found.lines > EXAMINED_AT_MOST or len(found.holds) >= _HELD_AT_MOST:
                    return found, position
                found += self._of(row, count, since)
                position = self.runs.position_of(row)
            if page.position is None or _are_older(page.rows, since):
                return found, None
            position = page.position
        return found, position

    def _of(self, row: Run | Unreadable, count: Count, since: int) -> Spending:
        """What one run counts; nothing where it is of another scope, or cannot be read."""
        kind, _, name = count.scope.partition(":")
        if isinstance(row, Unreadable) or (kind == "workflow" and row.workflow != name):
            return Spending()
        try:
            return spending_of(self.payloads, row, since, count.held)
        except SPOILT as exc:
            log_bug("ledger_unreadable", exc, run_id=row.id)
            return Spending(row.usage.cost, row.usage.uncertain)


def _place(count: Count) -> Scope:
    kind, _, name = count.scope.partition(":")
    if kind == "project":
        return Scope.of_subject(count.org_id, Subject(kind, name))
    return Scope("organisation", count.org_id)


def _are_older(rows: Sequence[Run | Unreadable], since: int) -> bool:
    """Whether no run from here on can have spent anything since a moment (ms)."""
    return bool(rows) and (rows[-1].created_at or since) + _LONGEST_RUN < since
