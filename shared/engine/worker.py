"""The worker's entrance: a doorbell rang for a run. Claims it, or finds that there is nothing to do; both are normal."""

from collections.abc import Callable

from shared.engine.execution import Execution
from shared.engine.kit import Kit
from shared.errors import GuardFailed, StoreError
from shared.observability import log, log_bug
from shared.runs import transitions
from shared.runs.records import Run
from shared.workflows.definitions import is_flagged


class Worker:
    """`worker_enabled`: the flag that switches the flagged workflows."""

    def __init__(self, kit: Kit, worker_enabled: bool) -> None:
        self._kit, self._enabled = kit, worker_enabled

    def execute(self, run_id: str, remaining_ms: Callable[[], int]) -> None:
        """Run one claim of the run, if it can be claimed. Raises StoreError only when not even its failure can be written."""
        run = self._claim(run_id)
        if run is None:
            return
        execution = Execution(self._kit, run, remaining_ms)
        try:
            execution.go()
        except StoreError:
            raise  # not even the failure could be written: the message comes again, or the sweeper breaks the lease
        except Exception as exc:  # noqa: BLE001 - the outermost wrapper: a bug ends this run visibly, and only this run
            log_bug("execution_error", exc, run_id=run_id)
            execution.break_off()

    def _claim(self, run_id: str) -> Run | None:
        if not self._enabled and self._is_flagged(run_id):
            log("run_not_claimed", run_id=run_id, why="worker_disabled")
            return None
        now, op = self._kit.clock.now_ms(), self._kit.ids.op()
        try:
            run = self._kit.runs.apply(transitions.claim(run_id, now, now + self._kit.timing.lease, op))
        except GuardFailed:
            log("run_not_claimed", run_id=run_id, why="not_due")
            return None
        if run.history[-1].op != op:
            log("run_not_claimed", run_id=run_id, why="claimed_and_lost")
            return None
        log("run_claimed", run_id=run_id, attempt=run.attempt, fence=run.fence)
        return run

    def _is_flagged(self, run_id: str) -> bool:
        run = self._kit.runs.get(run_id)
        return run is not None and is_flagged(run.workflow)
