"""What no stored run should show, and which runs are past their published bound.

Pure; /health/invariants counts with it.
"""

from dataclasses import fields

from shared.records.run import Run, Status
from shared.runs.changes import IllegalChange, check_state
from shared.runs.timing import MINUTE

GRACE = 2 * MINUTE
"""One sweep and a minute: how long after its moment something that is due may still stand."""


def is_past_due(run: Run, now: int) -> bool:
    """True when the deadline, the lease or the gate of an open run passed more than GRACE ago."""
    moments = [run.deadline_at]
    if run.status is Status.RUNNING and run.lease_until is not None:
        moments.append(run.lease_until)
    if run.status is Status.WAITING and run.gate_until is not None:
        moments.append(run.gate_until)
    return min(moments) + GRACE < now


def violates(run: Run) -> bool:
    """True for a run that the state machine could not have made."""
    try:
        check_state({f.name: getattr(run, f.name) for f in fields(run)})
    except IllegalChange:
        return True
    if run.is_terminal or run.attempt > run.max_attempts:
        return True
    return not run.history or run.history[-1].to is not run.status
