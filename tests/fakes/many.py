"""Bulks in memory, and a queue of tasks that remembers."""

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock

from shared.errors import IdempotencyKeyReused, StoreUnavailable
from shared.records.bulk import Bulk
from tests.fakes.things import Things


class InMemoryBulkStore:
    """Implements shared.ports.BulkStore."""

    def __init__(self, things: Things | None = None) -> None:
        self._things, self._lock = things or Things(), Lock()
        self._bulks: dict[str, Bulk] = {}
        self._due: dict[str, int] = {}

    def create(self, bulk: Bulk, due: int) -> Bulk | None:
        with self._lock:
            self._things.claim(bulk.id, "bulk")
            existing = self._bulks.get(bulk.id)
            if existing is None:
                self._bulks[bulk.id], self._due[bulk.id] = bulk, due
            elif existing.fingerprint != bulk.fingerprint:
                raise IdempotencyKeyReused
            return existing

    def get(self, bulk_id: str) -> Bulk | None:
        return self._bulks.get(bulk_id)

    def save(self, bulk: Bulk, due: int) -> bool:
        with self._lock:
            if self._bulks[bulk.id].version != bulk.version - 1:
                return False
            self._bulks[bulk.id], self._due[bulk.id] = bulk, due
            return True

    def due(self, until: int, limit: int) -> list[Bulk]:
        with self._lock:
            found = [b for b in self._bulks.values() if not b.is_settled]
            return [b for b in found if self._due[b.id] <= until][:limit]

    def forget_tag(self, org_id: str, tag: str) -> None:
        """Take it out of the organisation's bulks. Raises StoreUnavailable while one looks for
        it.
        """
        with self._lock:
            for bulk in list(self._bulks.values()):
                if bulk.org_id != org_id or bulk.filter.get("tag") != tag:
                    continue
                if not bulk.is_settled:
                    raise StoreUnavailable("a bulk under way names the tag")
                kept = {name: word for name, word in bulk.filter.items() if name != "tag"}
                self._bulks[bulk.id] = replace(bulk, filter=kept, fingerprint="0" * 64)


class RememberingTasks:
    """Implements shared.ports.Tasks. `is_broken`: the queue takes nothing."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, str], str, int]] = []
        self.is_broken = False

    def send(self, task: Mapping[str, str], group: str, delay_ms: int = 0) -> None:
        if self.is_broken:
            raise StoreUnavailable("the queue is away")
        self.sent.append((dict(task), group, delay_ms))
