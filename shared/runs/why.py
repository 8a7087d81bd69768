"""Why a run is where it is, told from the run alone. Pure; what gates know beside that, the door
adds.

Right within one sweep: a gate that has closed or opened shows in the runs that wait at it once they
are parked or free.
"""

from collections.abc import Mapping
from enum import StrEnum

from shared.records.gate import Reason
from shared.records.run import WORKER, Dispatch, Run, Status
from shared.runs.due import due_at
from shared.runs.timing import MINUTE
from shared.runs.transitions.gates import parking_reason


class Why(StrEnum):
    STARTING = "starting"
    """Rung, and not yet taken."""
    START_AT = "start_at"
    BACKOFF = "backoff"
    PROVIDER_OVERLOADED = "provider_overloaded"
    PROVIDER_RATE_LIMITED = "provider_rate_limited"
    PROVIDER_SPEND_LIMIT = "provider_spend_limit"
    BUDGET = "budget"
    PAUSED = "paused"
    WORKER_DISABLED = "worker_disabled"
    MANUAL = "manual"
    """Nobody is rung before a person asks for it."""
    GATE = "gate"
    """Between two phases: a person has to advance it."""
    PERSON = "person"
    """In a person's hands."""
    MODEL_CALL = "model_call"
    STEP = "step"
    LOST_WORKER = "lost_worker"
    """Its lease is over: the next sweep takes it over."""
    ENDED = "ended"


_PARKED: Mapping[Reason, Why] = {reason: Why(reason.value.lower()) for reason in Reason}
BLOCKING = frozenset({Status.QUEUED, Status.WAITING})


def why(run: Run, now: int, *, calls_model: bool = False) -> Why:
    """The one reason that holds it. `calls_model`: whether a model call of its present claim is
    under way.
    """
    if run.is_terminal:
        return Why.ENDED
    if run.status is Status.WAITING:
        return Why.GATE
    if run.status is Status.RUNNING:
        return _running(run, now, calls_model)
    return _queued(run, now)


def blocked_by(run: Run, now: int) -> Why | None:
    """Why a queued or waiting run does not go on; None for any other."""
    return why(run, now) if run.status in BLOCKING else None


def since(run: Run) -> int:
    """Since when it has been where it is (ms): the write that brought it there."""
    spell = run.history[-1]
    for entry in reversed(run.history):
        if entry.to is not run.status:
            break
        spell = entry
    reason = parking_reason(run)
    if reason is not None:
        spell = next(entry for entry in reversed(run.history) if entry.code == reason)
    return spell.at


def until(run: Run, reason: Why) -> int | None:
    """When that ends by itself (ms), where the run knows."""
    moments: Mapping[Why, int | None] = {
        Why.START_AT: run.available_at,
        Why.BACKOFF: run.available_at,
        Why.GATE: run.gate_until,
        Why.PERSON: run.lease_until,
        Why.MODEL_CALL: run.lease_until,
        Why.STEP: run.lease_until,
    }
    return moments.get(reason)


def looked_at_again_at(run: Run, now: int) -> int | None:
    """When somebody looks at it next without being asked (ms): for what is overdue or parked, the
    next sweep.
    """
    due = due_at(run)
    if due is None:
        return None
    next_sweep = (now // MINUTE + 1) * MINUTE
    return next_sweep if run.gate is not None else max(due, next_sweep)


def _running(run: Run, now: int, calls_model: bool) -> Why:
    if run.lessee != WORKER:
        return Why.PERSON
    if run.lease_until is not None and run.lease_until <= now:
        return Why.LOST_WORKER
    return Why.MODEL_CALL if calls_model else Why.STEP


def _queued(run: Run, now: int) -> Why:
    parked = parking_reason(run)
    if parked is not None:
        return _PARKED[parked]
    if run.dispatch is Dispatch.MANUAL:
        return Why.MANUAL
    if run.start_at is not None and run.start_at > now:
        return Why.START_AT
    return Why.BACKOFF if run.available_at > now else Why.STARTING
