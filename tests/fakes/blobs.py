"""Payloads and artifacts in memory: create-only, checked by their hash."""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from threading import RLock
from typing import Any

from shared.errors import IdempotencyKeyReused, PayloadMissing
from shared.ports import ArtifactStore, Beside, Kind
from shared.records.artifact import Artifact
from shared.records.money import LedgerEntry
from shared.records.run import PayloadRef, Run
from tests.fakes.things import Things

_INLINE = 8 * 1024
"""What an item beside a run holds at most, compressed; larger is an object."""


def _sound(data: bytes | None, sha256: str) -> bytes:
    if data is None or hashlib.sha256(data).hexdigest() != sha256:
        raise PayloadMissing("missing or damaged")
    return data


class InMemoryPayloadStore:
    """Implements shared.ports.PayloadStore."""

    def __init__(self) -> None:
        self.artifacts: ArtifactStore | None = None
        """Where the artifacts are that outputs name."""
        self._lock = RLock()
        self._payloads: dict[str, dict[tuple[str, str], bytes]] = defaultdict(dict)
        self._answers: dict[tuple[str, str], bytes] = {}
        self._ledger: dict[str, dict[str, LedgerEntry]] = defaultdict(dict)

    def put(self, run: Run, data: bytes) -> PayloadRef:
        ref = PayloadRef(hashlib.sha256(data).hexdigest(), len(data))
        with self._lock:
            self._payloads[run.id].setdefault((run.gen, ref.sha256), data)
        return ref

    def get(self, run: Run, ref: PayloadRef) -> bytes:
        if ref.data is not None:
            return ref.data
        if ref.is_artifact:
            assert self.artifacts is not None
            assert run.made_artifact is not None
            artifact = self.artifacts.get(run.org_id, run.made_artifact)
            return _sound(None if artifact is None else self.artifacts.read(artifact), ref.sha256)
        with self._lock:
            return _sound(self._payloads[run.id].get((run.gen, ref.sha256)), ref.sha256)

    def damage(self, run: Run, ref: PayloadRef) -> None:
        """What a store never does, and its readers must notice."""
        self._payloads[run.id][run.gen, ref.sha256] = b"damaged"

    def put_answer(self, run: Run, key: str, data: bytes, entry: LedgerEntry) -> bytes:
        with self._lock:
            self._ledger[run.id].setdefault(key, entry)
            return self._answers.setdefault((run.id, key), data)

    def put_asked(self, run: Run, key: str, entry: LedgerEntry) -> None:
        with self._lock:
            self._ledger[run.id].setdefault(key, entry)

    def settle(self, run: Run, key: str, entry: LedgerEntry) -> None:
        with self._lock:
            self._ledger[run.id][key] = entry

    def purchases(self, run: Run) -> Mapping[str, LedgerEntry]:
        with self._lock:
            return dict(self._ledger[run.id])

    def beside(self, run: Run) -> Beside:
        ledger = self.purchases(run)
        with self._lock:
            return Beside(
                ledger,
                {key: data for (one, key), data in self._answers.items() if one == run.id},
                {
                    sha256: data
                    for (gen, sha256), data in self._payloads[run.id].items()
                    if gen == run.gen and hashlib.sha256(data).hexdigest() == sha256
                },
            )

    def get_answer(self, run: Run, key: str) -> bytes | None:
        with self._lock:
            return self._answers.get((run.id, key))

    def kept_of(self, run_id: str) -> Iterator[tuple[Kind, Hashable, bytes]]:
        """(kind, its key here, its content) of all that is kept for a run."""
        with self._lock:
            for payload, data in list(self._payloads[run_id].items()):
                is_large = len(zlib.compress(data)) > _INLINE
                yield Kind.OBJECT if is_large else Kind.PAYLOAD, payload, data
            for key, entry in list(self._ledger[run_id].items()):
                yield Kind.ANSWER, key, repr(entry).encode()

    def drop(self, run_id: str, key: Any) -> None:
        """A payload by its folder and hash, or a line of the ledger with its answer by its key."""
        with self._lock:
            self._payloads[run_id].pop(key, None)
            self._ledger[run_id].pop(key, None)
            self._answers.pop((run_id, key), None)

    def answers(self) -> list[str]:
        """The ledger's keys, in the order in which they were written."""
        return [key for _, key in self._answers]


class InMemoryArtifactStore:
    """Implements shared.ports.ArtifactStore."""

    def __init__(self, things: Things | None = None) -> None:
        self._lock = RLock()
        self._things = things or Things()
        self._artifacts: dict[str, Artifact] = {}
        self._bytes: dict[tuple[str, str], bytes] = {}
        self._of_run: dict[str, dict[str, None]] = defaultdict(dict)
        self._erased: dict[str, Artifact] = {}
        self._keys: dict[str, str] = {}
        self._used_for: dict[str, dict[str, None]] = defaultdict(dict)

    def put(self, artifact: Artifact, data: bytes) -> Artifact:
        with self._lock:
            self._bytes.setdefault((artifact.id, artifact.sha256), data)
            self._things.claim(artifact.id, "artifact")
            stored = replace(
                artifact,
                storage_path=f"s3://memory/{artifact.run_id}/{artifact.id}/{artifact.sha256}",
            )
            self._of_run[artifact.run_id][artifact.id] = None
            return self._artifacts.setdefault(artifact.id, stored)

    def get(self, org_id: str, artifact_id: str) -> Artifact | None:
        with self._lock:
            artifact = self._artifacts.get(artifact_id)
        return artifact if artifact is not None and artifact.org_id == org_id else None

    def erased_maker(self, org_id: str, artifact_id: str) -> str | None:
        erased = self._erased.get(artifact_id)
        return erased.run_id if erased is not None and erased.org_id == org_id else None

    def get_many(self, org_id: str, artifact_ids: Sequence[str]) -> list[Artifact]:
        found = (self.get(org_id, artifact_id) for artifact_id in dict.fromkeys(artifact_ids))
        return [artifact for artifact in found if artifact is not None]

    def read(self, artifact: Artifact) -> bytes:
        with self._lock:
            return _sound(self._bytes.get((artifact.id, artifact.sha256)), artifact.sha256)

    def damage(self, artifact: Artifact) -> None:
        self._bytes[artifact.id, artifact.sha256] = b"damaged"

    def use_key(self, key_id: str, fingerprint: str, run_id: str | None = None) -> bool:
        with self._lock:
            self._things.claim(key_id, "link")
            is_known = key_id in self._keys
            if self._keys.setdefault(key_id, fingerprint) != fingerprint:
                raise IdempotencyKeyReused
            if run_id is not None and not is_known:
                self._used_for[run_id][key_id] = None
            return is_known

    def made_for(self, run_id: str) -> list[Artifact]:
        """All that were made for a run, and not erased."""
        with self._lock:
            return [self._artifacts[one] for one in self._of_run[run_id]]

    def keys_used_for(self, run_id: str) -> list[str]:
        with self._lock:
            return list(self._used_for[run_id])

    def erase(self, artifact_id: str) -> None:
        """Leave of it who made it."""
        with self._lock:
            found = self._artifacts.pop(artifact_id, None)
            if found is not None:
                self._erased[artifact_id] = found
                del self._of_run[found.run_id][artifact_id]
                del self._bytes[artifact_id, found.sha256]

    def forget_key(self, run_id: str, key_id: str) -> None:
        with self._lock:
            self._used_for[run_id].pop(key_id, None)
            self._keys.pop(key_id, None)
            self._things.release(key_id)

    def presign(self, artifact: Artifact, filename: str) -> str:
        return f"memory://{artifact.id}/{artifact.sha256}?filename={filename}"
