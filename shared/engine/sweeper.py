"""The sweeper: every minute it walks the open runs and does what is due. Losing any of its races is normal.

It rings for queued runs, breaks leases that ran out, ends gates and deadlines, and holds or resumes the runs of a
workflow whose flag was switched. It is what bounds every run.
"""

from dataclasses import dataclass

from shared.engine.doorbell import ring_softly
from shared.errors import GuardFailed, StoreError
from shared.observability import log
from shared.ports import Clock, Doorbell, Ids, RunStore
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.invariants import is_past_due, violates
from shared.runs.records import Dispatch, Run, Status
from shared.runs.timing import Timing
from shared.workflows.definitions import is_flagged


@dataclass(frozen=True, slots=True)
class Health:
    """Counts over the open runs."""

    open_runs: int
    past_due: int
    violations: int


@dataclass(frozen=True, slots=True)
class Sweeper:
    runs: RunStore
    doorbell: Doorbell
    clock: Clock
    ids: Ids
    timing: Timing
    worker_enabled: bool

    def sweep(self) -> int:
        """Tend every open run once; how many changed."""
        return sum(self._tend(run) for run in self.runs.open_runs())

    def inspect(self) -> Health:
        """Count open runs, those past their bound, and states that should not be."""
        now = self.clock.now_ms()
        found = self.runs.open_runs()
        return Health(len(found), sum(is_past_due(run, now) for run in found), sum(violates(run) for run in found))

    def _tend(self, run: Run) -> bool:
        change = self.due(run, self.clock.now_ms())
        if change is None:
            return False
        try:
            written = self.runs.apply(change)
        except GuardFailed:
            return False
        except StoreError:
            log("sweep_failed", run_id=run.id)
            return False
        log("run_swept", run_id=run.id, status=written.status, code=change.entry.code if change.entry else None)
        if written.status is Status.QUEUED and written.dispatch is Dispatch.AUTO:
            ring_softly(self.doorbell, written)
        return True

    def due(self, run: Run, now: int) -> Change | None:
        """What has to be done with an open run now, if anything: the first of the rules that applies."""
        op = self.ids.op()
        if run.is_terminal:
            return None  # the index of open runs lags behind
        if run.deadline_at <= now:
            return transitions.expire_deadline(run, now, op)
        if run.status is Status.RUNNING:
            return transitions.lose_lease(run, now, op) if _over(run.lease_until, now) else None
        if run.status is Status.WAITING:
            return transitions.expire_gate(run, now, op) if _over(run.gate_until, now) else None
        return self._queued(run, now, op)

    def _queued(self, run: Run, now: int, op: str) -> Change | None:
        enabled = self.worker_enabled or not is_flagged(run.workflow)
        if run.dispatch is Dispatch.AUTO and not enabled:
            return transitions.hold(run, now, op, self.timing)
        if run.dispatch is Dispatch.HELD and enabled:
            return transitions.resume(run, now, op, self.timing)
        if run.dispatch is Dispatch.AUTO and run.ring_after <= now:
            return transitions.ring(run, now)
        return None


def _over(moment: int | None, now: int) -> bool:
    return moment is not None and moment <= now
