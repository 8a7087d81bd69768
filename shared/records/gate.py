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

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from itertools import chain, zip_longest
from typing import TypeVar
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
_STRIDE = 7_919
"""A prime, so that whoever has many gates has others of them tended in each turn."""
T = TypeVar("T")
_PEOPLES = frozenset({Kind.WORKER, Kind.PAUSE, Kind.BUDGET})

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


def opened_by_people(gate: str) -> bool:
    """Whether a person has to do something before the gate can open."""
    return parts_of(gate)[0] in _PEOPLES


def owner_of(gate: str) -> str | None:
    """The organisation whose gate it is; None for what everybody may stand before."""
    kind, *parts = parts_of(gate)
    return parts[0] if kind in (Kind.PAUSE, Kind.BUDGET) and parts else None


def in_turn(gates: Sequence[str], turn: int) -> list[str]:
    """All gates, one of each organisation before the second of any, and each time beginning with
    others: where not all can be tended, the many of one hold up nobody else's.
    """
    own: defaultdict[str | None, list[str]] = defaultdict(list)
    for gate in gates:
        own[owner_of(gate)].append(gate)
    turned = _turned([_turned(mine, turn * _STRIDE) for mine in own.values()], turn * _STRIDE)
    rounds = chain.from_iterable(zip_longest(*turned))
    return [gate for gate in rounds if gate is not None]


def _turned(items: list[T], by: int) -> list[T]:
    at = by % len(items) if items else 0
    return [*items[at:], *items[:at]]
