"""A change of a run as data: one guard, the fields it sets, the history it appends.

The store applies it in one statement.

The tables here are the state machine. A Change that they do not allow cannot be built.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.records.run import (
    Dispatch,
    HistoryEntry,
    Status,
    StepRecord,
)

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.CANCELLED, Status.FAILED}),
    Status.RUNNING: frozenset(
        {Status.SUCCEEDED, Status.FAILED, Status.WAITING, Status.QUEUED, Status.CANCELLED}
    ),
    Status.WAITING: frozenset({Status.QUEUED, Status.FAILED, Status.CANCELLED}),
    Status.FAILED: frozenset({Status.QUEUED, Status.WAITING}),
    Status.SUCCEEDED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""From each status, where it may go. failed -> waiting is the retry of an expired gate."""

REQUIRED: Mapping[Status, frozenset[str]] = {
    Status.QUEUED: frozenset(),
    Status.RUNNING: frozenset({"started_at", "lease_until", "lessee"}),
    Status.WAITING: frozenset(),
    Status.SUCCEEDED: frozenset({"started_at", "completed_at", "output"}),
    Status.FAILED: frozenset({"completed_at", "error_code"}),
    Status.CANCELLED: frozenset({"completed_at"}),
}
"""Fields that a run of this status always has."""

_ENDS = frozenset({"completed_at", "output", "error_code", "error_detail"})
_LEASE = frozenset({"lease_until", "lessee"})
_QUEUE = frozenset({"gate"})
FORBIDDEN: Mapping[Status, frozenset[str]] = {
    Status.QUEUED: _ENDS | _LEASE | {"started_at", "gate_until"},
    Status.RUNNING: _ENDS | _QUEUE | {"gate_until"},
    Status.WAITING: _ENDS | _LEASE | _QUEUE,
    Status.SUCCEEDED: _LEASE | _QUEUE | {"error_code", "error_detail", "gate_until"},
    Status.FAILED: _LEASE | _QUEUE | {"output", "gate_until"},
    Status.CANCELLED: _LEASE | _QUEUE | {"output", "error_code", "error_detail", "gate_until"},
}
"""Fields that a run of this status never has."""


class IllegalChange(ValueError):
    """A change that the state machine does not know: a bug of ours, never a caller's."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold for a change to apply; None and False ask nothing.

    A worker's write names status and fence, a person's status and version (the length of the
    history).
    """

    statuses: frozenset[Status]
    fence: int | None = None
    version: int | None = None
    dispatch: Dispatch | None = None
    available_by: int | None = None
    attempts_left: bool = False
    lease_over_by: int | None = None
    ring_due_by: int | None = None
    deadline_over_by: int | None = None
    deadline_after: int | None = None
    gate_over_by: int | None = None
    parked_at: str | None = None
    workflows: frozenset[str] | None = None
    """The run's workflow is one of these; others are left to another version's worker."""


@dataclass(frozen=True, slots=True)
class Change:
    """One conditional write.

    `set`: field -> value, None removes it. `add`: field -> a number, or the field whose value is
    added.
    """

    run_id: str
    org_id: str | None
    """None, like `creator`, for a claim, which has read nothing."""
    guard: Guard
    set: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int | str] = field(default_factory=dict)
    step: tuple[str, StepRecord] | None = None
    """The step that this change finishes, or finds spoiled, with what it left."""
    again: Mapping[str, StepRecord] = field(default_factory=dict)
    """Finished steps that are to be done again, each as the run holds it then."""
    entry: HistoryEntry | None = None
    creator: str | None = None
    due: int | None = None
    """When something is next due to the run that the change leaves; None when it has ended, or
    nothing of that changes.
    """
    gate: str | None = None
    """The gate at which the change leaves it parked."""
    places: bool = False
    """Whether the write says where the run stands in the index of open runs. Otherwise it asks that
    the place be no later than
    `due`; the store moves one that is, and nothing else, forward by the same write."""

    def __post_init__(self) -> None:
        if not self.guard.statuses:
            raise IllegalChange("a change must name the statuses that it may start from")
        target = self.set.get("status")
        if target is None:
            if self.entry is not None and self.guard.statuses != {self.entry.to}:
                raise IllegalChange("a change that moves nothing must say so in the history")
            return
        if self.entry is None or self.entry.to is not target:
            raise IllegalChange("a change of status must stand in the history")
        for source in self.guard.statuses:
            if target not in TRANSITIONS[source]:
                raise IllegalChange(f"{source} -> {target} is not a transition")

    @property
    def target(self) -> Status | None:
        """The status after the change, None when it does not move."""
        return self.set.get("status")

    def must_have(self) -> frozenset[str]:
        """Fields that must already be there for the change to leave a legal run."""
        if self.target is None:
            return frozenset()
        return REQUIRED[self.target] - {
            name for name, value in self.set.items() if value is not None
        }

    def must_lack(self) -> frozenset[str]:
        """Fields that must not be there, because the change does not remove them and its status
        forbids them.
        """
        if self.target is None:
            return frozenset()
        return FORBIDDEN[self.target] - {name for name, value in self.set.items() if value is None}


def check_state(fields: Mapping[str, Any]) -> None:
    """Raise IllegalChange unless a whole run (field -> value) has what its status requires and
    nothing that it forbids.
    """
    status: Status = fields["status"]
    present = {name for name, value in fields.items() if value is not None}
    erased = frozenset({"output"}) if "erased_at" in present else frozenset()
    missing, extra = REQUIRED[status] - present - erased, FORBIDDEN[status] & present
    if missing or extra:
        raise IllegalChange(f"a {status} run lacks {sorted(missing)} or has {sorted(extra)}")
