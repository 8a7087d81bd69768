"""RecordStore over DynamoDB and S3: the versions of patients' FHIR records, and uploads on their
way to becoming one.

A version is an item of its own, create-only, so two writers cannot take one number. One more item
repeats the version that is in force. A writer that died between the two writes leaves a version
that nobody sees; whoever writes next brings it into force first.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.adapters.s3 import Bucket
from shared.errors import IdempotencyKeyReused, PayloadMissing, StoreUnavailable
from shared.records.care import Person, Record, RecordContent, Upload
from shared.runs.canonical import canonical_json
from shared.runs.timing import SECOND

_TRIES = 10
_UPLOAD = "upload"
_DAY_SECONDS = 86_400


class DynamoRecordStore:
    """Implements shared.ports.RecordStore over a table and a bucket."""

    def __init__(self, table: Table, bucket: Bucket) -> None:
        self._table, self._bucket = table, bucket

    # --- versions ---------------------------------------------------------------------------------

    def put(
        self, org_id: str, patient_id: str, data: bytes, content: RecordContent, by: str, now: int
    ) -> Record:
        sha256 = hashlib.sha256(data).hexdigest()
        self._bucket.put_new(record_object(org_id, patient_id, sha256), data)
        for _ in range(_TRIES):
            held = self.get(org_id, patient_id)
            if held is not None and held.sha256 == sha256:
                return held
            version = held.version + 1 if held else 1
            standing = self._claim(org_id, patient_id, Record(version, sha256, content, by, now))
            self._bring_into_force(org_id, patient_id, standing)
            if standing.sha256 == sha256:
                return standing
        raise StoreUnavailable("a record is being written by many at once")

    def _claim(self, org_id: str, patient_id: str, record: Record) -> Record:
        """The version that stands under the number: this one, or another writer's."""
        item = _version_key(org_id, patient_id, record.version) | wire({"rec": _text(record)})
        existing = self._table.put_new(item)
        return record if existing is None else _record(plain(existing)["rec"])

    def _bring_into_force(self, org_id: str, patient_id: str, record: Record) -> None:
        """Unless somebody else did, and the patient's record may have gone on since."""
        before = record.version - 1
        values: dict[str, Any] = {":rec": _text(record), ":v": record.version}
        condition = "attribute_not_exists(rv) OR rv = :v"
        if before:
            condition, values[":before"] = "rv = :before OR rv = :v", before
        self._table.try_update(
            Key=_head_key(org_id, patient_id),
            UpdateExpression="SET rec = :rec, rv = :v",
            ConditionExpression=condition,
            ExpressionAttributeValues=wire(values),
        )

    def get(self, org_id: str, patient_id: str) -> Record | None:
        item = self._table.get(_head_key(org_id, patient_id))
        return None if item is None else _record(plain(item)["rec"])

    def get_many(self, org_id: str, patient_ids: Sequence[str]) -> Mapping[str, Record]:
        wanted = {_head_key(org_id, patient)["pk"]["S"]: patient for patient in patient_ids}
        heads = [_head_key(org_id, patient) for patient in dict.fromkeys(patient_ids)]
        return {
            wanted[item["pk"]["S"]]: _record(plain(item)["rec"])
            for item in self._table.get_all(heads)
        }

    def read(self, org_id: str, patient_id: str) -> tuple[Record, bytes] | None:
        record = self.get(org_id, patient_id)
        if record is None:
            return None
        data = self._bucket.get(record_object(org_id, patient_id, record.sha256))
        if data is None or hashlib.sha256(data).hexdigest() != record.sha256:
            raise PayloadMissing("an object is missing or damaged")
        return record, data

    def versions(
        self, org_id: str, patient_id: str, before: int | None, limit: int
    ) -> list[Record]:
        record = self.get(org_id, patient_id)
        newest = record.version if record else 0
        start = newest if before is None else min(newest, before - 1)
        numbers = range(start, max(0, start - limit), -1)
        items = self._table.get_all([_version_key(org_id, patient_id, n) for n in numbers])
        return [_record(plain(item)["rec"]) for item in items]

    # --- uploads ----------------------------------------------------------------------------------

    def create_upload(self, upload: Upload) -> Upload:
        existing = self._table.put_new(_upload_item(upload))
        if existing is None:
            return upload
        values = plain(existing)
        if values.get("k") != _UPLOAD or values["fp"] != upload.fingerprint:
            raise IdempotencyKeyReused
        return _upload(values)

    def get_upload(self, org_id: str, patient_id: str, upload_id: str) -> Upload | None:
        item = self._table.get(_upload_key(upload_id))
        values = plain(item) if item is not None else {}
        is_theirs = (values.get("k"), values.get("og"), values.get("pt")) == (
            _UPLOAD,
            org_id,
            patient_id,
        )
        return _upload(values) if is_theirs else None

    def presign_upload(self, upload: Upload) -> tuple[str, dict[str, str]]:
        seconds = (upload.expires_at - upload.created_at) // SECOND
        return self._bucket.presign_put(upload_object(upload), upload.sha256, seconds)

    def uploaded_size(self, upload: Upload) -> int | None:
        return self._bucket.size(upload_object(upload))

    def read_upload(self, upload: Upload) -> bytes | None:
        return self._bucket.get(upload_object(upload))

    def use_upload(self, upload: Upload, used_for: str) -> bool:
        refused = self._table.try_update(
            Key=_upload_key(upload.id),
            UpdateExpression="SET us = :us",
            ConditionExpression="attribute_not_exists(us) OR us = :us",
            ExpressionAttributeValues=wire({":us": used_for}),
        )
        return refused is None


def record_object(org_id: str, patient_id: str, sha256: str) -> str:
    """Where a version's bytes are: every version of a patient's record stands under one prefix."""
    return f"{keys.pack(org_id)}/patients/{patient_id}/{sha256}"


def upload_object(upload: Upload) -> str:
    """Uploads stand under a prefix of their own, which the bucket empties after a day."""
    return f"uploads/{keys.pack(upload.org_id)}/{upload.patient_id}/{upload.id}"


def _head_key(org_id: str, patient_id: str) -> Item:
    return wire({"pk": keys.patient_pk(org_id, patient_id), "sk": keys.RECORD_SK})


def _version_key(org_id: str, patient_id: str, version: int) -> Item:
    return wire({"pk": keys.patient_pk(org_id, patient_id), "sk": keys.record_version_sk(version)})


def _upload_key(upload_id: str) -> Item:
    return wire({"pk": keys.thing_pk(upload_id), "sk": keys.THING_SK})


def _text(record: Record) -> str:
    return canonical_json(asdict(record)).decode()


def _record(text: str) -> Record:
    values = json.loads(text)
    content = values["content"]
    person = content["person"]
    pairs = tuple((system, value) for system, value in person["identifiers"])
    return Record(
        **values
        | {
            "content": RecordContent(
                resources=content["resources"],
                person=Person(**person | {"identifiers": pairs}),
                warnings=tuple(content["warnings"]),
            )
        }
    )


def _upload_item(upload: Upload) -> Item:
    return _upload_key(upload.id) | wire(
        {
            "k": _UPLOAD,
            "og": upload.org_id,
            "pt": upload.patient_id,
            "fp": upload.fingerprint,
            "s": keys.uploads_of(upload.org_id, upload.patient_id),
            "o": keys.order(upload.created_at, upload.id),
            "up": canonical_json(asdict(upload)).decode(),
            "ttl": upload.expires_at // SECOND + _DAY_SECONDS,
        }
    )


def _upload(values: Mapping[str, Any]) -> Upload:
    return Upload(**json.loads(values["up"]))
