"""Goes on with a bulk: walks its list, oldest first, a page at a time, and touches what is in it.

Two writes a page, both under the version that was read: which runs the page holds, before the
first is touched, and what became of them, after the last. So its counts are right whoever dies
where, and however many go on with it at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from shared.errors import StoreError
from shared.observability import log
from shared.ports import BulkStore, Clock, RunStore, Scope, StepProbe, Tasks, Unreadable
from shared.records.bulk import Bulk, BulkStatus, Touched
from shared.records.run import Run
from shared.runs.timing import MINUTE, SECOND

PAGE = 50
LOOKED_AT_AFTER = 2 * MINUTE
"""So long after its last write, somebody is called again to go on with it."""
MARGIN = 20 * SECOND
STEP = "bulk"
_DUE_AT_ONCE = 100


class Errand(Protocol):
    """What a bulk wants of runs, in the name of whoever asked for it.

    `scope` and the moments (ms) `oldest`, inclusive, and `end`, exclusive, say where to look.
    """

    scope: Scope
    oldest: int
    end: int

    def wants(self, row: Run | Unreadable) -> bool: ...

    def touch(self, run_id: str) -> Touched:
        """Do it, once however often it is asked. Raises StoreError; then it has to come again."""

    def has_touched(self, run_id: str) -> bool: ...

    def put_on_record(self) -> None:
        """Whose data was come to since the last time. Raises StoreError."""


@dataclass(frozen=True, slots=True)
class BulkRunner:
    bulks: BulkStore
    runs: RunStore
    tasks: Tasks
    clock: Clock
    probe: StepProbe

    def ask(self, bulk: Bulk) -> None:
        """Call for somebody to go on with it. When that fails, the sweeper calls later."""
        try:
            self.tasks.send({"bulk_id": bulk.id}, bulk.org_id)
        except StoreError:
            log("bulk_not_asked", kind=bulk.action)

    def go_on(
        self, bulk_id: str, errand_of: Callable[[Bulk], Errand], remaining_ms: Callable[[], int]
    ) -> None:
        """To its end, or as far as the invocation's time reaches."""
        bulk, errand = self.bulks.get(bulk_id), None
        while bulk is not None and not bulk.is_settled:
            if remaining_ms() < MARGIN:
                return self.ask(bulk)
            errand = errand or errand_of(bulk)
            after = self._counted(bulk, errand) if bulk.chunk else self._found(bulk, errand)
            is_saved = self.bulks.save(after, self.due())
            bulk = after if is_saved else self.bulks.get(bulk_id)
        return None

    def due(self) -> int:
        return self.clock.now_ms() + LOOKED_AT_AFTER

    def wake(self) -> int:
        """Call again for those that nobody goes on with; how many."""
        due = self.bulks.due(self.clock.now_ms(), _DUE_AT_ONCE)
        for bulk in due:
            if self.bulks.save(replace(bulk, version=bulk.version + 1), self.due()):
                self.ask(bulk)
        return len(due)

    def _found(self, bulk: Bulk, errand: Errand) -> Bulk:
        """With the runs of the next page, or at its end."""
        later = replace(bulk, status=BulkStatus.RUNNING, version=bulk.version + 1)
        if bulk.is_walked:
            return replace(later, status=BulkStatus.SUCCEEDED, completed_at=self.clock.now_ms())
        start = bulk.position or self.runs.before(errand.oldest)
        page = self.runs.page(errand.scope, start, PAGE, newest_first=False)
        rows = [row for row in page.rows if (row.created_at or 0) < errand.end]
        wanted = [row.id for row in rows if errand.wants(row)][: bulk.limit - bulk.matched]
        matched = bulk.matched + len(wanted)
        is_last = page.position is None or len(rows) < len(page.rows) or matched >= bulk.limit
        return replace(
            later,
            matched=matched,
            position=page.position,
            is_walked=is_last,
            chunk=() if bulk.dry_run else tuple(wanted),
        )

    def _counted(self, bulk: Bulk, errand: Errand) -> Bulk:
        """With what became of the page's runs. Of one that was cancelled meanwhile only those count
        that had been touched.
        """
        self.probe.before(STEP)
        counts = dict.fromkeys(Touched, 0)
        for run_id in bulk.chunk:
            if not bulk.is_over:
                counts[errand.touch(run_id)] += 1
            elif errand.has_touched(run_id):
                counts[Touched.DONE] += 1
        errand.put_on_record()
        self.probe.after(STEP)
        return replace(
            bulk,
            done=bulk.done + counts[Touched.DONE],
            skipped=bulk.skipped + counts[Touched.SKIPPED],
            failed=bulk.failed + counts[Touched.FAILED],
            chunk=(),
            version=bulk.version + 1,
        )
