"""Patients' records and uploads in memory."""

import hashlib
from collections.abc import Mapping, Sequence
from threading import RLock

from shared.errors import IdempotencyKeyReused, PayloadMissing
from shared.records.care import Record, RecordContent, Upload
from tests.fakes.things import Things

Key = tuple[str, str]


class InMemoryRecordStore:
    """Implements shared.ports.RecordStore."""

    def __init__(self, things: Things | None = None) -> None:
        self._lock = RLock()
        self._things = things or Things()
        self._versions: dict[Key, dict[int, Record]] = {}
        self._in_force: dict[Key, Record] = {}
        self._bytes: dict[tuple[str, str, str], bytes] = {}
        self._uploads: dict[str, Upload] = {}
        self._uploaded: dict[str, bytes] = {}
        self._used: dict[str, str] = {}

    def put(
        self, org_id: str, patient_id: str, data: bytes, content: RecordContent, by: str, now: int
    ) -> Record:
        sha256 = hashlib.sha256(data).hexdigest()
        with self._lock:
            self._bytes[org_id, patient_id, sha256] = data
            held = self._in_force.get((org_id, patient_id))
            if held is not None and held.sha256 == sha256:
                return held
            record = Record(held.version + 1 if held else 1, sha256, content, by, now)
            self._versions.setdefault((org_id, patient_id), {})[record.version] = record
            self._in_force[org_id, patient_id] = record
            return record

    def get(self, org_id: str, patient_id: str) -> Record | None:
        return self._in_force.get((org_id, patient_id))

    def get_many(self, org_id: str, patient_ids: Sequence[str]) -> Mapping[str, Record]:
        found = {patient: self.get(org_id, patient) for patient in patient_ids}
        return {patient: record for patient, record in found.items() if record is not None}

    def read(self, org_id: str, patient_id: str) -> tuple[Record, bytes] | None:
        record = self.get(org_id, patient_id)
        if record is None:
            return None
        data = self._bytes[org_id, patient_id, record.sha256]
        if hashlib.sha256(data).hexdigest() != record.sha256:
            raise PayloadMissing("missing or damaged")
        return record, data

    def damage(self, org_id: str, patient_id: str) -> None:
        """What a store never does, and its readers must notice."""
        record = self.get(org_id, patient_id)
        if record is not None:
            self._bytes[org_id, patient_id, record.sha256] = b"damaged"

    def versions(
        self, org_id: str, patient_id: str, before: int | None, limit: int
    ) -> list[Record]:
        newest = self._in_force.get((org_id, patient_id))
        known = self._versions.get((org_id, patient_id), {}) if newest else {}
        below = sorted((n for n in known if before is None or n < before), reverse=True)
        return [known[n] for n in below[:limit]]

    def create_upload(self, upload: Upload) -> Upload:
        with self._lock:
            self._things.claim(upload.id, "upload")
            standing = self._uploads.setdefault(upload.id, upload)
            if standing.fingerprint != upload.fingerprint:
                raise IdempotencyKeyReused
            return standing

    def get_upload(self, org_id: str, patient_id: str, upload_id: str) -> Upload | None:
        found = self._uploads.get(upload_id)
        is_theirs = found and (found.org_id, found.patient_id) == (org_id, patient_id)
        return found if is_theirs else None

    def presign_upload(self, upload: Upload) -> tuple[str, dict[str, str]]:
        return f"memory://{upload.id}", {}

    def upload(self, upload: Upload, data: bytes) -> None:
        """What a caller does at the URL that they were given."""
        self._uploaded[upload.id] = data

    def uploaded_size(self, upload: Upload) -> int | None:
        data = self._uploaded.get(upload.id)
        return None if data is None else len(data)

    def read_upload(self, upload: Upload) -> bytes | None:
        return self._uploaded.get(upload.id)

    def use_upload(self, upload: Upload, used_for: str) -> bool:
        with self._lock:
            return self._used.setdefault(upload.id, used_for) == used_for

    # --- erasing ----------------------------------------------------------------------------------

    def objects_of(self, org_id: str, patient_id: str) -> list[str]:
        """The hashes of all that was ever a record of the patient."""
        return [key[2] for key in self._bytes if key[:2] == (org_id, patient_id)]

    def versions_of(self, org_id: str, patient_id: str) -> list[Record]:
        """All of them, the newest first, whichever is in force."""
        held = self._versions.get((org_id, patient_id), {})
        return [held[number] for number in sorted(held, reverse=True)]

    def uploads_of(self, org_id: str, patient_id: str) -> list[Upload]:
        """The newest first."""
        theirs = [
            u for u in self._uploads.values() if (u.org_id, u.patient_id) == (org_id, patient_id)
        ]
        return sorted(theirs, key=lambda one: (one.created_at, one.id), reverse=True)

    def drop(self, org_id: str, patient_id: str, what: str | int | None) -> None:
        """The bytes of a hash, the version of a number, or with None what is in force."""
        with self._lock:
            if what is None:
                self._in_force.pop((org_id, patient_id), None)
            elif isinstance(what, int):
                self._versions.get((org_id, patient_id), {}).pop(what, None)
            else:
                self._bytes.pop((org_id, patient_id, what), None)

    def drop_upload(self, upload_id: str) -> None:
        with self._lock:
            self._uploads.pop(upload_id, None)
            self._used.pop(upload_id, None)
            self._things.release(upload_id)

    def drop_uploaded(self, upload_id: str) -> None:
        with self._lock:
            self._uploaded.pop(upload_id, None)
