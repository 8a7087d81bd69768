"""What the sweeper remembers: the gates in use, and what it saw of open runs."""

from collections.abc import Mapping
from typing import Protocol

from shared.runs.health import Health, HealthSeen, Place


class GateStore(Protocol):
    """Which gates are in use: those at which runs may be parked."""

    def note(self, gate: str, now: int) -> None:
        """Put down that a run is about to be parked there.

        Must stand before the run's own write.
        """

    def gates(self) -> list[tuple[str, int]]:
        """Every gate in use, with the moment (ms) of its last note."""

    def before_claims(self) -> list[str]:
        """The gates in use that a run may stand before when it is claimed: all but the budgets',
        of which one organisation may have very many, and to which a run comes later.
        """

    def forget(self, gate: str, noted_at: int) -> None:
        """Strike a gate out at which nothing is parked, unless it was noted again since."""


class HealthStore(Protocol):
    """What the sweeper saw of the open runs, by organisation, and how far it has come."""

    def place(self) -> Place: ...

    def add(self, before: Place, after: Place, seen: Mapping[str | None, Health], now: int) -> None:
        """Add what the slice between two places held, by organisation (None: everybody), and move
        on. Adding it twice counts once.
        """

    def of(self, org_id: str | None) -> HealthSeen:
        """The last whole inspection of an organisation's open runs, or of everybody's."""
