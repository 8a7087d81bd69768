"""Which histories are searched: every single fault, every ordered pair, and any number of drawn ones; and the search itself.

A pair's second fault strikes in the history that the first one made, recovery included, so pairs are found by playing singles.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.faults.faults import READ, ZOMBIES, kinds_at
from tests.faults.histories import Outcome, play
from tests.faults.scenarios import LIFECYCLES

_KEPT = 20


@dataclass(slots=True)
class Tally:
    """What a search has seen. `worst`: the first histories that broke a rule, shortest name first."""

    histories: int = 0
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    worst: dict[str, list[str]] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        self.histories += 1
        self.calls += len(outcome.sorts)
        self.faults.update(fault.partition("@")[0] for fault in outcome.faults)
        self.moves.update(outcome.moves)
        self.broken += bool(outcome.violations)
        for rule in {violation.rule for violation in outcome.violations}:
            self.violations[rule] += 1
            names = self.worst.setdefault(rule, [])
            names.append(outcome.name)
            names.sort(key=len)
            del names[_KEPT:]

    def merge(self, other: "Tally") -> None:
        self.histories += other.histories
        self.calls += other.calls
        self.faults += other.faults
        self.violations += other.violations
        self.moves += other.moves
        self.broken += other.broken
        for rule, names in other.worst.items():
            self.worst[rule] = sorted(self.worst.get(rule, []) + names, key=len)[:_KEPT]


def singles(lifecycle: str) -> Iterator[str]:
    """The lifecycle itself, then every fault at each of its calls; zombies with every wake, call by call of the others."""
    calm = play(lifecycle)
    yield lifecycle
    for index, sort in enumerate(calm.sorts):
        for kind in kinds_at(sort):
            yield f"{lifecycle}/{index}={kind}"


def sleepers(lifecycle: str) -> Iterator[str]:
    """Every zombie at each call, woken after each number of calls that the others make while it sleeps."""
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
            for kind in kinds_at(sort):
                yield f"{first},{index}={kind}"


def search(names: Iterable[str]) -> Tally:
    tally = Tally()
    for name in names:
        tally.add(play(name))
    return tally


__all__ = ["LIFECYCLES", "READ", "Tally", "search", "seconds", "singles", "sleepers"]
