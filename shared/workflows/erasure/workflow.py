"""The five steps that erase a patient. Each may be begun again at any point: it looks for what is
still there, and removing what is gone changes nothing. What one invocation cannot do the next one
goes on with, where the last one had noted that it was.

A tombstone stands before the run does, so nothing new is let in. What had been let in before is
cancelled, and the inventory is taken when nothing that was under way then can still write.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from shared.errors import GuardFailed, NotYet, PermanentFailure
from shared.ports import (
    AuditTrail,
    CareStore,
    Clock,
    ErasureStore,
    Ids,
    RunStore,
    Unreadable,
)
from shared.records.audit import workers_entry
from shared.records.care import Tombstone
from shared.records.run import Run
from shared.runs import transitions
from shared.runs.canonical import canonical_json
from shared.runs.codes import FailureCode
from shared.runs.skeleton import Spent, skeleton
from shared.runs.timing import DAY, MINUTE
from shared.workflows.definitions import ERASURE
from shared.workflows.erasure.receipt import RECEIPT, receipt_document
from shared.workflows.erasure.walk import AT_ONCE, Tally, Walk
from shared.workflows.steps import NewArtifact, Step, StepContext, StepResult, Workflow

_TRIES = 20
_ACTION = "erase_patient"


@dataclass(frozen=True, slots=True)
class Sources:
    """`invocation`: after so long (ms) no invocation that had begun still writes; `upload`: after
    so long no URL that had been given takes an upload. `usage_of` sums up what a run has spent.
    `trail_days`: how long the audit trail is kept. `at_once`: so many runs are done with before it
    is noted.
    """

    runs: RunStore
    care: CareStore
    kept: ErasureStore
    trail: AuditTrail
    clock: Clock
    ids: Ids
    usage_of: Callable[[Run], Spent]
    invocation: int
    upload: int
    trail_days: int
    at_once: int = AT_ONCE


def erasure(sources: Sources) -> Workflow:
    steps: Mapping[str, Callable[[Sources, StepContext], StepResult]] = {
        "inventory": _inventory,
        "erase_runs": _erase_runs,
        "erase_artifacts": _erase_artifacts,
        "erase_record": _erase_record,
        "receipt": _receipt,
    }
    return Workflow(
        ERASURE,
        {
            name: Step(partial(do, sources), store_code=FailureCode.PERSISTENCE_ERROR)
            for name, do in steps.items()
        },
    )


# --- finding ------------------------------------------------------------------------------------


def _walk(s: Sources, ctx: StepContext, step: str = "") -> Walk:
    return Walk(s.runs, s.kept, ctx, s.at_once, step)


def _inventory(s: Sources, ctx: StepContext) -> StepResult:
    """Cancel what is open, wait until nothing can write any more, then count what is there."""
    walk = _walk(s, ctx, "inventory")
    if not walk.noted:
        _wait_until_quiet(s, ctx)
        walk.noted["at"] = s.clock.now_ms()
    tally, org_id = Tally(walk.noted), ctx.run.org_id
    for row in walk.rows():
        tally.add_run(s.kept.of_run(org_id, row.id), s.kept.artifacts_of_run(org_id, row.id))
    for things in walk.things_of_patient():
        tally.add(things)
    return StepResult({"at": walk.noted["at"], "runs": tally.runs, "removed": tally.told()})


def _wait_until_quiet(s: Sources, ctx: StepContext) -> None:
    """End every run that is open. Raises NotYet until nothing that was under way can still write:
    neither an invocation nor an upload.
    """
    tombstone = _tombstone(s, ctx)
    s.kept.keep_tombstone(ctx.run.org_id, ctx.run.subject.id, tombstone)
    quiet_at = tombstone.at + max(s.invocation, s.upload) + MINUTE
    for row in _walk(s, ctx).rows():
        if isinstance(row, Run):
            ended = row if row.is_terminal else _cancelled(s, ctx, row)
            quiet_at = max(quiet_at, ended.updated_at + s.invocation + MINUTE)
    if s.clock.now_ms() < quiet_at:
        raise NotYet(quiet_at)


def _tombstone(s: Sources, ctx: StepContext) -> Tombstone:
    patient = s.care.get_patient(ctx.run.org_id, ctx.run.subject.id)
    if patient is None or patient.tombstone is None:
        raise PermanentFailure(FailureCode.INPUT_INVALID, "No tombstone stands on the patient.")
    return patient.tombstone


def _cancelled(s: Sources, ctx: StepContext, run: Run) -> Run:
    """The run once it has ended, by this or otherwise."""
    for _ in range(_TRIES):
        op, now = s.ids.op(), s.clock.now_ms()
        try:
            return s.runs.apply(transitions.cancel(run, ctx.run.created_by, now, op))
        except GuardFailed as lost:
            if lost.current is None or lost.current.is_terminal:
                return lost.current or run
            run = lost.current
    raise NotYet(s.clock.now_ms() + MINUTE)


# --- removing -----------------------------------------------------------------------------------


def _erase_runs(s: Sources, ctx: StepContext) -> StepResult:
    """Each run to its skeleton, with its usage summed up, then all that stood beside it."""
    s.trail.write(workers_entry(ctx.run, _ACTION, s.clock.now_ms()))
    for row in _walk(s, ctx, "erase_runs").rows():
        erase_run(s.runs, s.kept, row, ctx.run.org_id, s.clock.now_ms(), s.usage_of)
    return StepResult()


def erase_run(
    runs: RunStore,
    kept: ErasureStore,
    row: Run | Unreadable,
    org_id: str,
    now: int,
    usage_of: Callable[[Run], Spent],
) -> None:
    """An ended run to its skeleton, and after it what stood beside it: the ledger is summed up
    before. Raises NotYet when somebody else is writing the run.
    """
    if isinstance(row, Unreadable):
        kept.remove(kept.of_run(org_id, row.id), now)
        kept.strip(row.id, now)
        return
    if row.erased_at is None and not runs.erase(row, skeleton(row, now, usage_of(row))):
        raise NotYet(now + MINUTE)
    kept.remove(kept.of_run(org_id, row.id), now)


def _erase_artifacts(s: Sources, ctx: StepContext) -> StepResult:
    for row in _walk(s, ctx, "erase_artifacts").rows():
        things = s.kept.artifacts_of_run(ctx.run.org_id, row.id)
        s.kept.remove(things, s.clock.now_ms())
    return StepResult()


def _erase_record(s: Sources, ctx: StepContext) -> StepResult:
    """What is removed is found no more, so there is nothing to be noted."""
    for things in _walk(s, ctx).things_of_patient():
        s.kept.remove(things, s.clock.now_ms())
    return StepResult()


def _receipt(s: Sources, ctx: StepContext) -> StepResult:
    found = ctx.result("inventory")
    document = receipt_document(
        ctx.run, _tombstone(s, ctx), found, s.clock.now_ms(), s.trail_days * DAY
    )
    made = NewArtifact(RECEIPT, "erasure_receipt", canonical_json(document))
    artifact_id = ctx.artifact_id(RECEIPT)
    return StepResult(artifacts=(made,), output={"artifact_id": artifact_id, "receipt": document})
