"""The gates at which a queued run is parked until something opens. Names and reasons only: whoever
knows a gate opens it.

A parked run is rung by nobody and claimed by nobody. It costs one write and one history entry,
whose code is the reason;
the sweeper releases the runs of a gate that has opened, oldest first. Its deadline bounds it all
the while.

A gate's name is its kind and what it is of, joined by `#`; every part is percent-encoded, so no
name holds another.
To add a kind: a function that names it here, its reasons in Reason, and a keeper in the sweeper's
`keepers` that says
how many runs may pass now. Park with shared.runs.transitions.park, after GateStore.note.
"""

from enum import StrEnum
from urllib.parse import quote, unquote


class Kind(StrEnum):
    WORKER = "worker"
    """The deployment's flag for flagged workflows."""
    PAUSE = "pause"
    """A workflow paused by its organisation."""
    BUDGET = "budget"
    """A budget into which the next call does not fit."""
    PROVIDER = "provider"
    """A provider's model that takes no calls at present."""


class Reason(StrEnum):
    """Why a run is parked: the code of the history entry that parked it, and in lower case what
    `blocked_by` says.
    """

    WORKER_DISABLED = "WORKER_DISABLED"
    PAUSED = "PAUSED"
    BUDGET = "BUDGET"
    PROVIDER_OVERLOADED = "PROVIDER_OVERLOADED"
    PROVIDER_RATE_LIMITED = "PROVIDER_RATE_LIMITED"
    PROVIDER_SPEND_LIMIT = "PROVIDER_SPEND_LIMIT"


FOR_PEOPLE = frozenset(
    {Reason.WORKER_DISABLED, Reason.PAUSED, Reason.BUDGET, Reason.PROVIDER_SPEND_LIMIT}
)
"""Reasons that only a person (or a month's end) removes: a run so parked has the deadline of what
waits for people.
"""

WORKER_GATE = Kind.WORKER.value


def pause_gate(org_id: str, workflow: str) -> str:
    return _named(Kind.PAUSE, org_id, workflow)


def budget_gate(org_id: str, scope: str) -> str:
    """`scope` as the contract writes it: organisation, workflow:NAME, project:ID."""
    return _named(Kind.BUDGET, org_id, scope)


def provider_gate(provider: str, model: str) -> str:
    return _named(Kind.PROVIDER, provider, model)


def _named(kind: Kind, *parts: str) -> str:
    return "#".join([kind.value, *(quote(part, safe="") for part in parts)])


def parts_of(gate: str) -> tuple[str, ...]:
    """The kind and what the gate is of, as they were given."""
    return tuple(unquote(part) for part in gate.split("#"))
