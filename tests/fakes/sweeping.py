"""What the sweeper remembers, in memory: the gates in use and what it saw of open runs."""

from collections.abc import Mapping

from shared.records.gate import Kind, parts_of
from shared.runs.health import Health, HealthSeen, Place


class InMemoryGateStore:
    """Implements shared.ports.GateStore."""

    def __init__(self) -> None:
        self._noted: dict[str, int] = {}

    def note(self, gate: str, now: int) -> None:
        self._noted[gate] = now

    def gates(self) -> list[tuple[str, int]]:
        return sorted(self._noted.items())

    def before_claims(self) -> list[str]:
        return [gate for gate in sorted(self._noted) if parts_of(gate)[0] != Kind.BUDGET]

    def forget(self, gate: str, noted_at: int) -> None:
        if self._noted.get(gate) == noted_at:
            del self._noted[gate]


class InMemoryHealthStore:
    """Implements shared.ports.HealthStore."""

    def __init__(self) -> None:
        self._place = Place()
        self._ended: int | None = None
        self._seen: dict[tuple[str | None, int], dict[str, Health]] = {}

    def place(self) -> Place:
        return self._place

    def add(self, before: Place, after: Place, seen: Mapping[str | None, Health], now: int) -> None:
        for org_id, health in seen.items():
            slices = self._seen.setdefault((org_id, before.lap), {})
            slices.setdefault(before.position, health)
        if self._place == before:
            self._place = after
            self._ended = now if after.lap > before.lap else self._ended

    def of(self, org_id: str | None) -> HealthSeen:
        slices = self._seen.get((org_id, self._place.lap - 1), {})
        return HealthSeen(sum(slices.values(), Health()), self._ended)
