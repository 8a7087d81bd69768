"""Lists of runs: filtered pages that examine a bounded number of entries, and waiting for a run to
move.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.engine.merging import Merged
from shared.ports import Clock, Only, Page, RunStore, Scope, Unreadable
from shared.records.run import Run

EXAMINED_AT_MOST = 1_000
_BATCH = 100
_POLL_SECONDS = 0.25
_PARKED_POLL_SECONDS = 2.0
"""At a gate: it opens at a sweep, and a minute lies between two of them."""
Matches = Callable[[list[Run]], list[Run]]
Keep = Callable[[list[Unreadable]], list[Unreadable]]


@dataclass(frozen=True, slots=True)
class Filtered:
    """Entries newest first; `position` is where the next page begins, None when there is none."""

    rows: list[Run | Unreadable]
    position: str | None

    @property
    def runs(self) -> list[Run]:
        """The entries that this version can read."""
        return [row for row in self.rows if not isinstance(row, Unreadable)]


@dataclass(frozen=True, slots=True)
class Reader:
    runs: RunStore
    clock: Clock

    def page(
        self,
        scope: Scope | Sequence[Scope],
        position: str | None,
        limit: int,
        matches: Matches,
        oldest: int = 0,
        *,
        unreadable: Keep | None = None,
        only: Only | None = None,
        until: str = "",
        spent: int = 0,
    ) -> Filtered:
        """At most `limit` entries that `matches` keeps, and of those that this version cannot read
        the ones that `unreadable` keeps; without it none.

        A page may be short, or empty, and still have a next one. The list ends at the first run
        created before `oldest` (ms), or at the position `until`. Of several scopes, none of which
        share a run, it is of all that they hold together. `spent` entries less are examined.

        `only`: what `matches` keeps at most. Where that is found to be rare, the others are not
        read whole.
        """
        listed = self._listed(scope, position, spent)
        is_rare = False
        found: list[Run | Unreadable] = []
        for number in range((EXAMINED_AT_MOST - spent) // _BATCH):
            size = limit + 1 if number == 0 and limit <= _BATCH // 2 else _BATCH
            batch = listed(position, size, only if is_rare else None)
            batch = self._young(batch, oldest, until)
            wanted = kept(batch.rows, matches, unreadable)
            is_rare = is_rare or 2 * len(wanted) < len(batch.rows)
            room = limit - len(found)
            found += wanted[:room]
            if len(wanted) > room or (len(wanted) == room and batch.position is not None):
                return Filtered(found, self.runs.position_of(found[-1]))
            position = batch.position
            if position is None:
                return Filtered(found, None)
        return Filtered(found, position)

    def _young(self, batch: Page, oldest: int, until: str) -> Page:
        """Without what lies beyond the end of the list that was asked for."""
        young = [
            row
            for row in batch.rows
            if _is_young(row, oldest) and self.runs.position_of(row) > until
        ]
        end = max(until, self.runs.before(oldest))
        is_over = batch.position is not None and batch.position <= end
        return Page(young, None) if is_over or len(young) < len(batch.rows) else batch

    def _listed(
        self, scope: Scope | Sequence[Scope], position: str | None, spent: int
    ) -> Callable[[str | None, int, Only | None], Page]:
        """What reads so many entries of the list from a position on."""
        scopes = [scope] if isinstance(scope, Scope) else scope
        if not scopes:
            return lambda _, __, ___: Page([], None)
        if len(scopes) == 1:
            return lambda start, size, only: self.runs.page(scopes[0], start, size, only=only)
        merged = Merged(self.runs, scopes, position, EXAMINED_AT_MOST - spent)
        return lambda _, size, only: merged.page(size, only)

    def wait(self, run: Run, seconds: float, settled: Callable[[Run], bool]) -> Run:
        """The run when `settled` says so, or as it is after that many seconds. It is read four
        times a second, parked at a gate every other second.
        """
        until = self.clock.now_ms() + int(seconds * 1_000)
        while not settled(run) and (left := until - self.clock.now_ms()) > 0:
            pause = _POLL_SECONDS if run.gate is None else _PARKED_POLL_SECONDS
            self.clock.sleep(min(pause, left / 1_000))
            run = self.runs.get(run.id) or run
        return run


def _is_young(row: Run | Unreadable, oldest: int) -> bool:
    return (row.created_at or 0) >= oldest or row.created_at is None


def kept(
    rows: list[Run | Unreadable], matches: Matches, unreadable: Keep | None
) -> list[Run | Unreadable]:
    """In the order of the list: the runs that match, and what cannot be read where it is wanted."""
    wanted = {run.id for run in matches([row for row in rows if isinstance(row, Run)])}
    spoilt = [row for row in rows if isinstance(row, Unreadable)]
    if unreadable is not None and spoilt:
        wanted |= {row.id for row in unreadable(spoilt)}
    return [row for row in rows if row.id in wanted]
