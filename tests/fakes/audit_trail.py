"""The audit trail in memory."""

from threading import RLock

from shared.records.audit import AuditEntry, AuditQuery, Look


class InMemoryAuditTrail:
    """Implements shared.ports.AuditTrail. A position is the place of the last look, in hex."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._entries: dict[tuple[int, str], AuditEntry] = {}

    def write(self, entry: AuditEntry) -> None:
        with self._lock:
            self._entries.setdefault((entry.at, entry.request_id), entry)

    def looks(
        self, query: AuditQuery, position: str | None, limit: int
    ) -> tuple[list[Look], str | None]:
        start = None if position is None else bytes.fromhex(position).decode()
        places = {
            f"{entry.at:013d}#{entry.request_id}#{number}": _look(entry, *about)
            for entry in self._entries.values()
            if entry.org_id == query.org_id
            for number, about in enumerate(entry.about)
        }
        wanted = [
            place
            for place in sorted(places, reverse=True)
            if (start is None or place < start) and _matches(places[place], query)
        ]
        page = wanted[:limit]
        following = page[-1].encode().hex() if len(wanted) > limit else None
        return [places[place] for place in page], following


def _look(e: AuditEntry, patient: str, run_id: str | None) -> Look:
    return Look(e.at, e.person, e.roles, e.action, patient, run_id, e.outcome, e.request_id)


def _matches(look: Look, query: AuditQuery) -> bool:
    return (
        query.patient_id in (None, look.patient_id)
        and query.person in (None, look.person)
        and query.run_id in (None, look.run_id)
        and (query.since is None or look.at >= query.since)
        and (query.until is None or look.at < query.until)
    )
