"""Bulks: commands on many runs, and the queue that calls for somebody to go on with one."""

from collections.abc import Mapping
from typing import Protocol

from shared.records.bulk import Bulk


class BulkStore(Protocol):
    """Bulks by their id. What is not settled stands in the index of what is due."""

    def create(self, bulk: Bulk, due: int) -> Bulk | None:
        """Write a new one; None when that succeeded, else the one that the same request made
        before. Raises IdempotencyKeyReused where its id was made by another request.
        """

    def get(self, bulk_id: str) -> Bulk | None:
        """As it is now (strongly consistent)."""

    def save(self, bulk: Bulk, due: int) -> bool:
        """Write what follows the version before its own; False when somebody else was faster.

        `due`: when (ms) somebody has to look whether it goes on; of no meaning once it is settled.
        """

    def due(self, until: int, limit: int) -> list[Bulk]:
        """Those that nobody has gone on with by that moment (ms)."""


class Tasks(Protocol):
    def send(self, task: Mapping[str, str], group: str, delay_ms: int = 0) -> None:
        """Put a task, ids alone, into its queue; groups share the queue fairly."""
