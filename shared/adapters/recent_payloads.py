"""Payloads that this process wrote or read a moment ago: a step often asks for what the one before
it left, and bytes under their own hash never change.

Keeps a few, in memory only; what no longer exists in the store may still be here.
"""

from collections.abc import Mapping

from shared.ports import PayloadStore
from shared.records.money import LedgerEntry
from shared.records.run import PayloadRef, Run

REMEMBERED = 16
LARGEST = 256 * 1024
"""Bytes of one that is kept."""

Place = tuple[str, str, str]


class RecentPayloads:
    """Implements shared.ports.PayloadStore over another one."""

    def __init__(self, store: PayloadStore) -> None:
        self._store = store
        self._recent: dict[Place, bytes] = {}

    def put(self, run: Run, data: bytes) -> PayloadRef:
        ref = self._store.put(run, data)
        self._remember(_place(run, ref), data)
        return ref

    def get(self, run: Run, ref: PayloadRef) -> bytes:
        data = self._recent.get(_place(run, ref))
        if data is None:
            data = self._store.get(run, ref)
            self._remember(_place(run, ref), data)
        return data

    def _remember(self, place: Place, data: bytes) -> None:
        if len(data) <= LARGEST:  # a new dictionary each time: threads may share this store
            self._recent = dict([*self._recent.items(), (place, data)][-REMEMBERED:])

    def put_answer(self, run: Run, key: str, data: bytes, entry: LedgerEntry) -> bytes:
        return self._store.put_answer(run, key, data, entry)

    def get_answer(self, run: Run, key: str) -> bytes | None:
        return self._store.get_answer(run, key)

    def put_asked(self, run: Run, key: str, entry: LedgerEntry) -> None:
        self._store.put_asked(run, key, entry)

    def settle(self, run: Run, key: str, entry: LedgerEntry) -> None:
        self._store.settle(run, key, entry)

    def purchases(self, run: Run) -> Mapping[str, LedgerEntry]:
        return self._store.purchases(run)


def _place(run: Run, ref: PayloadRef) -> Place:
    return run.id, run.gen, ref.sha256
