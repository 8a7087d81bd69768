"""One claim of one run: its remaining steps, each checkpointed, until it ends, pauses, goes back to the queue or is lost.

Every write goes through a transition that guards status and fence; losing that guard means another actor has the run, and
then nothing more is written to it. What was spent stands in the ledger all the same.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shared.engine.account import Account
from shared.engine.doorbell import ring_softly
from shared.engine.kit import Kit
from shared.errors import (
    GuardFailed,
    InvocationEnding,
    OwnershipLost,
    PayloadMissing,
    PermanentFailure,
    StoreError,
    StoreUnavailable,
    TransientFailure,
)
from shared.observability import log
from shared.ports import REFUSAL, Artifact, ModelRequest
from shared.runs import transitions
from shared.runs.canonical import canonical_json, sha256_hex
from shared.runs.changes import Change
from shared.runs.codes import FailureCode
from shared.runs.records import PayloadRef, Run, Status, StepRecord, Usage
from shared.runs.timeline import current_step, skips_validation
from shared.runs.timing import SECOND, backoff
from shared.workflows.definitions import DEFINITIONS
from shared.workflows.steps import BoughtAnswer, NewArtifact, Step, StepResult, Workflow

_STEP_MARGIN = 15 * SECOND
_CHECK_EVERY = 5 * SECOND
Spoiled = tuple[str, StepRecord]
_ARTIFACTS = uuid.UUID("5d0a3a6e-3a53-4f39-9d0c-6b1f0e6f2a11")


class Execution:
    """Runs the steps of a claimed run. `remaining_ms`: how long this invocation may still last."""

    def __init__(self, kit: Kit, run: Run, remaining_ms: Callable[[], int]) -> None:
        self.kit, self.run, self._remaining = kit, run, remaining_ms
        self._account = Account(kit.ledger, run)
        self._finished_one = False
        self._checked_at = kit.clock.now_ms()

    @property
    def _workflow(self) -> Workflow:
        return self.kit.workflows[self.run.workflow]

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
            raise PermanentFailure(FailureCode.EXECUTION_ERROR, "No step is left, and no output was written.")
        step = self._workflow.steps[name]
        try:
            self._make_time(0)
            self._perform(name, step)
        except InvocationEnding:
            self._continue_later()
        except PermanentFailure as failure:
            self._fail(name, failure)
        except TransientFailure as failure:
            self._try_again(name, failure)

    def _make_time(self, need: int) -> None:
        """Raise InvocationEnding where `need` and a margin are more than is left. What has got nowhere yet goes on all the same:
        the next invocation could give it no more.
        """
        has_got_somewhere = self._finished_one or self._account.has_bought
        if has_got_somewhere and self._remaining() < need + _STEP_MARGIN:
            raise InvocationEnding

    # --- a step -------------------------------------------------------------------------------------------------------

    def _perform(self, name: str, step: Step) -> None:
        self.kit.probe.before(name)
        self._account.begin_step()
        try:
            finish = self._stored(name, self._result(name, step))
            self.kit.probe.after(name)
            self._write(finish())
        except StoreUnavailable as exc:
            raise TransientFailure(step.store_code, "A store was not available.") from exc
        except (PayloadMissing, StoreError) as exc:
            raise PermanentFailure(step.store_code, "What the step needs could not be read or written.") from exc
        self._finished_one = True

    def _result(self, name: str, step: Step) -> StepResult:
        """What the step makes, or what it made before and a person accepted as it is."""
        context = _Context(self, name)
        held = transitions.pending(name)
        if step.accept is not None and held in self.run.steps and skips_validation(self.run):
            return step.accept(context, context.result(held))
        return step.run(context)

    def _stored(self, name: str, result: StepResult) -> Callable[[], Change]:
        """Write what the step made; the change that names it."""
        kit, run = self.kit, self.run
        ids = tuple(self._store_artifact(name, made) for made in result.artifacts)
        value = None if result.value is None else kit.payloads.put(run, canonical_json(result.value))
        spent = self._account.step_usage
        record = StepRecord(value, spent if spent != Usage() else None, dict(result.metrics))
        usage = self._account.total()
        if self._stops_after(name, result):
            return lambda: transitions.pause(
                run,
                kit.clock.now_ms(),
                kit.ids.op(),
                step=name,
                record=record,
                timing=kit.timing,
                usage=usage,
                artifacts=ids,
                held=result.held,
            )
        if name != self._workflow.definition.steps[-1]:
            return lambda: transitions.checkpoint(
                run,
                kit.clock.now_ms(),
                kit.ids.op(),
                name,
                record,
                lease_until=self._lease(),
                usage=usage,
                artifacts=ids,
                attempt=1 if self._workflow.definition.gated else None,
            )
        output = kit.payloads.put(run, canonical_json(result.output))
        return lambda: transitions.complete(run, kit.clock.now_ms(), kit.ids.op(), name, record, output=output, usage=usage, artifacts=ids)

    def _stops_after(self, name: str, result: StepResult) -> bool:
        """A gated run stops where blocking checks failed, and after every step but the last unless it advances by itself."""
        definition = self._workflow.definition
        is_last = name == definition.steps[-1]
        return result.held or (definition.gated and not is_last and not self.run.attributes.get("auto_advance"))

    def _lease(self) -> int:
        return self.kit.clock.now_ms() + self.kit.timing.lease

    def _store_artifact(self, step: str, made: NewArtifact) -> str:
        run = self.run
        artifact = Artifact(
            id=self.artifact_id(step, made.path or made.name),
            org_id=run.org_id,
            run_id=run.id,
            artifact_type=made.artifact_type,
            artifact_name=made.name,
            sha256=sha256_hex(made.data),
            size_bytes=len(made.data),
            content_type=made.content_type,
            storage_path="",
            created_at=self.kit.clock.now_ms(),
            phase=made.phase,
            path=made.path,
            description=made.description,
        )
        return self.kit.artifacts.put(artifact, made.data).id

    def artifact_id(self, step: str, name: str) -> str:
        return str(uuid.uuid5(_ARTIFACTS, f"{self.run.id}/{self.run.gen}/{step}/{self.run.round}/{name}"))

    # --- the model ----------------------------------------------------------------------------------------------------

    def ask(self, step: str, request: ModelRequest) -> BoughtAnswer:
        bought = self._account.ask(self.run, step, request, lambda: self._make_time(self.kit.timing.model), self._still_wanted)
        if bought.answer.stop_reason == REFUSAL:
            raise PermanentFailure(FailureCode.LLM_ERROR, "The model refused to answer.", raw_response=bought.answer.text, new_round=True)
        return bought

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
        if current is None or current.status is not Status.RUNNING or current.fence != self.run.fence:
            raise OwnershipLost

    # --- exits --------------------------------------------------------------------------------------------------------

    def _write(self, change: Change) -> None:
        self.run = written = self.kit.runs.apply(change)
        if change.entry is not None and written.history[-1].op != change.entry.op:
            raise OwnershipLost  # an earlier try was applied, and others have moved the run since
        log("run_written", run_id=self.run.id, status=self.run.status, step=change.entry.step if change.entry else None)

    def _fail(self, step: str, failure: PermanentFailure) -> None:
        if failure.new_round:
            self._account.carry_over(self.run)
        self._write_failure(step, failure.code, failure, spoiled=self._spoiled(step, failure))

    def _spoiled(self, step: str, failure: PermanentFailure) -> Spoiled | None:
        """The step whose answer was at fault, with what it left or cost. Only an answer: a write that failed may have been applied."""
        if not failure.new_round:
            return None
        if failure.redo:
            return failure.redo, replace(self.run.steps[failure.redo], spoiled=True)
        return step, StepRecord(usage=self._account.step_usage, spoiled=True)

    def _write_failure(self, step: str, code: str, failure: PermanentFailure | TransientFailure, *, spoiled: Spoiled | None = None) -> None:
        """`spoiled`: what a bad answer spoiled, which a retry asks for anew, in another round."""
        usage, detail = self._account.total(), self._detail(failure)
        now, op = self.kit.clock.now_ms(), self.kit.ids.op()
        anew = spoiled is not None
        self._write(transitions.fail(self.run, now, op, code, step=step, detail=detail, usage=usage, new_round=anew, spoiled=spoiled))
        log("run_failed", run_id=self.run.id, code=code, step=step)

    def break_off(self) -> None:
        """End the run after an unexpected error, unless it is somebody else's by now; what was spent is written down."""
        if self.run.status is not Status.RUNNING:
            return
        definition = DEFINITIONS.get(self.run.workflow)
        step = current_step(self.run, definition.steps) if definition else None
        now, op, usage = self.kit.clock.now_ms(), self.kit.ids.op(), self._account.total()
        try:
            self._write(
                transitions.fail(self.run, now, op, FailureCode.EXECUTION_ERROR, step=step, detail=None, usage=usage, new_round=False)
            )
        except (GuardFailed, OwnershipLost):
            log("ownership_lost", run_id=self.run.id, fence=self.run.fence)

    def _detail(self, failure: PermanentFailure | TransientFailure) -> PayloadRef:
        detail: dict[str, Any] = {"message": failure.message}
        if isinstance(failure, PermanentFailure):
            detail |= {"validation_errors": list(failure.validation_errors), "raw_response": failure.raw_response}
        return self.kit.payloads.put(self.run, canonical_json(detail))

    def _try_again(self, step: str, failure: TransientFailure) -> None:
        run, kit = self.run, self.kit
        if run.attempt >= run.max_attempts:
            self._write_failure(step, FailureCode.MAX_ATTEMPTS_REACHED, failure)
            return
        now = kit.clock.now_ms()
        wait = backoff(run.id, run.attempt, kit.timing, failure.retry_after)
        usage = self._account.total()
        self._write(transitions.release(run, now, kit.ids.op(), failure.code, step=step, available_at=now + wait, usage=usage))
        ring_softly(kit.doorbell, self.run, wait)
        log("run_released", run_id=run.id, code=failure.code, step=step, delay_ms=wait)

    def _continue_later(self) -> None:
        self._write(transitions.continue_later(self.run, self.kit.clock.now_ms(), self.kit.ids.op()))
        ring_softly(self.kit.doorbell, self.run)


class _Context:
    """shared.workflows.steps.StepContext over an execution."""

    def __init__(self, execution: Execution, step: str) -> None:
        self._execution, self._step = execution, step

    @property
    def run(self) -> Run:
        return self._execution.run

    def input(self) -> Any:
        return self._read(self.run.input)

    def result(self, step: str) -> Any:
        ref = self.run.steps[step].result
        return None if ref is None else self._read(ref)

    def _read(self, ref: PayloadRef) -> Any:
        return json.loads(self._execution.kit.payloads.get(self.run, ref))

    def ask(self, request: ModelRequest) -> BoughtAnswer:
        return self._execution.ask(self._step, request)

    def spent(self) -> Usage:
        return self._execution.spent()

    def artifact_id(self, name: str) -> str:
        return self._execution.artifact_id(self._step, name)
