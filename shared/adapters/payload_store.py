"""PayloadStore: compressed, and up to 8 KB of that as an item beside the run (a PutObject costs as
much as eight write units), larger in S3.

Create-only by content: the key holds the sha256 of the bytes as they were given, so writing the
same bytes twice is the same write.
"""

import hashlib
import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from shared.adapters.artifact_store import artifact_key
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import plain, wire
from shared.adapters.dynamodb.table import Table
from shared.adapters.dynamodb.usage_text import usage_from, usage_text
from shared.adapters.s3 import Bucket
from shared.errors import PayloadMissing
from shared.ports import Beside
from shared.records.money import LedgerEntry
from shared.records.run import PayloadRef, Run

INLINE_BYTES = 8 * 1024
"""What an item beside the run holds at most, compressed."""
ENTRY_NAMES = ("u", "f", "to", "aa", "ka")
"""The attributes of a ledger's line, without the answer's bytes."""


class AwsPayloadStore:
    """Implements shared.ports.PayloadStore over a table and a bucket."""

    def __init__(self, table: Table, bucket: Bucket) -> None:
        self._table, self._bucket = table, bucket

    def put(self, run: Run, data: bytes) -> PayloadRef:
        ref = PayloadRef(hashlib.sha256(data).hexdigest(), len(data))
        packed = _packed(data)
        if packed is None:
            self._bucket.put_new(_object_key(run, ref.sha256), zlib.compress(data))
        else:
            self._table.put_new(wire(_payload_key(run, ref) | packed))
        return ref

    def get(self, run: Run, ref: PayloadRef) -> bytes:
        """What was larger than an item before it was compressed may lie in either place."""
        if ref.data is not None:
            return ref.data
        if ref.is_artifact:
            key = artifact_key(run.org_id, run.id, run.made_artifact or "", ref.sha256)
            return _sound({"b": self._bucket.get(key) or b""}, ref.sha256)
        item = self._table.get(wire(_payload_key(run, ref)))
        if item is None and ref.size <= INLINE_BYTES:
            raise PayloadMissing("a payload is missing")
        return self._large(run, ref.sha256) if item is None else _sound(plain(item), ref.sha256)

    def _large(self, run: Run, sha256: str) -> bytes:
        """An object that 0.1.0 wrote is not compressed."""
        data = self._bucket.get(_object_key(run, sha256)) or b""
        is_plain = hashlib.sha256(data).hexdigest() == sha256
        return data if is_plain else _sound({"z": data}, sha256)

    def put_answer(self, run: Run, key: str, data: bytes, entry: LedgerEntry) -> bytes:
        values = _answer_key(run, key) | _entry_values(entry)
        packed = _packed(data)
        if packed is None:
            values["s"] = hashlib.sha256(data).hexdigest()
            self._bucket.put_new(_object_key(run, values["s"]), zlib.compress(data))
        else:
            values |= packed
        existing = self._table.put_new(wire(values))
        return data if existing is None else self._answer(run, plain(existing))

    def get_answer(self, run: Run, key: str) -> bytes | None:
        item = self._table.get(wire(_answer_key(run, key)))
        return None if item is None else self._answer(run, plain(item))

    def put_asked(self, run: Run, key: str, entry: LedgerEntry) -> None:
        self._table.put_new(wire(_answer_key(run, key) | _entry_values(entry)))

    def settle(self, run: Run, key: str, entry: LedgerEntry) -> None:
        self._table.put(wire(_answer_key(run, key) | _entry_values(entry)))

    def purchases(self, run: Run) -> Mapping[str, LedgerEntry]:
        found = (
            plain(item)
            for item in self._table.query_prefix(
                keys.thing_pk(run.id), keys.LEDGER, ("sk", *ENTRY_NAMES)
            )
        )
        return {values["sk"].removeprefix(keys.LEDGER): entry_from(values) for values in found}

    def beside(self, run: Run) -> Beside:
        pk, own = keys.thing_pk(run.id), keys.payload_sk(run.gen, "")
        ledger: dict[str, LedgerEntry] = {}
        answers: dict[str, bytes] = {}
        payloads: dict[str, bytes] = {}
        for item in self._table.query_between(pk, keys.LEDGER, f"{own}~"):
            values = plain(item)
            key = values["sk"].removeprefix(keys.LEDGER)
            is_answer = key != values["sk"]
            if is_answer:
                ledger[key] = entry_from(values)
            elif not key.startswith(own):
                continue
            if "b" in values or "z" in values:
                with suppress(PayloadMissing):
                    data = unpacked(values)
                    if is_answer:
                        answers[key] = data
                    else:
                        payloads[hashlib.sha256(data).hexdigest()] = data
        return Beside(ledger, answers, payloads)

    def _answer(self, run: Run, values: dict[str, Any]) -> bytes:
        return self._large(run, values["s"]) if "s" in values else unpacked(values)


def _packed(data: bytes) -> dict[str, bytes] | None:
    """The attribute that holds the bytes, `z` compressed where that is shorter, else `b`; None for
    what is too large for an item.
    """
    compressed = zlib.compress(data)
    attribute, held = ("z", compressed) if len(compressed) < len(data) else ("b", data)
    return {attribute: held} if len(held) <= INLINE_BYTES else None


def unpacked(values: Mapping[str, Any]) -> bytes:
    """The bytes that an item (Python values) holds. Raises PayloadMissing when it is damaged."""
    if "b" in values:
        return bytes(values["b"])
    try:
        return zlib.decompress(values["z"])
    except (KeyError, TypeError, zlib.error) as exc:
        raise PayloadMissing("a payload is damaged") from exc


def _sound(values: Mapping[str, Any], sha256: str) -> bytes:
    data = unpacked(values)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise PayloadMissing("a payload is damaged")
    return data


def _payload_key(run: Run, ref: PayloadRef) -> dict[str, Any]:
    return {"pk": keys.thing_pk(run.id), "sk": keys.payload_sk(run.gen, ref.sha256)}


def _answer_key(run: Run, key: str) -> dict[str, Any]:
    return {"pk": keys.thing_pk(run.id), "sk": keys.answer_sk(key)}


def _entry_values(entry: LedgerEntry) -> dict[str, Any]:
    values = {
        "u": usage_text(entry.usage) or None,
        "f": entry.fence,
        "to": int(entry.timed_out) or None,
        "aa": entry.asked_at,
        "ka": entry.known_at,
    }
    return {name: value for name, value in values.items() if value is not None}


def entry_from(values: Mapping[str, Any]) -> LedgerEntry:
    """The ledger's line that an item (Python values) holds. Raises ValueError."""
    return LedgerEntry(
        usage_from(values.get("u")),
        values.get("f"),
        bool(values.get("to")),
        values.get("aa"),
        values.get("ka"),
    )


def _object_key(run: Run, sha256: str) -> str:
    return f"{keys.pack(run.org_id)}/{run.id}/{run.gen}/{sha256}"
