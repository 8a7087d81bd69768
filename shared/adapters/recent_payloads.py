"""Payloads and answers that this process wrote or read a moment ago: a step often asks for what the
one before it left, and bytes under their own hash, or an answer under its key, never change.

Keeps some, in memory only; what no longer exists in the store may still be here.
"""

from collections.abc import Mapping

from shared.ports import Beside, PayloadStore
from shared.records.money import LedgerEntry
from shared.records.run import PayloadRef, Run

REMEMBERED_BYTES = 4 * 1024 * 1024
LARGEST = 256 * 1024
"""Bytes of one that is kept."""

Place = tuple[str, str, str]
_ANSWER = "answer"


class RecentPayloads:
    """Implements shared.ports.PayloadStore over another one."""

    def __init__(self, store: PayloadStore) -> None:
        self._store = store
        self._recent: dict[Place, bytes] = {}

    def put(self, run: Run, data: bytes) -> PayloadRef:
        ref = self._store.put(run, data)
        self._remember({(run.id, run.gen, ref.sha256): data})
        return ref

    def get(self, run: Run, ref: PayloadRef) -> bytes:
        place = (run.id, run.gen, ref.sha256)
        data = ref.data or self._recent.get(place)
        if data is None:
            data = self._store.get(run, ref)
            self._remember({place: data})
        return data

    def put_answer(self, run: Run, key: str, data: bytes, entry: LedgerEntry) -> bytes:
        standing = self._store.put_answer(run, key, data, entry)
        self._remember({(_ANSWER, run.id, key): standing})
        return standing

    def get_answer(self, run: Run, key: str) -> bytes | None:
        place = (_ANSWER, run.id, key)
        data = self._recent.get(place)
        if data is None:
            data = self._store.get_answer(run, key)
            if data is not None:
                self._remember({place: data})
        return data

    def beside(self, run: Run) -> Beside:
        found = self._store.beside(run)
        self._remember({(_ANSWER, run.id, key): data for key, data in found.answers.items()})
        self._remember({(run.id, run.gen, sha256): d for sha256, d in found.payloads.items()})
        return found

    def _remember(self, found: Mapping[Place, bytes]) -> None:
        """A new dictionary each time: threads may share this store."""
        recent = self._recent | {
            place: data for place, data in found.items() if len(data) <= LARGEST
        }
        excess = sum(map(len, recent.values())) - REMEMBERED_BYTES
        for place in list(recent):
            if excess <= 0:
                break
            excess -= len(recent.pop(place))
        self._recent = recent

    def put_asked(self, run: Run, key: str, entry: LedgerEntry) -> None:
        self._store.put_asked(run, key, entry)

    def settle(self, run: Run, key: str, entry: LedgerEntry) -> None:
        self._store.settle(run, key, entry)

    def purchases(self, run: Run) -> Mapping[str, LedgerEntry]:
        return self._store.purchases(run)
