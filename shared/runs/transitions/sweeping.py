"""The sweeper's moves. Each guards what made it act, and the version."""

from dataclasses import replace

from shared.records.run import (
    SWEEPER,
    WORKER,
    Dispatch,
    HistoryEntry,
    Run,
    Status,
)
from shared.runs.changes import Change, Guard
from shared.runs.codes import EventCode, FailureCode
from shared.runs.timing import RING_FIRST, RING_LAST
from shared.runs.transitions.parts import (
    WAITING,
    back_in_queue,
    changed,
    failed_fields,
    seen,
)


def ring(run: Run, now: int) -> Change:
    """Win the right to ring for a queued run; the interval doubles, so a backlog is not rung to
    death.
    """
    interval = min(2 * run.ring_interval, RING_LAST)
    guard = replace(seen(run), dispatch=Dispatch.AUTO, ring_due_by=now)
    fields = {"ring_after": now + interval, "ring_interval": interval}
    return changed(run, guard, None, fields, places=True)


def put_off_ring(run: Run, now: int, sweeps: int = 1) -> Change:
    """A due ring that nobody has time for: looked at again so many sweeps later, when its turn may
    have come.
    """
    guard = replace(seen(run), dispatch=Dispatch.AUTO, ring_due_by=now)
    later = now + min(sweeps * RING_FIRST, RING_LAST)
    return changed(run, guard, None, {"ring_after": later}, places=True)


def lose_lease(run: Run, now: int, op: str) -> Change:
    """Break a lease that ran out: a person's run fails; a worker's goes back to the queue while
    attempts are left.
    """
    guard = replace(seen(run), fence=run.fence, lease_over_by=now)
    if run.lessee != WORKER:
        return _end(run, guard, now, op, FailureCode.LEASE_EXPIRED)
    if run.attempt >= run.max_attempts:
        return _end(run, guard, now, op, FailureCode.MAX_ATTEMPTS_REACHED)
    entry = HistoryEntry(now, SWEEPER, Status.QUEUED, op, run.attempt, code=EventCode.LEASE_LOST)
    return changed(run, guard, entry, back_in_queue(run, now, now), places=True)


def expire_deadline(run: Run, now: int, op: str) -> Change:
    """End an open run whose deadline has passed, whatever it is doing."""
    return _end(
        run, replace(seen(run), deadline_over_by=now), now, op, FailureCode.DEADLINE_EXCEEDED
    )


def expire_gate(run: Run, now: int, op: str) -> Change:
    """End a run that nobody advanced in time."""
    return _end(
        run,
        Guard(WAITING, version=run.version, gate_over_by=now),
        now,
        op,
        FailureCode.GATE_EXPIRED,
    )


def _end(run: Run, guard: Guard, now: int, op: str, code: FailureCode) -> Change:
    return changed(
        run,
        guard,
        HistoryEntry(now, SWEEPER, Status.FAILED, op, run.attempt, code=code),
        failed_fields(now, code, None),
    )
