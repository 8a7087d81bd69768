"""One claim of one run: its remaining steps, each checkpointed, until it ends, pauses, goes back to
the queue or is lost.

Every write goes through a transition that guards status and fence; losing that guard means another
actor has the run, and then nothing more is written to it. What was spent stands in the ledger all
the same.
"""

import json
from collections.abc import Callable
from typing import Any

from shared.engine.account import Account
from shared.engine.claim import Claim
from shared.engine.exits import Exits
from shared.engine.finishing import Finishing
from shared.engine.kit import Kit
from shared.errors import (
    BudgetShut,
    EntryRefused,
    GuardFailed,
    InvocationEnding,
    NotYet,
    OwnershipLost,
    PayloadMissing,
    PermanentFailure,
    StoreError,
    StoreUnavailable,
    TransientFailure,
)
from shared.observability import log, measure
from shared.records.money import Usage
from shared.records.run import PayloadRef, Run, Status
from shared.runs import transitions
from shared.runs.codes import FailureCode
from shared.runs.limits import bounded_json
from shared.runs.model import ModelRequest, StopReason
from shared.runs.timeline import current_step, skips_validation
from shared.runs.timing import SECOND
from shared.workflows.steps import BoughtAnswer, Step, StepResult, Workflow

_STEP_MARGIN = 15 * SECOND
_CHECK_EVERY = 5 * SECOND


class Execution:
    """Runs the steps of a claimed run. `remaining_ms`: how long this invocation may still last."""

    def __init__(self, kit: Kit, run: Run, remaining_ms: Callable[[], int]) -> None:
        self.kit, self._remaining = kit, remaining_ms
        self._account = Account(kit.ledger, kit.budgets, run)
        self._claim = Claim(kit, run, self._account)
        self._exits = Exits(self._claim)
        self._finished_one = False
        self._checked_at = kit.clock.now_ms()

    @property
    def run(self) -> Run:
        """As it was last written."""
        return self._claim.run

    @property
    def _workflow(self) -> Workflow:
        return self.kit.workflows[self.run.workflow]

    @property
    def _finishing(self) -> Finishing:
        return Finishing(self._claim, self._workflow.definition)

    def go(self) -> None:
        """Returns when the run has ended, paused, gone back to the queue, or is somebody else's."""
        try:
            while self.run.status is Status.RUNNING:
                self._advance()
        except (GuardFailed, OwnershipLost):
            log("ownership_lost", run_id=self.run.id, fence=self.run.fence)

    def _advance(self) -> None:
        name = current_step(self.run, self._workflow.definition.steps)
        if name is None:
            raise PermanentFailure(
                FailureCode.EXECUTION_ERROR, "No step is left, and no output was written."
            )
        step = self._workflow.steps[name]
        try:
            self._make_time(0)
            self._perform(name, step)
        except InvocationEnding:
            self._exits.continue_later()
        except NotYet as wait:
            self._exits.continue_later(wait.moment)
        except PermanentFailure as failure:
            self._exits.fail(name, failure)
        except TransientFailure as failure:
            self._exits.try_again(name, failure)
        except EntryRefused as refused:
            self._exits.turn_away(name, refused)
        except BudgetShut as shut:
            self._exits.wait_for_budget(name, shut)

    def break_off(self) -> None:
        """End the run after an unexpected error, unless it is somebody else's by now."""
        self._exits.break_off()

    def _make_time(self, need: int) -> None:
        """Raise InvocationEnding where `need` and a margin are more than is left.

        What has got nowhere yet goes on all the same: the next invocation could give it no more.
        """
        has_got_somewhere = self._finished_one or self._account.has_bought
        if has_got_somewhere and self._remaining() < need + _STEP_MARGIN:
            raise InvocationEnding

    # --- a step -----------------------------------------------------------------------------------

    def _perform(self, name: str, step: Step) -> None:
        self.kit.probe.before(name)
        began = self.kit.clock.now_ms()
        try:
            self._account.begin_step()
            result = self._result(name, step)
            finishing = self._finishing
            finish = finishing.stored(name, result)
            self.kit.probe.after(name)
            self._claim.write(finishing.with_what_was_learned(finish(), name, result))
        except StoreUnavailable as exc:
            raise TransientFailure(step.store_code, "A store was not available.") from exc
        except (PayloadMissing, StoreError) as exc:
            raise PermanentFailure(
                step.store_code, "What the step needs could not be read or written."
            ) from exc
        self._finished_one = True
        took = {"StepTime": self.kit.clock.now_ms() - began}
        measure("step_finished", took, {"step": name}, run_id=self.run.id, step=name)

    def _result(self, name: str, step: Step) -> StepResult:
        """What the step makes, or what it made before and a person accepted as it is."""
        context = _Context(self, name)
        held = transitions.pending(name)
        if step.accept is not None and held in self.run.steps and skips_validation(self.run):
            return step.accept(context, context.result(held))
        return step.run(context)

    # --- the model --------------------------------------------------------------------------------

    def ask(self, step: str, request: ModelRequest) -> BoughtAnswer:
        bought = self._account.ask(
            self.run,
            step,
            request,
            lambda: self._make_time(self.kit.timing.model),
            self._still_wanted,
        )
        self.kit.lookout.let_in()
        if bought.answer.stop_reason is StopReason.REFUSED:
            category = bought.answer.refusal_category
            raise PermanentFailure(
                FailureCode.LLM_ERROR,
                f"The model refused to answer{f' (category: {category})' if category else ''}.",
                raw_response=bought.answer.text,
                new_round=True,
            )
        return bought

    def artifact_id(self, step: str, name: str) -> str:
        return self._finishing.artifact_id(step, name)

    def spent(self) -> Usage:
        return self._account.total()

    def _still_wanted(self) -> None:
        """Raise OwnershipLost when the run was cancelled or taken while an answer streams in."""
        now = self.kit.clock.now_ms()
        if now - self._checked_at < _CHECK_EVERY:
            return
        self._checked_at = now
        try:
            current = self.kit.runs.get(self.run.id)
        except StoreUnavailable as exc:
            if self.run.lease_until is not None and self.run.lease_until <= now:
                raise OwnershipLost from exc
            return  # a look that failed throws no paid answer away
        if (
            current is None
            or current.status is not Status.RUNNING
            or current.fence != self.run.fence
        ):
            raise OwnershipLost

    def go_on(self) -> None:
        if self._remaining() < _STEP_MARGIN:
            raise InvocationEnding


class _Context:
    """shared.workflows.steps.StepContext over an execution."""

    def __init__(self, execution: Execution, step: str) -> None:
        self._execution, self._step = execution, step

    @property
    def run(self) -> Run:
        return self._execution.run

    def input(self) -> Any:
        """Checked once more: an earlier version may have taken in what this one refuses."""
        try:
            return bounded_json(self._bytes(self.run.input))
        except ValueError as exc:
            raise PermanentFailure(
                FailureCode.CONTEXT_FETCH_ERROR, "The run's stored input is beyond the limits."
            ) from exc

    def result(self, step: str) -> Any:
        ref = self.run.steps[step].result
        return None if ref is None else self._read(ref)

    def answer(self, step: str) -> BoughtAnswer:
        key = self.run.steps[step].answer
        found = None if key is None else self.stored_answer(key)
        if found is None:
            raise PayloadMissing("a model's answer is missing")
        return found

    def stored_answer(self, key: str) -> BoughtAnswer | None:
        return self._execution.kit.ledger.find(self.run, key)

    def _read(self, ref: PayloadRef) -> Any:
        return json.loads(self._bytes(ref))

    def _bytes(self, ref: PayloadRef) -> bytes:
        return self._execution.kit.payloads.get(self.run, ref)

    def ask(self, request: ModelRequest) -> BoughtAnswer:
        return self._execution.ask(self._step, request)

    def spent(self) -> Usage:
        return self._execution.spent()

    def go_on(self) -> None:
        self._execution.go_on()

    def artifact_id(self, name: str) -> str:
        return self._execution.artifact_id(self._step, name)
