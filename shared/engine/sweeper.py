"""The sweeper: every minute it walks the open runs and does what is due. Losing any of its races is normal.

It rings for queued runs, breaks leases that ran out, ends gates and deadlines, and holds or resumes the runs of a
workflow whose flag was switched. It is what bounds every run.
"""

from dataclasses import dataclass

from shared.engine.doorbell import ring_softly
from shared.errors import GuardFailed, StoreError
from shared.observability import log
from shared.ports import Clock, Doorbell, Ids, RunStore, Unreadable
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.invariants import is_past_due, violates
from shared.runs.records import Dispatch, Run, Status
from shared.runs.timing import MINUTE, Timing
from shared.workflows.definitions import is_flagged


@dataclass(frozen=True, slots=True)
class Health:
    """Counts over the open runs. What cannot be read is one, and a violation."""

    open_runs: int = 0
    past_due: int = 0
    violations: int = 0

    def __add__(self, other: "Health") -> "Health":
        return Health(self.open_runs + other.open_runs, self.past_due + other.past_due, self.violations + other.violations)


@dataclass(frozen=True, slots=True)
class Sweeper:
    runs: RunStore
    doorbell: Doorbell
    clock: Clock
    ids: Ids
    timing: Timing
    worker_enabled: bool

    def sweep(self) -> int:
        """Tend every open run once; how many changed. Each sweep begins elsewhere, in case one has no time for all."""
        return sum(self._tend(run) for run in self.runs.open_runs(self.clock.now_ms() // MINUTE))

    def inspect(self) -> Health:
        """Count open runs, those past their bound, and states that should not be."""
        now = self.clock.now_ms()
        return sum((_health(run, now) for run in self.runs.open_runs()), Health())

    def _tend(self, run: Run | Unreadable) -> bool:
        if isinstance(run, Unreadable):
            log("run_unreadable", run_id=run.run_id)
            return False
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


def _health(run: Run | Unreadable, now: int) -> Health:
    if isinstance(run, Unreadable):
        return Health(open_runs=1, violations=1)
    return Health(1, int(is_past_due(run, now)), int(violates(run)))


def _over(moment: int | None, now: int) -> bool:
    return moment is not None and moment <= now
