"""The audit trail, as those who write and read it need it."""

from typing import Protocol

from shared.records.audit import AuditEntry, AuditQuery, Look


class AuditTrail(Protocol):
    """Who looked at or changed whose data. Entries are added and read, never changed or removed."""

    def write(self, entry: AuditEntry) -> None:
        """Returns when the entry stands. Raises StoreUnavailable when it may not."""

    def looks(
        self, query: AuditQuery, position: str | None, limit: int
    ) -> tuple[list[Look], str | None]:
        """Newest first; the position after the last one, None at the end.

        A page may be short and still have a next one.
        """
