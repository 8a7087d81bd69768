"""A slice of the open runs at a time, whatever their due time: counts them, and finds what should
not be.

A lap over all open runs takes as many sweeps as it has slices, so a small service is seen whole
every minute. What a slice
held is added to its organisation's counts of this lap; a lap that has ended is what people are
shown.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.observability import measure
from shared.ports import Clock, GateStore, HealthStore, RunStore, Unreadable
from shared.records.run import Run
from shared.runs.due import ALL_SHARDS
from shared.runs.health import UNREADABLE, Health, Place, health_of

SLICE = 500
EMPTY_AT_MOST = 2_000
"""Partitions without a run that a slice looks into: of gates there may be very many."""
FAR = 10**14
"""Later than any moment that is due."""
EVERYBODY = None
Seen = Mapping[str | None, Health]


@dataclass(frozen=True, slots=True)
class Inspector:
    runs: RunStore
    gates: GateStore
    health: HealthStore
    clock: Clock
    shards: Sequence[int] = ALL_SHARDS

    def inspect(self) -> None:
        """Look at the next slice and write down what it held."""
        before = self.health.place()
        found, position = self._slice(before)
        after = Place(before.lap, position) if position else Place(before.lap + 1)
        counted = self._counted(found)
        self.health.add(before, after, counted, self.clock.now_ms())
        seen = counted.get(EVERYBODY, Health())
        values = {"PastDue": seen.past_due, "Violations": seen.violations}
        measure("slice_inspected", {**values, "OpenRunsSeen": seen.open_runs})

    def _slice(self, place: Place) -> tuple[list[Run | Unreadable], str]:
        """At most SLICE runs after a place, and the position after them, "" at the end of the lap.

        A position is a partition and the place in it, so gates may come and go between two slices.
        """
        start, _, inside = place.position.partition("@")
        found: list[Run | Unreadable] = []
        empty = 0
        for name, shard, gate in self._partitions():
            if name < start:
                continue
            position = inside or None if name == start else None
            seen = len(found)
            while True:
                due, position = self.runs.due(shard, gate, FAR, position, SLICE - len(found))
                found += [one.run for one in due]
                if position is None:
                    break
                if len(found) >= SLICE:
                    return found, f"{name}@{position}"
            empty += len(found) == seen
            if len(found) >= SLICE or empty >= EMPTY_AT_MOST:
                return found, f"{name}~"
        return found, ""

    def _partitions(self) -> list[tuple[str, int, str | None]]:
        gates: list[str | None] = [None, *(gate for gate, _ in self.gates.gates())]
        return sorted(
            (f"{gate or ''}/{shard:02d}", shard, gate) for gate in gates for shard in self.shards
        )

    def _counted(self, found: list[Run | Unreadable]) -> Seen:
        now, seen = self.clock.now_ms(), defaultdict[str | None, Health](Health)
        seen[EVERYBODY] = Health()
        for run in found:
            if isinstance(run, Unreadable):
                counts, org_id = UNREADABLE, run.org_id
            else:
                counts, org_id = health_of(run, now), run.org_id
            seen[EVERYBODY] += counts
            if org_id is not None:
                seen[org_id] += counts
        return seen
