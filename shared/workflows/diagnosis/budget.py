"""Fits facts and documents into a number of bytes and says what did not fit. Knows sizes, dates
and repetition; no medicine.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.facts import SEVERE, USUAL, Fact
from shared.workflows.diagnosis.sections import SECTIONS

_PLACE = {section: place for place, section in enumerate(SECTIONS)}

_TURN = 20
_SEVERE_OF_A_KIND = 20
_SHORTENINGS = 14
_LEAST_TEXT = 24


@dataclass(frozen=True)
class Chosen:
    """`sections`: their items, newest first. `omitted`: how much was left out of each section,
    and of the lists of the items that are shown (`allergies.reactions`). `shortened`: whose texts
    were cut (`reports.conclusion`).
    """

    sections: dict[str, list[dict[str, Any]]]
    omitted: Counter[str]
    shortened: list[str]


def ranked(facts: Sequence[Fact]) -> list[Fact]:
    """Newest first, undated last, whatever the order they came in."""
    # By content first and then, stably, by time: among simultaneous facts the order must not be
    # the bundle's.
    ordered = sorted(facts, key=lambda fact: fact.form)
    ordered.sort(key=lambda fact: fact.at, reverse=True)
    return ordered


def everything_cut(facts: Sequence[Fact]) -> tuple[Counter[str], list[str]]:
    """What select may count and name at most, for measuring."""
    chosen = Counter(fact.section for fact in facts)
    inner, texts = _cuts(facts)
    return chosen + inner, texts


def select(candidates: Sequence[Fact], room: int) -> Chosen:
    """Of facts that are newest first, those that fit into `room` bytes.

    The severe come before all others, then the newest of every kind before the second newest of
    any, so that no kind vanishes because another is frequent.
    """
    taken: set[int] = set()
    full: set[tuple[str, str]] = set()
    for index in _by_relevance(candidates):
        candidate = candidates[index]
        # What does not fit is passed over, not the end: a shorter fact of another kind may still
        # do. Of its own kind nothing older is shown, which would then pass for the newest.
        cost, kind = len(candidate.form) + 1, (candidate.section, candidate.repeats)
        if cost > room:
            full.add(kind)
        elif kind not in full:
            taken.add(index)
            room -= cost
    sections: dict[str, list[dict[str, Any]]] = {section: [] for section in SECTIONS}
    for index, candidate in enumerate(candidates):
        if index in taken:
            sections[candidate.section].append(candidate.item)
    left = Counter(
        candidate.section for index, candidate in enumerate(candidates) if index not in taken
    )
    inner, texts = _cuts([candidates[index] for index in sorted(taken)])
    return Chosen(sections, left + inner, texts)


def _cuts(facts: Sequence[Fact]) -> tuple[Counter[str], list[str]]:
    inner: Counter[str] = Counter()
    texts: set[str] = set()
    for fact in facts:
        for name, count in fact.cuts.lists.items():
            inner[f"{fact.section}.{name}"] += count
        texts |= {f"{fact.section}.{name}" for name in fact.cuts.texts}
    return +inner, sorted(texts)


def _by_relevance(candidates: Sequence[Fact]) -> list[int]:
    seen: Counter[tuple[str, str]] = Counter()
    places: Counter[tuple[str, int]] = Counter()
    order = []
    for index, fact in enumerate(candidates):
        repetition = seen[fact.section, fact.repeats]
        seen[fact.section, fact.repeats] += 1
        turn = places[fact.section, repetition] // _TURN
        places[fact.section, repetition] += 1
        # A kind that is severe a hundred times takes its turn like the others after a handful.
        weight = USUAL if fact.weight == SEVERE and repetition >= _SEVERE_OF_A_KIND else fact.weight
        order.append((weight, repetition, turn, _PLACE[fact.section], index))
    return [index for *_, index in sorted(order)]


def shorten(value: Any, room: int) -> tuple[Any, bool]:
    """A JSON value in at most `room` bytes, and whether it is whole. Texts lose their ends, lists
    and objects their later parts, with a remark where they do; None when not even that fits.
    """
    if len(canonical_json(value)) <= room:
        return value, True
    for step in range(_SHORTENINGS):
        cut = _cut(value, max(_LEAST_TEXT, room >> step), max(2, (room >> step) // 16))
        if len(canonical_json(cut)) <= room:
            return cut, False
    return None, False


def _cut(value: Any, characters: int, parts: int) -> Any:
    if isinstance(value, str):
        return (
            value
            if len(value) <= characters
            else f"{value[:characters]} … [{len(value) - characters} characters left out]"
        )
    if isinstance(value, Mapping):
        kept = {key: _cut(value[key], characters, parts) for key in sorted(value)[:parts]}
        return (
            kept
            if len(value) <= parts
            else {**kept, "…": f"[{len(value) - parts} fields left out]"}
        )
    if isinstance(value, list):
        shown = [_cut(item, characters, parts) for item in value[:parts]]
        return shown if len(value) <= parts else [*shown, f"[{len(value) - parts} items left out]"]
    return value
