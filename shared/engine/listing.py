"""Lists of runs: filtered pages that examine a bounded number of entries, and waiting for a run to move."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.ports import Clock, Page, RunStore, Scope
from shared.runs.records import Run

EXAMINED_AT_MOST = 1_000
_BATCH = 100
_POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Filtered:
    """Runs newest first; `position` is where the next page begins, None when there is none."""

    runs: list[Run]
    position: str | None


@dataclass(frozen=True, slots=True)
class Reader:
    runs: RunStore
    clock: Clock

    def page(self, scope: Scope, position: str | None, limit: int, matches: Callable[[list[Run]], list[Run]], oldest: int = 0) -> Filtered:
        """At most `limit` runs that `matches` keeps. A page may be short, or empty, and still have a next one.

        The list ends at the first run created before `oldest` (ms).
        """
        found: list[Run] = []
        for _ in range(EXAMINED_AT_MOST // _BATCH):
            batch = self.runs.page(scope, position, _BATCH if found or limit > _BATCH // 2 else limit + 1)
            young = [run for run in batch.runs if run.created_at >= oldest]
            if len(young) < len(batch.runs):
                batch = Page(young, None)
            kept = matches(young)
            room = limit - len(found)
            found += kept[:room]
            if len(kept) > room or (len(kept) == room and batch.position is not None):
                return Filtered(found, self.runs.position_of(found[-1]))
            position = batch.position
            if position is None:
                return Filtered(found, None)
        return Filtered(found, position)

    def wait(self, run: Run, seconds: float, settled: Callable[[Run], bool]) -> Run:
        """The run when `settled` says so, or as it is after that many seconds."""
        until = self.clock.now_ms() + int(seconds * 1_000)
        while not settled(run) and self.clock.now_ms() < until:
            self.clock.sleep(_POLL_SECONDS)
            run = self.runs.get(run.id) or run
        return run
