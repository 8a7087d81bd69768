"""Parking a run at a gate, and letting it go on. See shared.records.gate."""

from dataclasses import replace

from shared.records.gate import FOR_PEOPLE, Reason
from shared.records.money import Usage
from shared.records.run import (
    WORKER,
    Actor,
    Dispatch,
    HistoryEntry,
    Run,
    Status,
)
from shared.runs.changes import Change
from shared.runs.timing import RING_FIRST, Timing
from shared.runs.transitions.parts import (
    AT_NO_GATE,
    back_in_queue,
    changed,
    owned,
    seen,
)


def refused_entry(
    run: Run,
    now: int,
    op: str,
    *,
    gate: str,
    reason: Reason,
    step: str | None,
    usage: Usage,
    timing: Timing,
    needed: int | None = None,
) -> Change:
    """A claimed run back to the queue, parked, because its next call was refused entry: no attempt
    is spent. `needed`: what did not fit into a budget.
    """
    entry = HistoryEntry(now, WORKER, Status.QUEUED, op, run.attempt, step, reason)
    parked = {
        "gate": gate,
        "needed": needed,
        "claim_cost": 0,
        "usage": usage,
        "deadline_at": _until(run, reason, now, timing),
    }
    return changed(run, owned(run), entry, back_in_queue(run, now, now) | parked)


def park(
    run: Run, now: int, op: str, *, actor: Actor, gate: str, reason: Reason, timing: Timing
) -> Change:
    """A queued run at a closed gate.

    `actor`: the worker that looked before it claimed, or the sweeper.
    """
    entry = HistoryEntry(now, actor, Status.QUEUED, op, run.attempt, code=reason)
    guard = replace(seen(run), dispatch=Dispatch.AUTO)
    return changed(
        run, guard, entry, {"gate": gate, "deadline_at": _until(run, reason, now, timing)}
    )


def _until(run: Run, reason: Reason, now: int, timing: Timing) -> int:
    waits_for_people = reason in FOR_PEOPLE
    return (
        max(run.deadline_at, now + timing.deadline_people) if waits_for_people else run.deadline_at
    )


def unpark(run: Run, now: int, timing: Timing) -> Change:
    """A parked run whose gate has opened is due now.

    One that had the people's deadline gets the worker's.
    """
    fields = {
        **AT_NO_GATE, "available_at": now, "ring_after": now + RING_FIRST,
        "ring_interval": RING_FIRST,
    }  # fmt: skip
    if parking_reason(run) in FOR_PEOPLE:
        fields["deadline_at"] = now + timing.deadline_worker
    guard = replace(seen(run), parked_at=run.gate)
    return changed(run, guard, None, fields)


def parking_reason(run: Run) -> Reason | None:
    """Why a parked run was parked; None for one that is not."""
    if run.gate is None:
        return None
    codes = (entry.code for entry in reversed(run.history) if entry.to is Status.QUEUED)
    return next((Reason(code) for code in codes if code in set(Reason)), None)
