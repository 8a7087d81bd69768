"""PayloadStore: up to 8 KB as an item beside the run (a PutObject costs as much as eight write units), larger in S3.

Create-only by content: the key holds the sha256, so writing the same bytes twice is the same write.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import plain, usage_from, usage_text, wire
from shared.adapters.dynamodb.table import Table
from shared.adapters.s3 import Bucket
from shared.errors import PayloadMissing
from shared.runs.records import PayloadRef, Run, Usage

INLINE_BYTES = 8 * 1024


class AwsPayloadStore:
    """Implements shared.ports.PayloadStore over a table and a bucket."""

    def __init__(self, table: Table, bucket: Bucket) -> None:
        self._table, self._bucket = table, bucket

    def put(self, run: Run, data: bytes) -> PayloadRef:
        ref = PayloadRef(hashlib.sha256(data).hexdigest(), len(data))
        if ref.size > INLINE_BYTES:
            self._bucket.put_new(_object_key(run, ref.sha256), data)
        else:
            self._table.put_new(wire(_payload_key(run, ref) | {"b": data}))
        return ref

    def get(self, run: Run, ref: PayloadRef) -> bytes:
        data = self._bucket.get(_object_key(run, ref.sha256)) if ref.size > INLINE_BYTES else self._inline(_payload_key(run, ref))
        if data is None or hashlib.sha256(data).hexdigest() != ref.sha256:
            raise PayloadMissing("a payload is missing or damaged")
        return data

    def _inline(self, key: dict[str, Any]) -> bytes | None:
        item = self._table.get(wire(key))
        return None if item is None else plain(item).get("b", b"")

    def put_answer(self, run: Run, key: str, data: bytes, usage: Usage) -> bytes:
        values: dict[str, Any] = {"pk": keys.thing_pk(run.id), "sk": keys.answer_sk(key)}
        if usage != Usage():
            values["u"] = usage_text(usage)
        if len(data) > INLINE_BYTES:
            values["s"] = hashlib.sha256(data).hexdigest()
            self._bucket.put_new(_object_key(run, values["s"]), data)
        else:
            values["b"] = data
        existing = self._table.put_new(wire(values))
        return data if existing is None else self._answer(run, plain(existing))

    def get_answer(self, run: Run, key: str) -> bytes | None:
        item = self._table.get(wire({"pk": keys.thing_pk(run.id), "sk": keys.answer_sk(key)}))
        return None if item is None else self._answer(run, plain(item))

    def purchases(self, run: Run) -> Mapping[str, Usage]:
        found = (plain(item) for item in self._table.query_prefix(keys.thing_pk(run.id), keys.LEDGER, ("sk", "u")))
        return {values["sk"].removeprefix(keys.LEDGER): usage_from(values.get("u")) for values in found}

    def _answer(self, run: Run, values: dict[str, Any]) -> bytes:
        if "b" in values:
            return bytes(values["b"])
        data = self._bucket.get(_object_key(run, values["s"]))
        if data is None or hashlib.sha256(data).hexdigest() != values["s"]:
            raise PayloadMissing("a stored answer is missing or damaged")
        return data


def _payload_key(run: Run, ref: PayloadRef) -> dict[str, Any]:
    return {"pk": keys.thing_pk(run.id), "sk": keys.payload_sk(run.gen, ref.sha256)}


def _object_key(run: Run, sha256: str) -> str:
    return f"{keys.pack(run.org_id)}/{run.id}/{run.gen}/{sha256}"
