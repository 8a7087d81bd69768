"""Every move of a run, each a pure function from what is known to one Change. Nothing here reads a clock or a store.

Worker's moves guard status and fence; a person's guard status and version; the sweeper's guard what made it act.
`now` and every other time is in milliseconds since the epoch; `op` names the write.
"""

from dataclasses import replace
from typing import Any

from shared.errors import Conflict
from shared.runs.changes import Change, Guard
from shared.runs.codes import EventCode, FailureCode
from shared.runs.records import MAX_HISTORY, OPEN, SWEEPER, WORKER, Dispatch, HistoryEntry, PayloadRef, Run, Status, StepRecord, Usage
from shared.runs.timing import RING_FIRST, RING_LAST, Timing

_QUEUED, _RUNNING, _WAITING, _FAILED = (frozenset({s}) for s in (Status.QUEUED, Status.RUNNING, Status.WAITING, Status.FAILED))
_UNLEASED: dict[str, Any] = {"lessee": None, "lease_until": None}
_UNRUNG: dict[str, Any] = {"available_at": 0, "ring_after": 0, "ring_interval": 0}
_UNENDED: dict[str, Any] = {"completed_at": None, "output": None, "error_code": None, "error_detail": None}


def _change(run: Run, guard: Guard, entry: HistoryEntry | None, fields: dict[str, Any], **parts: Any) -> Change:
    return Change(run.id, run.org_id, guard, set=fields, entry=entry, creator=run.created_by, **parts)


def _owned(run: Run) -> Guard:
    return Guard(_RUNNING, fence=run.fence)


def _seen(run: Run) -> Guard:
    return Guard(frozenset({run.status}), version=run.version)


def _queue(run: Run, now: int, available_at: int) -> dict[str, Any]:
    """Fields of a run that goes (back) to the queue; the sweeper's first ring comes a minute after it is due."""
    interval = RING_FIRST
    return _UNENDED | _UNLEASED | {
        "status": Status.QUEUED, "started_at": None, "gate_until": None,
        "available_at": max(now, available_at), "ring_after": max(now, available_at) + interval, "ring_interval": interval,
    }  # fmt: skip


# --- the worker ---------------------------------------------------------------------------------------------------


def claim(run_id: str, now: int, lease_until: int, op: str) -> Change:
    """Lease a due, queued run to the worker. Counts starts, so that a crash spends an attempt."""
    guard = Guard(_QUEUED, dispatch=Dispatch.AUTO, available_by=now, attempts_left=True)
    fields = _UNRUNG | {"status": Status.RUNNING, "started_at": now, "lessee": WORKER, "lease_until": lease_until, "claim_cost": 1}
    entry = HistoryEntry(now, WORKER, Status.RUNNING, op)
    return Change(run_id, None, guard, set=fields, add={"attempt": "claim_cost", "fence": 1}, entry=entry)


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
    """Keep a finished step's result and extend the lease. `attempt` restarts the count where attempts are per step."""
    entry = HistoryEntry(now, WORKER, Status.RUNNING, op, run.attempt, step, artifacts=artifacts)
    fields: dict[str, Any] = {"lease_until": lease_until, "usage": usage}
    if attempt is not None:
        fields |= {"attempt": attempt, "max_attempts": run.granted_attempts}
    return _change(run, _owned(run), entry, fields, step=(step, record))


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
    fields = _UNLEASED | {"status": Status.SUCCEEDED, "completed_at": now, "output": output, "usage": usage}
    return _change(run, _owned(run), entry, fields, step=(step, record))


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
    """A failure that trying again would not mend. `new_round`: a later retry must not use the stored answer.

    `spoiled`: the step that asked for that answer, with what it left or cost; a retry has to do it again.
    """
    entry = HistoryEntry(now, WORKER, Status.FAILED, op, run.attempt, step, code)
    fields = _failed(now, code, detail) | {"usage": usage, "round": run.round + int(new_round)}
    return _change(run, _owned(run), entry, fields, step=spoiled)


def _failed(now: int, code: str, detail: PayloadRef | None) -> dict[str, Any]:
    return _UNLEASED | {
        "status": Status.FAILED, "completed_at": now, "error_code": code, "error_detail": detail, "output": None, "gate_until": None,
    }  # fmt: skip


def release(run: Run, now: int, op: str, code: str, *, step: str | None, available_at: int, usage: Usage) -> Change:
    """Back to the queue after a transient failure, to be taken again from `available_at`."""
    entry = HistoryEntry(now, WORKER, Status.QUEUED, op, run.attempt, step, code)
    return _change(run, _owned(run), entry, _queue(run, now, available_at) | {"usage": usage})


def continue_later(run: Run, now: int, op: str) -> Change:
    """Back to the queue because the invocation ends, not the work: the next claim costs no attempt."""
    entry = HistoryEntry(now, WORKER, Status.QUEUED, op, run.attempt, code=EventCode.CONTINUATION)
    return _change(run, _owned(run), entry, _queue(run, now, now) | {"claim_cost": 0})


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

    `held`: its blocking checks failed, so what it made is kept as pending, the step stays the current one, and doing it
    again may not use the stored answer.
    """
    entry = HistoryEntry(now, WORKER, Status.WAITING, op, run.attempt, step, FailureCode.CHECKS_FAILED if held else None, artifacts)
    gate = {"gate_until": now + timing.gate, "deadline_at": max(run.deadline_at, now + timing.deadline_people)}
    fields = _UNLEASED | {"status": Status.WAITING, "usage": usage, "round": run.round + int(held)} | gate
    finished = (pending(step) if held else step, record)
    return _change(run, _owned(run), entry, _UNENDED | fields, step=finished)


def pending(step: str) -> str:
    """The name under which a run keeps what a step made that its blocking checks did not let pass."""
    return f"{step}!"


# --- a person -----------------------------------------------------------------------------------------------------


def take(run: Run, actor: str, now: int, op: str, timing: Timing) -> Change:
    """A queued run into a person's hands, until the lease ends; from then on it has a person's deadline."""
    _require(run, Status.QUEUED)
    entry = HistoryEntry(now, actor, Status.RUNNING, op, run.attempt + run.claim_cost)
    lease = {"lessee": actor, "lease_until": now + timing.person_lease, "deadline_at": max(run.deadline_at, now + timing.deadline_people)}
    fields = _UNRUNG | {"status": Status.RUNNING, "started_at": now, "claim_cost": 1} | lease
    return _change(run, _seen(run), entry, fields, add={"attempt": "claim_cost", "fence": 1})


def end_taken(run: Run, actor: str, now: int, op: str, *, output: PayloadRef | None, code: str | None, detail: PayloadRef | None) -> Change:
    """The end of a run that a person took: an output, or an error code with its detail. A worker's lease is not theirs to end."""
    _require(run, Status.RUNNING)
    if run.lessee == WORKER:
        raise Conflict("Run is being executed by the worker (current: running)")
    if output is None:
        assert code is not None
        return _change(run, _seen(run), HistoryEntry(now, actor, Status.FAILED, op, run.attempt, code=code), _failed(now, code, detail))
    entry = HistoryEntry(now, actor, Status.SUCCEEDED, op, run.attempt)
    return _change(run, _seen(run), entry, _UNLEASED | {"status": Status.SUCCEEDED, "completed_at": now, "output": output})


def execute(run: Run, actor: str, now: int, op: str, timing: Timing) -> Change:
    """Ask the worker to take a queued run now: accepted once per queued spell; clears a backoff and a manual dispatch."""
    _require(run, Status.QUEUED)
    if execution_asked(run):
        raise Conflict("Run has already been asked to execute (current: queued)")
    _room(run)
    entry = HistoryEntry(now, actor, Status.QUEUED, op, run.attempt, code=EventCode.EXECUTE_ASKED)
    return _change(run, _seen(run), entry, _due(run, now, timing))


def execution_asked(run: Run) -> bool:
    """True when execute was accepted since the run last entered the queue."""
    spell = []
    for entry in reversed(run.history):
        if entry.to is not Status.QUEUED:
            break
        spell.append(entry)
    return any(entry.code == EventCode.EXECUTE_ASKED for entry in spell)


def _due(run: Run, now: int, timing: Timing) -> dict[str, Any]:
    """Fields that hand a queued run to the worker now; one that waited for people gets the worker's deadline."""
    fields: dict[str, Any] = {
        "dispatch": Dispatch.AUTO, "available_at": now, "ring_after": now + RING_FIRST, "ring_interval": RING_FIRST,
    }  # fmt: skip
    if run.dispatch is not Dispatch.AUTO:
        fields["deadline_at"] = now + timing.deadline_worker
    return fields


def cancel(run: Run, actor: str, now: int, op: str) -> Change:
    """End an open run. Whoever works on it loses its guard at its next write."""
    if run.status not in OPEN:
        raise Conflict(f"Run has already ended (current: {run.status})")
    entry = HistoryEntry(now, actor, Status.CANCELLED, op, run.attempt)
    fields = _UNENDED | _UNLEASED | {"status": Status.CANCELLED, "completed_at": now, "gate_until": None}
    return _change(run, _seen(run), entry, fields)


def retry(run: Run, actor: str, now: int, op: str, timing: Timing) -> Change:
    """Exactly one more attempt for a failed run, from the failed step; a run that ended at a gate goes back to it."""
    _require(run, Status.FAILED)
    _room(run)
    deadline = {"deadline_at": max(run.deadline_at, now + timing.deadline_worker)}
    if run.version > 1 and run.history[-2].to is Status.WAITING:
        entry = HistoryEntry(now, actor, Status.WAITING, op, run.attempt, code=EventCode.RETRY)
        gate = {
            "status": Status.WAITING,
            "gate_until": now + timing.gate,
            "deadline_at": max(run.deadline_at, now + timing.deadline_people),
        }
        return _change(run, _seen(run), entry, _UNENDED | gate)
    entry = HistoryEntry(now, actor, Status.QUEUED, op, run.attempt, code=EventCode.RETRY)
    fields = _queue(run, now, now) | {"dispatch": Dispatch.AUTO, "max_attempts": run.attempt + 1, "claim_cost": 1} | deadline
    return _change(run, _seen(run), entry, fields)


def advance(run: Run, actor: str, now: int, op: str, *, skip_validation: bool) -> Change:
    """A waiting run's current step to the worker. Every step of a gated run has its own attempts."""
    _require(run, Status.WAITING)
    _room(run)
    code = EventCode.SKIP_VALIDATION if skip_validation else EventCode.NEXT
    entry = HistoryEntry(now, actor, Status.QUEUED, op, run.attempt, code=code)
    fresh = {"dispatch": Dispatch.AUTO, "attempt": 0, "max_attempts": run.granted_attempts}
    return _change(run, _seen(run), entry, _queue(run, now, now) | fresh)


def attach(run: Run, actor: str, now: int, op: str, artifact_id: str) -> Change:
    """Name an artifact in a run that has not started: it becomes part of its context."""
    if run.status is not Status.QUEUED or run.fence > 0:
        raise Conflict(f"Artifacts can be attached before the first start only (current: {run.status})")
    _room(run)
    entry = HistoryEntry(now, actor, run.status, op, run.attempt, code=EventCode.ARTIFACT_ATTACHED, artifacts=(artifact_id,))
    return _change(run, _seen(run), entry, {})


def _require(run: Run, status: Status) -> None:
    if run.status is not status:
        raise Conflict(f"Run is not in '{status}' status (current: {run.status})")


def _room(run: Run) -> None:
    if run.version >= MAX_HISTORY:
        raise Conflict(f"Run has {MAX_HISTORY} history entries and takes no more (current: {run.status})")


# --- the sweeper --------------------------------------------------------------------------------------------------


def ring(run: Run, now: int) -> Change:
    """Win the right to ring for a queued run; the interval doubles, so a backlog is not rung to death."""
    interval = min(2 * run.ring_interval, RING_LAST)
    guard = Guard(_QUEUED, dispatch=Dispatch.AUTO, ring_due_by=now)
    return _change(run, guard, None, {"ring_after": now + interval, "ring_interval": interval})


def hold(run: Run, now: int, op: str, timing: Timing) -> Change:
    """The worker's flag is off: the run waits for people, with their deadline."""
    entry = HistoryEntry(now, SWEEPER, Status.QUEUED, op, run.attempt, code=EventCode.HELD)
    deadline = max(run.deadline_at, now + timing.deadline_people)
    return _change(run, replace(_seen(run), dispatch=Dispatch.AUTO), entry, {"dispatch": Dispatch.HELD, "deadline_at": deadline})


def resume(run: Run, now: int, op: str, timing: Timing) -> Change:
    """The worker's flag is on again: a held run is due now."""
    entry = HistoryEntry(now, SWEEPER, Status.QUEUED, op, run.attempt, code=EventCode.RESUMED)
    return _change(run, replace(_seen(run), dispatch=Dispatch.HELD), entry, _due(run, now, timing))


def lose_lease(run: Run, now: int, op: str) -> Change:
    """Break a lease that ran out: a person's run fails; a worker's goes back to the queue, isolated, while attempts are left."""
    guard = Guard(_RUNNING, fence=run.fence, lease_over_by=now)
    if run.lessee != WORKER:
        return _end(run, guard, now, op, FailureCode.LEASE_EXPIRED)
    if run.attempt >= run.max_attempts:
        return _end(run, guard, now, op, FailureCode.MAX_ATTEMPTS_REACHED)
    entry = HistoryEntry(now, SWEEPER, Status.QUEUED, op, run.attempt, code=EventCode.LEASE_LOST)
    return _change(run, guard, entry, _queue(run, now, now) | {"isolated": True})


def expire_deadline(run: Run, now: int, op: str) -> Change:
    """End an open run whose deadline has passed, whatever it is doing."""
    return _end(run, replace(_seen(run), deadline_over_by=now), now, op, FailureCode.DEADLINE_EXCEEDED)


def expire_gate(run: Run, now: int, op: str) -> Change:
    """End a run that nobody advanced in time."""
    return _end(run, Guard(_WAITING, version=run.version, gate_over_by=now), now, op, FailureCode.GATE_EXPIRED)


def _end(run: Run, guard: Guard, now: int, op: str, code: FailureCode) -> Change:
    return _change(run, guard, HistoryEntry(now, SWEEPER, Status.FAILED, op, run.attempt, code=code), _failed(now, code, None))
