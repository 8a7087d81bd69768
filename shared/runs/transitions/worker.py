"""The worker's moves. Each guards status and fence."""

from collections.abc import Collection
from typing import Any

from shared.records.money import Usage
from shared.records.run import (
    WORKER,
    Dispatch,
    HistoryEntry,
    PayloadRef,
    Run,
    Status,
    StepRecord,
)
from shared.runs.changes import Change, Guard
from shared.runs.codes import EventCode, FailureCode
from shared.runs.timing import CLOCKS_DIFFER, MAX_DELAY, Timing
from shared.runs.transitions.parts import (
    QUEUED,
    UNENDED,
    UNLEASED,
    UNRUNG,
    back_in_queue,
    changed,
    failed_fields,
    owned,
)


def claim(
    run_id: str, now: int, lease_until: int, op: str, workflows: Collection[str] | None = None
) -> Change:
    """Lease a due, queued run to the worker. Counts starts, so that a crash spends an attempt.

    One past its deadline is the sweeper's to end: nothing is bought for it any more. `workflows`:
    those that this worker has; a run of any other is left alone.
    """
    guard = Guard(
        QUEUED,
        dispatch=Dispatch.AUTO,
        available_by=now + CLOCKS_DIFFER,
        attempts_left=True,
        deadline_after=now,
        workflows=None if workflows is None else frozenset(workflows),
    )
    fields = UNRUNG | {
        "status": Status.RUNNING,
        "started_at": now,
        "lessee": WORKER,
        "lease_until": lease_until,
        "claim_cost": 1,
    }
    entry = HistoryEntry(now, WORKER, Status.RUNNING, op)
    return Change(
        run_id,
        None,
        guard,
        set=fields,
        add={"attempt": "claim_cost", "fence": 1},
        entry=entry,
        due=lease_until,
    )


def checkpoint(
    run: Run,
    now: int,
    op: str,
    step: str,
    record: StepRecord,
    *,
    lease_until: int,
    usage: Usage,
    artifacts: tuple[str, ...] = (),
    attempt: int | None = None,
) -> Change:
    """Keep a finished step's result and extend the lease.

    `attempt` restarts the count where attempts are per step.
    """
    entry = HistoryEntry(now, WORKER, Status.RUNNING, op, run.attempt, step, artifacts=artifacts)
    fields: dict[str, Any] = {"lease_until": lease_until, "usage": usage}
    if attempt is not None:
        fields |= {"attempt": attempt, "max_attempts": run.granted_attempts}
    return changed(run, owned(run), entry, fields, step=(step, record))


def complete(
    run: Run,
    now: int,
    op: str,
    step: str,
    record: StepRecord,
    *,
    output: PayloadRef,
    usage: Usage,
    artifacts: tuple[str, ...] = (),
) -> Change:
    """The last step's checkpoint and the success, in one write."""
    entry = HistoryEntry(now, WORKER, Status.SUCCEEDED, op, run.attempt, step, artifacts=artifacts)
    fields = UNLEASED | {
        "status": Status.SUCCEEDED,
        "completed_at": now,
        "output": output,
        "usage": usage,
    }
    return changed(run, owned(run), entry, fields, step=(step, record))


def fail(
    run: Run,
    now: int,
    op: str,
    code: str,
    *,
    step: str | None,
    detail: PayloadRef | None,
    usage: Usage,
    new_round: bool,
    spoiled: tuple[str, StepRecord] | None = None,
) -> Change:
    """A failure that trying again would not mend.

    `new_round`: a later retry must not use the stored answer.

    `spoiled`: the step that asked for that answer, with what it left or cost; a retry has to do it
    again.
    """
    entry = HistoryEntry(now, WORKER, Status.FAILED, op, run.attempt, step, code)
    fields = failed_fields(now, code, detail) | {
        "usage": usage,
        "round": run.round + int(new_round),
    }
    return changed(run, owned(run), entry, fields, step=spoiled)


def release(
    run: Run,
    now: int,
    op: str,
    code: str,
    *,
    step: str | None,
    available_at: int,
    usage: Usage,
) -> Change:
    """Back to the queue after a transient failure, to be taken again from `available_at`."""
    entry = HistoryEntry(now, WORKER, Status.QUEUED, op, run.attempt, step, code)
    return changed(
        run,
        owned(run),
        entry,
        back_in_queue(run, now, available_at) | {"usage": usage},
    )


def continue_later(run: Run, now: int, op: str, at: int | None = None) -> Change:
    """Back to the queue because the invocation ends, not the work, or because the work may go on
    from `at` only: the next claim costs no attempt.
    """
    entry = HistoryEntry(now, WORKER, Status.QUEUED, op, run.attempt, code=EventCode.CONTINUATION)
    fields = back_in_queue(run, now, at or now) | {"claim_cost": 0}
    if fields["available_at"] - now > MAX_DELAY:
        fields["ring_after"] = fields["available_at"]  # no queue can ring then, so the sweeper does
    return changed(run, owned(run), entry, fields)


def pause(
    run: Run,
    now: int,
    op: str,
    *,
    step: str,
    record: StepRecord,
    timing: Timing,
    usage: Usage,
    artifacts: tuple[str, ...] = (),
    held: bool = False,
) -> Change:
    """Stop at a gate. The step before it is finished by the same write.

    `held`: its blocking checks failed, so what it made is kept as pending, the step stays the
    current one, and doing it again may not use the stored answer.
    """
    entry = HistoryEntry(
        now,
        WORKER,
        Status.WAITING,
        op,
        run.attempt,
        step,
        FailureCode.CHECKS_FAILED if held else None,
        artifacts,
    )
    gate = {
        "gate_until": now + timing.gate,
        "deadline_at": max(run.deadline_at, now + timing.deadline_people),
    }
    fields = (
        UNLEASED | {"status": Status.WAITING, "usage": usage, "round": run.round + int(held)} | gate
    )
    finished = (pending(step) if held else step, record)
    return changed(run, owned(run), entry, UNENDED | fields, step=finished)


def pending(step: str) -> str:
    """The name under which a run keeps what a step made that its blocking checks did
    not let pass.
    """
    return f"{step}!"
