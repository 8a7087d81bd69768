"""A Change as the expressions of one UpdateItem.

All conditions of the run store stand here, one named fragment each.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shared.adapters.dynamodb.history_text import STATUS, history_text
from shared.adapters.dynamodb.run_attributes import ATTRIBUTES, DISPATCH, encoded
from shared.adapters.dynamodb.run_codec import due_values, rare_value, step_value
from shared.runs.changes import Change, Guard


@dataclass(slots=True)
class Expression:
    """Collects names and values while fragments are written."""

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def name(self, attribute: str) -> str:
        self.names[f"#{attribute}"] = attribute
        return f"#{attribute}"

    def value(self, value: Any) -> str:
        placeholder = f":{len(self.values)}"
        self.values[placeholder] = value
        return placeholder


def _statuses(guard: Guard, e: Expression) -> str:
    return f"{e.name('st')} IN ({', '.join(e.value(STATUS[s]) for s in sorted(guard.statuses))})"


def _at_most(attribute: str) -> Callable[[int, Expression], str]:
    return lambda limit, e: f"{e.name(attribute)} <= {e.value(limit)}"


def _equals(
    attribute: str, encode: Callable[[Any], Any] = lambda v: v
) -> Callable[[Any, Expression], str]:
    return lambda value, e: f"{e.name(attribute)} = {e.value(encode(value))}"


def _version(version: int, e: Expression) -> str:
    return f"size({e.name('h')}) = {e.value(version)}"


def _attempts_left(_: bool, e: Expression) -> str:
    return f"({e.name('a')} < {e.name('m')} OR {e.name('cc')} = {e.value(0)})"


def _workflows(names: frozenset[str], e: Expression) -> str:
    return f"{e.name('w')} IN ({', '.join(e.value(name) for name in sorted(names))})"


FRAGMENTS: dict[str, Callable[[Any, Expression], str]] = {
    "fence": _equals("f"),
    "version": _version,
    "dispatch": _equals("d", lambda d: DISPATCH[d]),
    "available_by": _at_most("av"),
    "attempts_left": _attempts_left,
    "lease_over_by": _at_most("lu"),
    "ring_due_by": _at_most("ra"),
    "deadline_over_by": _at_most("dl"),
    "deadline_after": lambda moment, e: f"{e.name('dl')} > {e.value(moment)}",
    "gate_over_by": _at_most("gu"),
    "parked_at": _equals("ga"),
    "workflows": _workflows,
}
"""Field of a Guard -> the condition that it asks for."""


def condition(change: Change, e: Expression, *, moves_due: bool = False) -> str:
    """The guard, and that the run which the change leaves is one that the state machine allows.

    Where the run stands in the index of open runs must be no later than when it is next due, unless
    the write sets it
    (`moves_due`, or a change that places the run).
    """
    parts = [_statuses(change.guard, e)]
    for name, fragment in FRAGMENTS.items():
        wanted = getattr(change.guard, name)
        if wanted is not None and wanted is not False:
            parts.append(fragment(wanted, e))
    if change.entry is not None:
        # A worker's checkpoint leaves status and fence as they are, so its own repetition would
        # pass the guard.
        parts.append(
            f"NOT contains({e.name('h')}, {e.value(history_text(change.entry, change.creator))})"
        )
    if change.due is not None and not (change.places or moves_due):
        parts.append(_at_most("n")(change.due, e))
    parts += [
        f"attribute_exists({e.name(ATTRIBUTES[name].name)})" for name in sorted(change.must_have())
    ]
    parts += [
        f"attribute_not_exists({e.name(ATTRIBUTES[name].name)})"
        for name in sorted(change.must_lack())
    ]
    return " AND ".join(parts)


def update(change: Change, e: Expression, *, moves_due: bool = False) -> str:
    """SET and REMOVE clauses: fields, sums, the finished step, artifacts, history and the sparse
    indexes' keys.
    """
    values: dict[str, Any] = {}
    for name, value in change.set.items():
        values |= encoded(name, value)
    if change.target is not None and change.org_id is not None:  # a claim has read nothing
        values |= rare_value(change.org_id, change.target)
    if change.places or (change.due is None and change.target is not None):
        values |= due_values(change.run_id, change.due, change.gate)
    elif moves_due:
        values["n"] = change.due
    sets = [f"{e.name(a)} = {e.value(v)}" for a, v in values.items() if v is not None]
    sets += [_sum(name, added, e) for name, added in change.add.items()]
    if change.step is not None:
        name, record = change.step
        e.names["#step"] = name
        sets.append(f"{e.name('sp')}.#step = {e.value(step_value(record))}")
    for place, (name, record) in enumerate(sorted(change.again.items())):
        e.names[f"#again{place}"] = name
        sets.append(f"{e.name('sp')}.#again{place} = {e.value(step_value(record))}")
    if change.entry is not None:
        sets.append(_append("h", [history_text(change.entry, change.creator)], e))
    removes = [e.name(a) for a, v in values.items() if v is None]
    clauses = {"SET": sets, "REMOVE": removes}
    return " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)


def _sum(name: str, added: int | str, e: Expression) -> str:
    attribute = e.name(ATTRIBUTES[name].name)
    more = e.name(ATTRIBUTES[added].name) if isinstance(added, str) else e.value(added)
    return f"{attribute} = {attribute} + {more}"


def _append(attribute: str, values: list[Any], e: Expression) -> str:
    name = e.name(attribute)
    return f"{name} = list_append({name}, {e.value(values)})"
