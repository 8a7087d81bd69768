"""Which histories are searched: every single fault, every ordered pair, and any number of drawn
ones; and the search itself.

A pair's second fault strikes in the history that the first one made, recovery included, so pairs
are found by playing singles.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from random import Random

from tests.faults.faults import PAIR_WAKES, WAKES, ZOMBIES, kinds_at
from tests.faults.histories import Outcome, play

_KEPT = 20


@dataclass(slots=True)
class Tally:
    """What a search has seen.

    `worst`: of each rule the shortest names of histories that broke it.
    """

    histories: int = 0
    broken: int = 0
    calls: int = 0
    cpu_seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    worst: dict[str, list[str]] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        self.histories += 1
        self.broken += bool(outcome.violations)
        self.calls += len(outcome.sorts)
        self.faults.update(fault.partition("@")[0] for fault in outcome.faults)
        self.moves.update(outcome.moves)
        for rule in {violation.rule for violation in outcome.violations}:
            self.violations[rule] += 1
            self._note(rule, [outcome.name])

    def merge(self, other: "Tally") -> None:
        for one in fields(self):
            if one.name != "worst":
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        for rule, names in other.worst.items():
            self._note(rule, names)

    def _note(self, rule: str, names: list[str]) -> None:
        self.worst[rule] = sorted(
            self.worst.get(rule, []) + names, key=lambda name: (len(name), name)
        )[:_KEPT]


def singles(lifecycle: str, wakes: Sequence[str] = WAKES) -> Iterator[str]:
    """The lifecycle itself, then every fault at each of its calls."""
    calm = play(lifecycle)
    yield lifecycle
    for index, sort in enumerate(calm.sorts):
        for kind in kinds_at(sort, wakes):
            yield f"{lifecycle}/{index}={kind}"


def sleepers(lifecycle: str) -> Iterator[str]:
    """Every zombie at each call, woken after each number of calls that the others make while it
    sleeps.
    """
    for index, sort in enumerate(play(lifecycle).sorts):
        for zombie in ZOMBIES[sort]:
            longest = len(play(f"{lifecycle}/{index}={zombie}@+9999").sorts) - index
            for wake in range(1, longest):
                yield f"{lifecycle}/{index}={zombie}@+{wake}"


def seconds(first: str) -> Iterator[str]:
    """Every fault at every later call of a history that one fault has struck already."""
    after = int(first.partition("/")[2].partition("=")[0])
    for index, sort in enumerate(play(first).sorts):
        if index > after:
            for kind in kinds_at(sort, PAIR_WAKES):
                yield f"{first},{index}={kind}"


def sampled_pairs(lifecycle: str, firsts: int, each: int) -> Iterator[str]:
    """Some of the ordered pairs, always the same: of so many first faults at most `each` second
    ones.
    """
    random = Random(f"pairs of {lifecycle}")
    for first in random.sample(
        [name for name in singles(lifecycle, PAIR_WAKES) if "/" in name], firsts
    ):
        found = list(seconds(first))
        yield from random.sample(found, min(each, len(found)))


def search(names: Iterable[str]) -> Tally:
    """Play them all."""
    tally, started = Tally(), time.process_time()
    for name in names:
        tally.add(play(name))
    tally.cpu_seconds = time.process_time() - started
    return tally


def report(tally: Tally) -> str:
    """What broke, and how to see it again; empty when nothing did."""
    lines = []
    for rule, count in tally.violations.most_common():
        replays = "".join(
            f"\n    python -m tests.faults.replay {name}" for name in tally.worst[rule][:3]
        )
        lines.append(f"violates '{rule}' in {count} of {tally.histories} histories:{replays}")
    return "\n".join(lines)
