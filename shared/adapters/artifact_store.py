"""ArtifactStore: bytes in S3, org-scoped records in the table.

A record is invisible until a run names it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import plain, wire
from shared.adapters.dynamodb.table import Table
from shared.adapters.s3 import Bucket
from shared.errors import IdempotencyKeyReused, PayloadMissing
from shared.records.artifact import Artifact

_KIND = "artifact"
_ATTRIBUTE = {
    "org_id": "og", "run_id": "r", "artifact_type": "t", "artifact_name": "nm", "sha256": "h",
    "size_bytes": "z", "content_type": "ct",
    "storage_path": "sp", "created_at": "ca", "fingerprint": "fp", "phase": "ph", "path": "pt",
    "description": "de",
}  # fmt: skip


class AwsArtifactStore:
    """Implements shared.ports.ArtifactStore over a table and a bucket."""

    def __init__(self, table: Table, bucket: Bucket) -> None:
        self._table, self._bucket = table, bucket

    def put(self, artifact: Artifact, data: bytes) -> Artifact:
        key = _object_key(artifact)
        self._bucket.put_new(key, data, artifact.content_type)
        stored = replace(artifact, storage_path=f"s3://{self._bucket.name}/{key}")
        existing = self._table.put_new(_item(stored))
        if existing is None:
            return stored
        values = plain(existing)
        if values.get("k") != _KIND:
            raise IdempotencyKeyReused
        return _artifact(values)

    def get(self, org_id: str, artifact_id: str) -> Artifact | None:
        item = self._table.get(_key(artifact_id))
        found = _artifacts(org_id, [] if item is None else [item])
        return found[0] if found else None

    def erased_maker(self, org_id: str, artifact_id: str) -> str | None:
        item = self._table.get(_key(artifact_id))
        v = {} if item is None else plain(item)
        is_stub = v.get("k") == _KIND and v["og"] == org_id and "ea" in v
        return str(v["r"]) if is_stub else None

    def get_many(self, org_id: str, artifact_ids: Sequence[str]) -> list[Artifact]:
        return _artifacts(
            org_id,
            self._table.get_all([_key(artifact_id) for artifact_id in dict.fromkeys(artifact_ids)]),
        )

    def read(self, artifact: Artifact) -> bytes:
        data = self._bucket.get(_object_key(artifact))
        if data is None or hashlib.sha256(data).hexdigest() != artifact.sha256:
            raise PayloadMissing("an artifact's bytes are missing or damaged")
        return data

    def use_key(self, key_id: str, fingerprint: str, run_id: str | None = None) -> bool:
        claim: dict[str, Any] = {"k": "link", "fp": fingerprint}
        if run_id is not None:
            claim |= {"s": keys.keys_of_run(run_id), "o": keys.order(0, key_id)}
        existing = self._table.put_new(_key(key_id) | wire(claim))
        if existing is None:
            return False
        if plain(existing).get("k") != "link" or plain(existing)["fp"] != fingerprint:
            raise IdempotencyKeyReused
        return True

    def presign(self, artifact: Artifact, filename: str) -> str:
        return self._bucket.presign(_object_key(artifact), filename, artifact.content_type)


def artifact_key(org_id: str, run_id: str, artifact_id: str, sha256: str) -> str:
    """The object that holds an artifact's bytes."""
    return f"{keys.pack(org_id)}/{run_id}/artifacts/{artifact_id}/{sha256}"


def _object_key(artifact: Artifact) -> str:
    return artifact_key(artifact.org_id, artifact.run_id, artifact.id, artifact.sha256)


def _key(artifact_id: str) -> dict[str, Any]:
    return wire({"pk": keys.thing_pk(artifact_id), "sk": keys.THING_SK})


def _item(artifact: Artifact) -> dict[str, Any]:
    values = {attribute: getattr(artifact, name) for name, attribute in _ATTRIBUTE.items()}
    return _key(artifact.id) | wire(
        {"k": _KIND} | {name: v for name, v in values.items() if v is not None}
    )


def _artifacts(org_id: str, items: Sequence[dict[str, Any]]) -> list[Artifact]:
    """Those items that are artifacts of the organisation: another's, and one that was erased, is as
    good as missing.
    """
    found = (plain(item) for item in items)
    return [
        _artifact(v) for v in found if v.get("k") == _KIND and v["og"] == org_id and "ea" not in v
    ]


def _artifact(values: dict[str, Any]) -> Artifact:
    fields: dict[str, Any] = {name: values.get(attribute) for name, attribute in _ATTRIBUTE.items()}
    return Artifact(id=keys.id_of(values["pk"]), **fields)
