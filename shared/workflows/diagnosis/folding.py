"""Folds facts that say the same thing, and never two events into one.

Duplicates are the same business identifier or equality in everything, the instant included. Equal
events of a day without a time share a line that says how many; orders of one drug with one dosage
share a line with the newest and the first date. Knows no medicine.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.facts import Fact

# What tells of an order's time or state and does not make it another order.
_OF_ONE_ORDER = frozenset(("authored", "still_marked_active", "dispense"))
_DATES = frozenset(("recorded", "authored", "asserted", "date", "onset"))


def folded_facts(facts: Sequence[Fact]) -> tuple[list[Fact], int]:
    """Each thing once, in an order that does not depend on theirs; and how many duplicates there
    were.
    """
    ordered = sorted(facts, key=_order)
    once = _without_copies(ordered)
    lines = _counted(_by_identifier(once))
    return _orders(lines), len(facts) - len(lines)


def _order(fact: Fact) -> tuple[str, bytes, str, str]:
    return fact.section, fact.form, fact.at, fact.apart


def _without_copies(facts: Iterable[Fact]) -> list[Fact]:
    """Without those that equal another in everything; events without a time of day are counted
    later.
    """
    kept: dict[Any, Fact] = {}
    for position, fact in enumerate(facts):
        key: Any = (*_order(fact), fact.identifiers if fact.event else None)
        if fact.event and not fact.is_exact:
            key = position
        kept.setdefault(key, fact)
    return list(kept.values())


def _by_identifier(facts: Sequence[Fact]) -> list[Fact]:
    """One of those that share a business identifier and do not contradict each other: the one
    that says most.

    Laboratories give one number to all results of an order, so the identifier alone is not
    enough.
    """
    known: dict[Any, list[int]] = defaultdict(list)
    kept: list[Fact | None] = []
    # Whoever says most comes first, so that the others fold into it.
    for fact in sorted(facts, key=lambda one: (-len(one.item), _order(one))):
        keys = [
            (fact.kind, identifier, fact.section, fact.repeats)
            for identifier in sorted(fact.identifiers)
        ]
        same = next(
            (
                at
                for key in keys
                for at in known[key][:4]
                if (other := kept[at]) and _agree(fact, other)
            ),
            None,
        )
        if same is None:
            for key in keys:
                known[key].append(len(kept))
            kept.append(fact)
    return [fact for fact in kept if fact is not None]


def _agree(one: Fact, other: Fact) -> bool:
    if one.event and (one.at != other.at or one.apart != other.apart):
        return False
    shared = (one.item.keys() & other.item.keys()) - (frozenset() if one.event else _DATES)
    return all(one.item[key] == other.item[key] for key in shared)


def _counted(facts: Iterable[Fact]) -> list[Fact]:
    """Equal events of a day without a time, or without any date, on one line with their number."""
    lines: dict[Any, list[Fact]] = defaultdict(list)
    for position, fact in enumerate(facts):
        alike = fact.event and not fact.is_exact
        lines[_order(fact) if alike else position].append(fact)
    return [
        line[0] if len(line) == 1 else replace(line[0], item={**line[0].item, "number": len(line)})
        for line in lines.values()
    ]


def _orders(facts: Iterable[Fact]) -> list[Fact]:
    """Orders that differ in their dates only, on one line."""
    lines: dict[Any, list[Fact]] = defaultdict(list)
    for position, fact in enumerate(facts):
        same = {key: fact.item[key] for key in fact.item if key not in _OF_ONE_ORDER}
        one = fact.order and not fact.event
        lines[(fact.section, canonical_json(same)) if one else position].append(fact)
    return [_one_order(line) for line in lines.values()]


def _one_order(line: list[Fact]) -> Fact:
    newest = max(line, key=lambda fact: (fact.at, _order(fact)))
    if len(line) == 1:
        return newest
    first = min((fact for fact in line if fact.at), key=lambda fact: fact.at, default=newest)
    item = {**newest.item, "orders": len(line), "first_authored": first.item.get("authored")}
    return replace(newest, item={key: value for key, value in item.items() if value is not None})
