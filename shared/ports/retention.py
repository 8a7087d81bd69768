"""Where the retention of each organisation stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Place:
    """How far the retention of an organisation has come: the position in its list of runs, oldest
    first, before which all are erased; the position at which a round goes on that has passed some
    that stay, None where it begins there; and the position in its list of patients at which it
    looks next, None for the beginning.
    """

    runs: str | None = None
    going_on: str | None = None
    patients: str | None = None


class RetentionStore(Protocol):
    """The organisations that keep runs for a stated time."""

    def watch(self, org_id: str, at: int) -> None:
        """Look at the organisation from that moment (ms) on, wherever it stood."""

    def due(self, until: int, limit: int) -> Sequence[str]:
        """Organisations to be looked at by that moment (ms)."""

    def place(self, org_id: str) -> Place: ...

    def save(self, org_id: str, place: Place, at: int) -> None:
        """How far it has come, and when (ms) to look again."""

    def forget(self, org_id: str) -> None:
        """Look at it no more: it keeps its runs for ever. What was erased stays known."""
