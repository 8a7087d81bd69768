"""A run told move by move: each line applies the real transition in memory, and the run that stands
is in `run`.
"""

from dataclasses import replace

from shared.records.gate import Reason, pause_gate
from shared.records.money import Usage
from shared.records.run import SWEEPER, Run, StepRecord
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.codes import FailureCode
from shared.runs.timing import MINUTE, Timing
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.world import SequentialIds, VirtualClock
from tests.support.samples import CLINICIAN, REF, a_run

TIMING = Timing()
GATE = pause_gate("an org", "diagnosis")


class Story:
    """Every move takes a second, so that each has a moment of its own."""

    def __init__(self, run: Run | None = None) -> None:
        self.run = run or a_run()
        self.clock, self._ids = VirtualClock(), SequentialIds()
        self._store = InMemoryRunStore()
        self._store.plant(self.run)
        self.versions = [self.run]

    def apply(self, change: Change) -> "Story":
        self.run = self._store.apply(change)
        self.versions.append(self.run)
        return self

    def _now(self) -> int:
        return self.clock.advance(1_000)

    def claim(self) -> "Story":
        return self.apply(
            transitions.claim(
                self.run.id, self._now(), self.clock.now_ms() + TIMING.lease, self._ids.op()
            )
        )

    def checkpoint(self, step: str, usage: Usage | None = None) -> "Story":
        spent, lease = self.run.usage + (usage or Usage()), self.clock.now_ms() + TIMING.lease
        record = StepRecord(REF, usage)
        return self.apply(
            transitions.checkpoint(
                self.run, self._now(), self._ids.op(), step, record, lease_until=lease, usage=spent
            )
        )

    def complete(self, step: str, artifacts: tuple[str, ...] = ()) -> "Story":
        now, op = self._now(), self._ids.op()
        usage = self.run.usage
        return self.apply(
            transitions.complete(
                self.run, now, op, step, StepRecord(), output=REF, usage=usage, artifacts=artifacts
            )
        )

    def fail(
        self, step: str, code: str = FailureCode.LLM_ERROR, redo: str | None = None
    ) -> "Story":
        now, op, run = self._now(), self._ids.op(), self.run
        spoiled = (redo, replace(run.steps[redo], spoiled=True)) if redo else None
        change = transitions.fail(
            run,
            now,
            op,
            code,
            step=step,
            detail=REF,
            usage=run.usage,
            new_round=bool(redo),
            spoiled=spoiled,
        )
        return self.apply(change)

    def release(self, step: str, wait: int = 0) -> "Story":
        now, op = self._now(), self._ids.op()
        change = transitions.release(
            self.run,
            now,
            op,
            FailureCode.LLM_ERROR,
            step=step,
            available_at=now + wait,
            usage=self.run.usage,
        )
        return self.apply(change)

    def continue_later(self) -> "Story":
        return self.apply(transitions.continue_later(self.run, self._now(), self._ids.op()))

    def pause(self, step: str, *, held: bool = False) -> "Story":
        now, op, usage = self._now(), self._ids.op(), self.run.usage
        change = transitions.pause(
            self.run,
            now,
            op,
            step=step,
            record=StepRecord(REF),
            timing=TIMING,
            usage=usage,
            held=held,
        )
        return self.apply(change)

    def advance(self, *, skip_validation: bool = False) -> "Story":
        now, op = self._now(), self._ids.op()
        return self.apply(
            transitions.advance(self.run, CLINICIAN, now, op, skip_validation=skip_validation)
        )

    def lose_lease(self) -> "Story":
        now = self.clock.advance((self.run.lease_until or 0) - self.clock.now_ms() + MINUTE)
        return self.apply(transitions.lose_lease(self.run, now, self._ids.op()))

    def take(self) -> "Story":
        return self.apply(
            transitions.take(self.run, CLINICIAN, self._now(), self._ids.op(), TIMING)
        )

    def execute(self) -> "Story":
        return self.apply(
            transitions.execute(self.run, CLINICIAN, self._now(), self._ids.op(), TIMING)
        )

    def attach(self, artifact_id: str) -> "Story":
        return self.apply(
            transitions.attach(self.run, CLINICIAN, self._now(), self._ids.op(), artifact_id)
        )

    def cancel(self) -> "Story":
        return self.apply(transitions.cancel(self.run, CLINICIAN, self._now(), self._ids.op()))

    def retry(self) -> "Story":
        return self.apply(
            transitions.retry(self.run, CLINICIAN, self._now(), self._ids.op(), TIMING)
        )

    def expire_deadline(self) -> "Story":
        now = self.clock.advance(self.run.deadline_at - self.clock.now_ms())
        return self.apply(transitions.expire_deadline(self.run, now, self._ids.op()))

    def expire_gate(self) -> "Story":
        now = self.clock.advance((self.run.gate_until or 0) - self.clock.now_ms())
        return self.apply(transitions.expire_gate(self.run, now, self._ids.op()))

    def park(self) -> "Story":
        return self.apply(
            transitions.park(
                self.run,
                self._now(),
                self._ids.op(),
                actor=SWEEPER,
                gate=GATE,
                reason=Reason.PAUSED,
                timing=TIMING,
            )
        )

    def unpark(self) -> "Story":
        return self.apply(transitions.unpark(self.run, self._now(), TIMING))

    @property
    def now(self) -> int:
        """The moment of the last move."""
        return self.clock.now_ms()
