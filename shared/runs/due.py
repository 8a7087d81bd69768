"""When something is next due to an open run: its ring, the end of its lease or gate, its deadline.
Pure.

The index of open runs is ordered by a lower bound of that moment, so the sweeper reads what is due
and nothing else.
"""

from shared.records.run import Dispatch, Run, Status

OPEN_SHARDS = 16
"""Partitions of the index of open runs, and of each gate's parked ones."""
ALL_SHARDS = range(OPEN_SHARDS)


def due_at(run: Run) -> int | None:
    """The next moment (ms) at which somebody must look at the run; None for one that has ended."""
    if run.is_terminal:
        return None
    return min(moment for moment in (run.deadline_at, _of_its_status(run)) if moment is not None)


def _of_its_status(run: Run) -> int | None:
    if run.status is Status.RUNNING:
        return run.lease_until
    if run.status is Status.WAITING:
        return run.gate_until
    return run.ring_after if is_rung(run) else None


def is_rung(run: Run) -> bool:
    """Whether the sweeper rings for it: a queued run that the worker may take, and that no gate
    holds.
    """
    return run.status is Status.QUEUED and run.dispatch is Dispatch.AUTO and run.gate is None
