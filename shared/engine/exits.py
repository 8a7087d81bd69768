"""How a claim leaves its run when its steps are not done: failed, back in the queue, or parked at a
gate.
"""

from dataclasses import replace
from typing import Any

from shared.engine.claim import Claim
from shared.engine.doorbell import ring_softly
from shared.errors import (
    BudgetShut,
    EntryRefused,
    GuardFailed,
    OwnershipLost,
    PermanentFailure,
    TransientFailure,
)
from shared.observability import log, measure
from shared.records.gate import Reason, budget_gate
from shared.records.run import PayloadRef, Status, StepRecord
from shared.runs import transitions
from shared.runs.canonical import canonical_json
from shared.runs.codes import FailureCode
from shared.runs.timeline import current_step
from shared.runs.timing import MAX_DELAY, backoff
from shared.workflows.definitions import DEFINITIONS

Spoiled = tuple[str, StepRecord]


class Exits:
    def __init__(self, claim: Claim) -> None:
        self._claim = claim

    def fail(self, step: str, failure: PermanentFailure) -> None:
        if failure.new_round:
            self._claim.account.carry_over(self._claim.run)
        self._write_failure(step, failure.code, failure, spoiled=self._spoiled(step, failure))

    def _spoiled(self, step: str, failure: PermanentFailure) -> Spoiled | None:
        """The step whose answer was at fault, with what it left or cost.

        Only an answer: a write that failed may have been applied.
        """
        if not failure.new_round:
            return None
        if failure.redo:
            return failure.redo, replace(self._claim.run.steps[failure.redo], spoiled=True)
        return step, StepRecord(usage=self._claim.account.step_usage, spoiled=True)

    def _write_failure(
        self,
        step: str,
        code: str,
        failure: PermanentFailure | TransientFailure,
        *,
        spoiled: Spoiled | None = None,
    ) -> None:
        """`spoiled`: what a bad answer spoiled, which a retry asks for anew, in another round."""
        usage, detail = self._claim.account.total(), self._detail(failure)
        now, op = self._claim.kit.clock.now_ms(), self._claim.kit.ids.op()
        anew = spoiled is not None
        self._claim.write(
            transitions.fail(
                self._claim.run,
                now,
                op,
                code,
                step=step,
                detail=detail,
                usage=usage,
                new_round=anew,
                spoiled=spoiled,
            )
        )
        log("run_failed", run_id=self._claim.run.id, code=code, step=step)

    def break_off(self) -> None:
        """End the run after an unexpected error, unless it is somebody else's by now; what was
        spent is written down.
        """
        if self._claim.run.status is not Status.RUNNING:
            return
        definition = DEFINITIONS.get(self._claim.run.workflow)
        step = current_step(self._claim.run, definition.steps) if definition else None
        now, op, usage = (
            self._claim.kit.clock.now_ms(),
            self._claim.kit.ids.op(),
            self._claim.account.total(),
        )
        try:
            self._claim.write(
                transitions.fail(
                    self._claim.run,
                    now,
                    op,
                    FailureCode.EXECUTION_ERROR,
                    step=step,
                    detail=None,
                    usage=usage,
                    new_round=False,
                )
            )
        except (GuardFailed, OwnershipLost):
            log("ownership_lost", run_id=self._claim.run.id, fence=self._claim.run.fence)

    def _detail(self, failure: PermanentFailure | TransientFailure) -> PayloadRef:
        detail: dict[str, Any] = {"message": failure.message}
        if isinstance(failure, PermanentFailure):
            detail |= {
                "validation_errors": list(failure.validation_errors),
                "raw_response": failure.raw_response,
            }
        return self._claim.kit.payloads.put(self._claim.run, canonical_json(detail))

    def try_again(self, step: str, failure: TransientFailure) -> None:
        run, kit = self._claim.run, self._claim.kit
        if run.attempt >= run.max_attempts:
            self._write_failure(step, FailureCode.MAX_ATTEMPTS_REACHED, failure)
            return
        now = kit.clock.now_ms()
        wait = backoff(run.id, run.attempt, kit.timing, failure.retry_after)
        usage = self._claim.account.total()
        self._claim.write(
            transitions.release(
                run,
                now,
                kit.ids.op(),
                failure.code,
                step=step,
                available_at=now + wait,
                usage=usage,
            )
        )
        ring_softly(kit.doorbell, self._claim.run, wait)
        log("run_released", run_id=run.id, code=failure.code, step=step, delay_ms=wait)

    def turn_away(self, step: str, refused: EntryRefused) -> None:
        """The model did not let the call in: the run waits at the gate, without an
        attempt spent.
        """
        gate, reason = self._claim.kit.lookout.refused(refused)
        self.park(step, gate, reason)

    def wait_for_budget(self, step: str, shut: BudgetShut) -> None:
        """The next call does not fit into a budget: the run waits until it does."""
        gate = budget_gate(self._claim.run.org_id, shut.scope)
        self._claim.kit.gates.note(gate, self._claim.kit.clock.now_ms())
        self.park(step, gate, Reason.BUDGET, shut.amount)

    def park(self, step: str, gate: str, reason: Reason, needed: int | None = None) -> None:
        kit = self._claim.kit
        self._claim.write(
            transitions.refused_entry(
                self._claim.run,
                kit.clock.now_ms(),
                kit.ids.op(),
                gate=gate,
                reason=reason,
                step=step,
                usage=self._claim.account.total(),
                timing=kit.timing,
                needed=needed,
            )
        )
        refused, by = {"EntriesRefused": 1}, {"code": reason.value}
        measure("run_refused_entry", refused, by, run_id=self._claim.run.id, why=reason, step=step)

    def continue_later(self, at: int | None = None) -> None:
        """`at`: the moment (ms) from which on the run may go on; None for at once."""
        claim, now = self._claim, self._claim.kit.clock.now_ms()
        claim.write(transitions.continue_later(claim.run, now, claim.kit.ids.op(), at))
        delay = claim.run.available_at - now
        if delay <= MAX_DELAY:
            ring_softly(claim.kit.doorbell, claim.run, delay)
