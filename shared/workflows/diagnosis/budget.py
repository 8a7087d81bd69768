"""Fits facts and documents into a number of bytes and says what did not fit. Knows sizes, dates and repetition; no medicine."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.facts import Fact

# The order in which sections get room when there is not enough; each takes its turn with a handful, so none starves another.
SECTIONS = (
    "allergies",
    "active_conditions",
    "current_medications",
    "vital_signs",
    "laboratory_results",
    "past_conditions",
    "other_observations",
    "reports",
    "procedures",
    "past_medications",
    "immunisations",
    "family_history",
)
_TURN = 20
_SHORTENINGS = 14
_LEAST_TEXT = 24


@dataclass(frozen=True)
class Sized:
    fact: Fact
    form: bytes


def sized(facts: Sequence[Fact]) -> tuple[list[Sized], int]:
    """Newest first whatever the order they came in, without exact repetitions; and how many of those there were."""
    once = {(fact.section, form, fact.at): Sized(fact, form) for fact in facts for form in [canonical_json(fact.item)]}
    # By content first and then, stably, by time: among simultaneous facts the order must not be the bundle's.
    ordered = sorted(once.values(), key=lambda one: one.form)
    ordered.sort(key=lambda one: one.fact.at, reverse=True)
    unique = list({(one.fact.section, one.form): one for one in reversed(ordered)}.values())
    unique.reverse()
    return unique, len(facts) - len(unique)


def select(candidates: Sequence[Sized], room: int) -> tuple[dict[str, list[dict[str, Any]]], dict[str, int]]:
    """The items of every section, newest first, in at most `room` bytes; and how many of each section were left out.

    The newest of every kind come before the second newest of any, so that no kind vanishes because another is frequent.
    """
    taken: set[int] = set()
    for index in _by_relevance(candidates):
        # What does not fit is passed over, not the end: a shorter fact of equal weight may still do.
        cost = len(candidates[index].form) + 1
        if cost <= room:
            taken.add(index)
            room -= cost
    chosen: dict[str, list[dict[str, Any]]] = {section: [] for section in SECTIONS}
    for index, candidate in enumerate(candidates):
        if index in taken:
            chosen[candidate.fact.section].append(candidate.fact.item)
    left = Counter(candidate.fact.section for index, candidate in enumerate(candidates) if index not in taken)
    return chosen, dict(left)


def _by_relevance(candidates: Sequence[Sized]) -> list[int]:
    seen: Counter[tuple[str, str]] = Counter()
    places: Counter[tuple[str, int]] = Counter()
    ranked = []
    for index, candidate in enumerate(candidates):
        fact = candidate.fact
        repetition = seen[fact.section, fact.repeats]
        seen[fact.section, fact.repeats] += 1
        turn = places[fact.section, repetition] // _TURN
        places[fact.section, repetition] += 1
        ranked.append((repetition, turn, SECTIONS.index(fact.section), index))
    return [index for *_, index in sorted(ranked)]


def shorten(value: Any, room: int) -> tuple[Any, bool]:
    """A JSON value in at most `room` bytes, and whether it is whole. Texts lose their ends, lists and objects their later parts,
    with a remark where they do; None when not even that fits."""
    if len(canonical_json(value)) <= room:
        return value, True
    for step in range(_SHORTENINGS):
        cut = _cut(value, max(_LEAST_TEXT, room >> step), max(2, (room >> step) // 16))
        if len(canonical_json(cut)) <= room:
            return cut, False
    return None, False


def _cut(value: Any, characters: int, parts: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= characters else f"{value[:characters]} … [{len(value) - characters} characters left out]"
    if isinstance(value, Mapping):
        kept = {key: _cut(value[key], characters, parts) for key in sorted(value)[:parts]}
        return kept if len(value) <= parts else {**kept, "…": f"[{len(value) - parts} fields left out]"}
    if isinstance(value, list):
        shown = [_cut(item, characters, parts) for item in value[:parts]]
        return shown if len(value) <= parts else [*shown, f"[{len(value) - parts} items left out]"]
    return value
