"""A person's moves. Each guards status and version."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.errors import Conflict
from shared.records.run import (
    MAX_HISTORY,
    OPEN,
    WORKER,
    Dispatch,
    HistoryEntry,
    PayloadRef,
    Run,
    Status,
)
from shared.runs.changes import Change
from shared.runs.codes import EventCode
from shared.runs.timing import RING_FIRST, Timing
from shared.runs.transitions.parts import (
    AT_NO_GATE,
    UNENDED,
    UNLEASED,
    UNRUNG,
    back_in_queue,
    changed,
    failed_fields,
    seen,
)


def take(run: Run, actor: str, now: int, op: str, timing: Timing) -> Change:
    """A queued run into a person's hands, until the lease ends; from then on it has a person's
    deadline.
    """
    _require(run, Status.QUEUED)
    entry = HistoryEntry(now, actor, Status.RUNNING, op, run.attempt + run.claim_cost)
    lease = {
        "lessee": actor,
        "lease_until": now + timing.person_lease,
        "deadline_at": max(run.deadline_at, now + timing.deadline_people),
    }
    started = {"status": Status.RUNNING, "started_at": now, "claim_cost": 1, "start_at": None}
    fields = UNRUNG | AT_NO_GATE | started | lease
    return changed(run, seen(run), entry, fields, add={"attempt": "claim_cost", "fence": 1})


def end_taken(
    run: Run,
    actor: str,
    now: int,
    op: str,
    *,
    output: PayloadRef | None,
    code: str | None,
    detail: PayloadRef | None,
) -> Change:
    """The end of a run that a person took: an output, or an error code with its detail.

    A worker's lease is not theirs to end.
    """
    _require(run, Status.RUNNING)
    if run.lessee == WORKER:
        raise Conflict("Run is being executed by the worker (current: running)")
    if output is None:
        assert code is not None
        return changed(
            run,
            seen(run),
            HistoryEntry(now, actor, Status.FAILED, op, run.attempt, code=code),
            failed_fields(now, code, detail),
        )
    entry = HistoryEntry(now, actor, Status.SUCCEEDED, op, run.attempt)
    return changed(
        run,
        seen(run),
        entry,
        UNLEASED | {"status": Status.SUCCEEDED, "completed_at": now, "output": output},
    )


def execute(run: Run, actor: str, now: int, op: str, timing: Timing) -> Change:
    """Ask the worker to take a queued run now: accepted once per queued spell, however long the
    history is; clears a backoff and a manual dispatch.
    """
    _require(run, Status.QUEUED)
    if execution_asked(run):
        raise Conflict("Run has already been asked to execute (current: queued)")
    entry = HistoryEntry(now, actor, Status.QUEUED, op, run.attempt, code=EventCode.EXECUTE_ASKED)
    return changed(run, seen(run), entry, _due(run, now, timing))


def execution_asked(run: Run) -> bool:
    """True when execute was accepted since the run last entered the queue."""
    spell = []
    for entry in reversed(run.history):
        if entry.to is not Status.QUEUED:
            break
        spell.append(entry)
    return any(entry.code == EventCode.EXECUTE_ASKED for entry in spell)


def _due(run: Run, now: int, timing: Timing) -> dict[str, Any]:
    """Fields that hand a queued run to the worker now; one that waited for people gets the worker's
    deadline.
    """
    fields: dict[str, Any] = {
        "dispatch": Dispatch.AUTO, "available_at": now, "ring_after": now + RING_FIRST,
        "ring_interval": RING_FIRST, "start_at": None,
    }  # fmt: skip
    if run.dispatch is not Dispatch.AUTO or run.start_at is not None:
        fields["deadline_at"] = now + timing.deadline_worker
    return fields


def cancel(run: Run, actor: str, now: int, op: str) -> Change:
    """End an open run. Whoever works on it loses its guard at its next write."""
    if run.status not in OPEN:
        raise Conflict(f"Run has already ended (current: {run.status})")
    entry = HistoryEntry(now, actor, Status.CANCELLED, op, run.attempt)
    ended = {"status": Status.CANCELLED, "completed_at": now, "gate_until": None}
    fields = UNENDED | UNLEASED | AT_NO_GATE | ended
    return changed(run, seen(run), entry, fields)


@dataclass(frozen=True, slots=True)
class Retry:
    """What a person wants of a retry beside another attempt.

    `max_attempts` is taken where it is higher than what the run has; `max_cost` (micro-dollars) is
    the run's budget from now on; `refresh` begins again at the first step; `warning` is what the
    run says from now on; `facts` and `input` replace what it was created with.
    """

    max_attempts: int | None = None
    max_cost: int | None = None
    refresh: bool = False
    warning: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    input: PayloadRef | None = None


def retry(
    run: Run, actor: str, now: int, op: str, timing: Timing, asked: Retry = Retry()
) -> Change:
    """At least one more attempt for a failed run, from the failed step or from the first; a run
    that ended at a gate goes back to it.
    """
    _require(run, Status.FAILED)
    _room(run)
    deadline = {"deadline_at": max(run.deadline_at, now + timing.deadline_worker)}
    again = {
        name: replace(record, spoiled=True) for name, record in run.steps.items() if asked.refresh
    }
    if run.version > 1 and run.history[-2].to is Status.WAITING:
        entry = HistoryEntry(now, actor, Status.WAITING, op, run.attempt, code=EventCode.RETRY)
        gate = {
            "status": Status.WAITING,
            "gate_until": now + timing.gate,
            "deadline_at": max(run.deadline_at, now + timing.deadline_people),
        }
        return changed(run, seen(run), entry, UNENDED | gate | _asked(run, asked), again=again)
    entry = HistoryEntry(now, actor, Status.QUEUED, op, run.attempt, code=EventCode.RETRY)
    most = max(run.max_attempts, run.attempt + 1, asked.max_attempts or 0)
    fields = (
        back_in_queue(run, now, now)
        | {"dispatch": Dispatch.AUTO, "max_attempts": most, "claim_cost": 1}
        | deadline
        | _asked(run, asked)
    )
    return changed(run, seen(run), entry, fields, again=again)


def _asked(run: Run, asked: Retry) -> dict[str, Any]:
    """Fields that a retry sets because a person wants it so."""
    facts = {**run.attributes, **asked.facts}
    if asked.max_cost is not None:
        facts["max_cost"] = asked.max_cost
    if (asked.max_attempts or 0) > run.granted_attempts:
        facts["max_attempts"] = asked.max_attempts
    fields: dict[str, Any] = {}
    if facts != run.attributes:
        fields["attributes"] = facts
    if asked.warning is not None and asked.warning not in run.warnings:
        fields["warnings"] = (*run.warnings, asked.warning)
    if asked.input is not None:
        fields["input"] = asked.input
    return fields


def advance(run: Run, actor: str, now: int, op: str, *, skip_validation: bool) -> Change:
    """A waiting run's current step to the worker.

    Every step of a gated run has its own attempts.
    """
    _require(run, Status.WAITING)
    _room(run)
    code = EventCode.SKIP_VALIDATION if skip_validation else EventCode.NEXT
    entry = HistoryEntry(now, actor, Status.QUEUED, op, run.attempt, code=code)
    fresh = {
        "dispatch": Dispatch.AUTO, "attempt": 0, "max_attempts": run.granted_attempts,
        "start_at": None,
    }  # fmt: skip
    return changed(run, seen(run), entry, back_in_queue(run, now, now) | fresh)


def attach(run: Run, actor: str, now: int, op: str, artifact_id: str) -> Change:
    """Name an artifact in a run that has not started: it becomes part of its context."""
    require_unstarted(run)
    _room(run)
    entry = HistoryEntry(
        now,
        actor,
        run.status,
        op,
        run.attempt,
        code=EventCode.ARTIFACT_ATTACHED,
        artifacts=(artifact_id,),
    )
    return changed(run, seen(run), entry, {})


def require_unstarted(run: Run) -> None:
    """Raise Conflict for a run that takes no artifact any more."""
    if run.status is not Status.QUEUED or run.fence > 0:
        raise Conflict(
            f"Artifacts can be attached before the first start only (current: {run.status})"
        )


def _require(run: Run, status: Status) -> None:
    if run.status is not status:
        raise Conflict(f"Run is not in '{status}' status (current: {run.status})")


def _room(run: Run) -> None:
    if run.version >= MAX_HISTORY:
        raise Conflict(
            f"Run has {MAX_HISTORY} history entries and takes no more (current: {run.status})"
        )
