"""Hears every write of the table from its stream, in order, and turns it into counts and into what
webhooks are told.

A record may come twice, alone or with others: what it leads to is the same write again, which
changes nothing. So whatever wrote an entry, worker, person or sweeper, it is counted and told.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.engine.telling import Teller
from shared.errors import RunUnreadable
from shared.observability import log, measure
from shared.ports import Clock, CountsStore, RunStore
from shared.records.change import BudgetSpent, LedgerWritten, RunWritten, Told, Unread
from shared.records.counts import Marked, Tally
from shared.records.run import Run
from shared.runs.counting import ledger_tally, tallies
from shared.runs.measuring import measured
from shared.runs.telling import Told as News
from shared.runs.telling import told_of_budget, told_of_run


@dataclass(frozen=True, slots=True)
class Listener:
    runs: RunStore
    counts: CountsStore
    clock: Clock
    teller: Teller | None = None

    def hear(self, shard: str | None, changes: Iterable[Told]) -> None:
        """Take in what came of one shard, in its order. Raises StoreError; then all of it must come
        again.
        """
        heard = [change for change in changes if not self._is_unread(change)]
        self._count(shard, heard)
        if self.teller is not None:
            self.teller.tell(self._news(heard))
        self._measure(heard)

    def _news(self, heard: Iterable[Told]) -> Iterator[News]:
        for told in heard:
            if isinstance(told.change, RunWritten):
                yield from told_of_run(told.change.before, told.change.after)
            elif isinstance(told.change, BudgetSpent):
                yield from told_of_budget(told.change, self.clock.now_ms())

    def _measure(self, heard: Iterable[Told]) -> None:
        """What came again after a failure is measured twice: metrics, unlike counts, may be."""
        writes = [told.change for told in heard if isinstance(told.change, RunWritten)]
        counted = measured((write.before, write.after) for write in writes)
        for (name, code), number in counted.items():
            measure("runs_moved", {name: number}, {"code": code} if code else None)

    def _is_unread(self, told: Told) -> bool:
        """What cannot be read is noted by its id, and holds up nothing."""
        if not isinstance(told.change, Unread):
            return False
        measure("record_unreadable", {"UnreadableRecords": 1}, run_id=told.change.key)
        return True

    def _count(self, shard: str | None, heard: Sequence[Told]) -> None:
        known: dict[str, Run | None] = {}
        marked = [
            Marked(told.sequence, tally) for told in heard for tally in self._tallies(told, known)
        ]
        self.counts.add(shard, marked, self.clock.now_ms())

    def _tallies(self, told: Told, known: dict[str, Run | None]) -> Iterator[Tally]:
        change = told.change
        if isinstance(change, RunWritten):
            yield from tallies(change.before, change.after)
        elif isinstance(change, LedgerWritten) and change.after.usage.cost:
            run = self._run(change.run_id, known)
            tally = ledger_tally(run, change.before, change.after) if run else None
            if tally is not None:
                yield tally

    def _run(self, run_id: str, known: dict[str, Run | None]) -> Run | None:
        """Whose ledger it is: a line of it does not say."""
        if run_id not in known:
            try:
                known[run_id] = self.runs.get(run_id)
            except RunUnreadable:
                known[run_id] = None
                log("record_unreadable", run_id=run_id)
        return known[run_id]
