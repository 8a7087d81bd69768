"""What all moves are made of: guards, and the fields that go together."""

from dataclasses import replace
from typing import Any

from shared.records.run import (
    HistoryEntry,
    PayloadRef,
    Run,
    Status,
)
from shared.runs.changes import Change, Guard
from shared.runs.due import due_at
from shared.runs.timing import RING_FIRST

QUEUED, RUNNING, WAITING, FAILED = (
    frozenset({s}) for s in (Status.QUEUED, Status.RUNNING, Status.WAITING, Status.FAILED)
)
UNLEASED: dict[str, Any] = {"lessee": None, "lease_until": None}
UNRUNG: dict[str, Any] = {"available_at": 0, "ring_after": 0, "ring_interval": 0}
UNENDED: dict[str, Any] = {
    "completed_at": None,
    "output": None,
    "error_code": None,
    "error_detail": None,
}
AT_NO_GATE: dict[str, Any] = {"gate": None, "needed": None}


def changed(
    run: Run,
    guard: Guard,
    entry: HistoryEntry | None,
    fields: dict[str, Any],
    *,
    places: bool = False,
    **parts: Any,
) -> Change:
    """`places`: the guard holds all that decides when the run is next due, so its place in the
    index may be set to that.
    """
    after = replace(run, **fields)
    moved = run.is_terminal or after.gate != run.gate
    return Change(
        run.id,
        run.org_id,
        guard,
        set=fields,
        entry=entry,
        creator=run.created_by,
        due=due_at(after),
        gate=after.gate,
        places=moved or places,
        **parts,
    )


def owned(run: Run) -> Guard:
    return Guard(RUNNING, fence=run.fence)


def seen(run: Run) -> Guard:
    return Guard(frozenset({run.status}), version=run.version)


def back_in_queue(run: Run, now: int, available_at: int) -> dict[str, Any]:
    """Fields of a run that goes (back) to the queue; the sweeper's first ring comes a minute after
    it is due.
    """
    interval = RING_FIRST
    return UNENDED | UNLEASED | AT_NO_GATE | {
        "status": Status.QUEUED, "started_at": None, "gate_until": None,
        "available_at": max(now, available_at), "ring_after": max(now, available_at) + interval,
        "ring_interval": interval,
    }  # fmt: skip


def failed_fields(now: int, code: str, detail: PayloadRef | None) -> dict[str, Any]:
    return UNLEASED | AT_NO_GATE | {
        "status": Status.FAILED, "completed_at": now, "error_code": code, "error_detail": detail,
        "output": None, "gate_until": None,
    }  # fmt: skip
