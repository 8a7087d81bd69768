"""The worker's entrance: a doorbell rang for a run.

Claims it, or finds that there is nothing to do; both are normal.
"""

from collections.abc import Callable

from shared.engine.execution import Execution
from shared.engine.kit import Kit
from shared.errors import GuardFailed, RunUnreadable, StoreError
from shared.observability import bound, log, log_bug, measure
from shared.records.run import WORKER, Run
from shared.runs import transitions
from shared.runs.due import is_rung
from shared.workflows.definitions import is_flagged


class Worker:
    """`worker_enabled`: the flag that switches the flagged workflows."""

    def __init__(self, kit: Kit, worker_enabled: bool) -> None:
        self._kit, self._enabled = kit, worker_enabled

    def execute(self, run_id: str, remaining_ms: Callable[[], int]) -> None:
        """Run one claim of the run, if it can be claimed.

        Raises StoreError only when not even its failure can be written.
        """
        try:
            run = self._claim(run_id)
        except RunUnreadable:
            log("run_unreadable", run_id=run_id)  # another version's; no delivery would change that
            return
        if run is None:
            return
        with bound(run_id=run.id, org_id=run.org_id, workflow=run.workflow):
            self._execute(Execution(self._kit, run, remaining_ms))

    def _execute(self, execution: Execution) -> None:
        try:
            execution.go()
        except StoreError:
            # not even the failure could be written: the message comes again, or the sweeper breaks
            # the lease
            raise
        except Exception as exc:  # noqa: BLE001 - the outermost wrapper: a bug ends this run visibly, and only this run
            log_bug("execution_error", exc)
            execution.break_off()

    def _claim(self, run_id: str) -> Run | None:
        if not self._enabled and self._is_flagged(run_id):
            log("run_not_claimed", run_id=run_id, why="worker_disabled")
            return None
        if self._kit.lookout.may_be_shut() and self._is_kept_out(run_id):
            return None
        now, op = self._kit.clock.now_ms(), self._kit.ids.op()
        try:
            run = self._kit.runs.apply(
                transitions.claim(
                    run_id, now, now + self._kit.timing.lease, op, self._kit.workflows
                )
            )
        except GuardFailed:
            log("run_not_claimed", run_id=run_id, why="not_due")
            return None
        if run.history[-1].op != op:
            log("run_not_claimed", run_id=run_id, why="claimed_and_lost")
            return None
        waited = {"StartLatency": run.updated_at - _startable_from(run)}
        measure("run_claimed", waited, run_id=run_id, attempt=run.attempt, fence=run.fence)
        return run

    def probe(self, gate: str) -> None:
        """Find out whether a provider's model lets calls in again."""
        self._kit.lookout.probe(gate)

    def _is_kept_out(self, run_id: str) -> bool:
        """Whether the run stands before a closed gate; it is parked there."""
        kit = self._kit
        run = kit.runs.get(run_id)
        shut = kit.lookout.shut(run) if run is not None and is_rung(run) else None
        if run is None or shut is None:
            return False
        gate, reason = shut
        now = kit.clock.now_ms()
        kit.gates.note(gate, now)
        park = transitions.park(
            run, now, kit.ids.op(), actor=WORKER, gate=gate, reason=reason, timing=kit.timing
        )
        try:
            kit.runs.apply(park)
        except GuardFailed:
            return False
        log("run_parked", run_id=run_id, why=reason)
        return True

    def _is_flagged(self, run_id: str) -> bool:
        run = self._kit.runs.get(run_id)
        return run is not None and is_flagged(run.workflow)


def _startable_from(run: Run) -> int:
    """Since when (ms) a run that was just claimed could have been: it stood in the queue, nothing
    put it off, and no gate was closed.
    """
    claimed = run.history[-1].at
    queued = run.history[-2].at if run.version > 1 else run.created_at
    return min(max(queued, run.available_at), claimed)
