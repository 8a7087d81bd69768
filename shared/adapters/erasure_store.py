"""ErasureStore over DynamoDB and S3: everything of a run and of a patient, found by list and by key
prefix, and removed for good.

Knows where things are, never what they say.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from shared.adapters.aws_errors import translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.bulk_store import take_tag_from
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.adapters.s3 import Bucket
from shared.ports import THINGS_AT_ONCE, Kind, Thing
from shared.records.care import Tombstone
from shared.runs.canonical import canonical_json

_ITEM, _STUB, _OBJECT, _PATIENT, _TAG = "item", "stub", "object", "patient", "tag"
_PATIENT_SK = "P"
_TOMBSTONES = "tombstones/"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PAGE = 100
_SKELETON = frozenset({"pk", "sk", "o", "s", "c", "g", "w", "st", "a"})
"""What stays of a run that cannot be read: what lists and its row need."""

Some = tuple[list[Thing], Any]
"""Things, and the position after them inside their part, None at its end."""


class AwsErasureStore:
    """Implements shared.ports.ErasureStore over a table and a bucket.

    `at_once`: so many versions of objects are listed in one call; of items a tenth, and of
    assessments, each of which has objects of its own, a fiftieth.
    """

    def __init__(self, table: Table, bucket: Bucket, at_once: int = THINGS_AT_ONCE) -> None:
        self._table, self._bucket, self._at_once = table, bucket, at_once

    # --- finding ----------------------------------------------------------------------------------

    def of_run(self, org_id: str, run_id: str) -> list[Thing]:
        beside = [
            item
            for item in self._table.partition(keys.thing_pk(run_id))
            if item["sk"]["S"] != keys.THING_SK
        ]
        claims = self._listed(keys.keys_of_run(run_id))
        objects = self._objects(_run_prefix(org_id, run_id))
        return [
            *(_beside_thing(org_id, item) for item in beside),
            *(_item_thing(Kind.KEY, item) for item in claims),
            *(one for one in objects if not _is_artifacts(one, org_id, run_id)),
        ]

    def artifacts_of_run(self, org_id: str, run_id: str) -> list[Thing]:
        objects = self._objects(_artifact_prefix(org_id, run_id))
        ids = dict.fromkeys(
            one.place[1].removeprefix(_artifact_prefix(org_id, run_id)).split("/")[0]
            for one in objects
        )
        records = self._table.get_all([_thing_key(artifact_id) for artifact_id in ids])
        stubs = [
            _stub_thing(Kind.ARTIFACT, item, run_id)
            for item in records
            if item.get("k") == {"S": "artifact"} and "ea" not in item
        ]
        return [*stubs, *objects]

    def of_patient(
        self, org_id: str, patient_id: str, position: str | None
    ) -> tuple[list[Thing], str | None]:
        parts = (
            partial(self._some_objects, f"{keys.pack(org_id)}/patients/{patient_id}/"),
            partial(self._some_objects, f"uploads/{keys.pack(org_id)}/{patient_id}/"),
            partial(self._uploads, keys.uploads_of(org_id, patient_id)),
            partial(self._assessments, keys.assessments_of(org_id, patient_id), patient_id),
            partial(self._records, keys.patient_pk(org_id, patient_id)),
            partial(self._patient, org_id, patient_id),
        )
        number, inside = (0, None) if position is None else json.loads(position)
        found, after = parts[number](inside)
        if after is None:
            number += 1
        return found, json.dumps([number, after]) if number < len(parts) else None

    def _some_objects(self, prefix: str, position: Any) -> Some:
        start = position and (position[0], position[1])
        found, after = self._bucket.some_versions(prefix, start, self._at_once)
        return [_object_thing(key, version) for key, version in found], after

    def _uploads(self, listed: str, position: Any) -> Some:
        items, after = self._some_listed(listed, position, self._at_once // 10)
        return [_item_thing(Kind.UPLOAD, item) for item in items], after

    def _assessments(self, listed: str, patient_id: str, position: Any) -> Some:
        """Objects before the item that leads to them."""
        items, after = self._some_listed(listed, position, self._at_once // 50)
        found: list[Thing] = []
        for item in items:
            org, identifier = keys.pack(item["og"]["S"]), keys.id_of(item["pk"]["S"])
            found += self._objects(f"{org}/assessments/{identifier}/")
            found.append(_stub_thing(Kind.ASSESSMENT, item, patient_id))
        return found, after

    def _records(self, pk: str, position: Any) -> Some:
        """The newest version first, and the one in force, whose key is the shortest, at the end."""
        items, after = self._table.query_order(
            None,
            ("pk", pk),
            first=keys.RECORD_SK,
            end=position or keys.RECORD_END,
            limit=self._at_once // 10,
        )
        return [_item_thing(Kind.RECORD_VERSION, item) for item in items], after

    def _patient(self, org_id: str, patient_id: str, position: Any) -> Some:
        item = self._table.get(_patient_key(org_id, patient_id))
        if item is None or "g" not in item:
            return [], None
        place = (_PATIENT, item["pk"]["S"], item["sk"]["S"])
        return [Thing(Kind.PATIENT, place, _digest(item))], None

    def _objects(self, prefix: str) -> list[Thing]:
        return [_object_thing(key, version) for key, version in self._bucket.versions(prefix)]

    def _some_listed(
        self, partition: str, position: Any, limit: int
    ) -> tuple[list[Item], str | None]:
        entries, after = self._table.query_keys(keys.SUBJECT_INDEX, "s", partition, position, limit)
        return self._table.get_all(entries), after

    def _listed(self, partition: str) -> list[Item]:
        """All items of a list by subject, whatever their number."""
        found, position = self._some_listed(partition, None, _PAGE)
        while position is not None:
            some, position = self._some_listed(partition, position, _PAGE)
            found += some
        return found

    # --- removing ---------------------------------------------------------------------------------

    def remove(self, things: Sequence[Thing], now: int) -> None:
        objects = [(one.place[1], one.place[2]) for one in things if one.place[0] == _OBJECT]
        stubs = [one for one in things if one.place[0] == _STUB]
        # An assessment leads to its objects, an artifact is found by its own.
        self._put_stubs([one for one in stubs if one.kind is Kind.ARTIFACT], now)
        self._bucket.delete_versions(objects)
        self._put_stubs([one for one in stubs if one.kind is not Kind.ARTIFACT], now)
        for one in things:
            if one.place[0] == _TAG:
                self._forget_tag(one.place[3])
            if one.place[0] in (_ITEM, _TAG):
                self._table.delete(wire({"pk": one.place[1], "sk": one.place[2]}))
            elif one.place[0] == _PATIENT:
                self._unname(one, now)

    def _forget_tag(self, bulks: str) -> None:
        for item in self._listed(bulks):
            take_tag_from(self._table, item)

    def _put_stubs(self, stubs: Sequence[Thing], now: int) -> None:
        for one in stubs:
            _, pk, sk, org, owner = one.place
            owned = {"r": owner} if one.kind is Kind.ARTIFACT else {"pt": owner}
            kind = "artifact" if one.kind is Kind.ARTIFACT else "assessment"
            self._table.put(wire({"pk": pk, "sk": sk, "k": kind, "og": org, "ea": now, **owned}))

    def _unname(self, one: Thing, now: int) -> None:
        """Take from a patient all but their tombstone."""
        with translated():
            self._table.update(
                Key=wire({"pk": one.place[1], "sk": one.place[2]}),
                UpdateExpression="SET ua = :ua REMOVE #l, #u, #g, #c",
                ConditionExpression="attribute_exists(tb)",
                ExpressionAttributeNames={f"#{name}": name for name in ("l", "u", "g", "c")},
                ExpressionAttributeValues=wire({":ua": now}),
            )

    def strip(self, run_id: str, now: int) -> None:
        item = self._table.get(_thing_key(run_id))
        if item is None or "ea" in item:
            return
        kept = {name: value for name, value in item.items() if name in _SKELETON}
        self._table.put(kept | wire({"ea": now}))

    # --- how far it has come ----------------------------------------------------------------------

    def reached(self, run_id: str, step: str) -> Mapping[str, Any] | None:
        item = self._table.get(_reached_key(run_id, step))
        if item is None:
            return None
        noted: Mapping[str, Any] = json.loads(plain(item)["v"])
        return noted

    def note_reached(self, run_id: str, step: str, reached: Mapping[str, Any]) -> None:
        text = canonical_json(reached).decode()
        self._table.put(_reached_key(run_id, step) | wire({"v": text}))

    # --- tombstones -------------------------------------------------------------------------------

    def keep_tombstone(self, org_id: str, patient_id: str, tombstone: Tombstone) -> None:
        key = f"{_TOMBSTONES}{keys.pack(org_id)}/{patient_id}"
        self._bucket.put_new(key, canonical_json(asdict(tombstone)))

    def tombstones(self) -> Iterator[tuple[str, str, Tombstone]]:
        """(organisation, patient, tombstone) of everybody who has one in the bucket."""
        for key in sorted({key for key, _ in self._bucket.versions(_TOMBSTONES)}):
            text = self._bucket.get(key)
            if text is not None:
                org, patient_id = key.removeprefix(_TOMBSTONES).split("/")
                yield keys.unpack(org), patient_id, Tombstone(**json.loads(text))


def _run_prefix(org_id: str, run_id: str) -> str:
    return f"{keys.pack(org_id)}/{run_id}/"


def _artifact_prefix(org_id: str, run_id: str) -> str:
    return f"{_run_prefix(org_id, run_id)}artifacts/"


def _is_artifacts(one: Thing, org_id: str, run_id: str) -> bool:
    return one.place[1].startswith(_artifact_prefix(org_id, run_id))


def _kind_beside(item: Item) -> Kind:
    sk = item["sk"]["S"]
    if sk.startswith(keys.TAGS):
        return Kind.TAG
    return Kind.ANSWER if sk.startswith(keys.LEDGER) else Kind.PAYLOAD


def _beside_thing(org_id: str, item: Item) -> Thing:
    """A tag's entry leads to the bulks that name the tag."""
    thing = _item_thing(_kind_beside(item), item)
    if thing.kind is not Kind.TAG:
        return thing
    bulks = keys.bulks_by_tag_entry(org_id, item["sk"]["S"])
    return replace(thing, place=(_TAG, *thing.place[1:], bulks))


def _item_thing(kind: Kind, item: Item) -> Thing:
    return Thing(kind, (_ITEM, item["pk"]["S"], item["sk"]["S"]), _digest(item))


def _object_thing(key: str, version: str) -> Thing:
    return Thing(Kind.OBJECT, (_OBJECT, key, version), _object_digest(key, version))


def _stub_thing(kind: Kind, item: Item, owner: str) -> Thing:
    place = (_STUB, item["pk"]["S"], item["sk"]["S"], item["og"]["S"], owner)
    return Thing(kind, place, _digest(item))


def _digest(item: Item) -> str:
    """sha256 of all that an item holds."""
    text = json.dumps(plain(item), sort_keys=True, default=_as_text)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_text(value: Any) -> str:
    return base64.b64encode(value).decode()


def _object_digest(key: str, version: str) -> str:
    """The content's own sha256, which most keys end with; of any other object its name's."""
    last = key.rpartition("/")[2]
    return (
        last if _SHA256.fullmatch(last) else hashlib.sha256(f"{key}#{version}".encode()).hexdigest()
    )


def _thing_key(identifier: str) -> Item:
    return wire({"pk": keys.thing_pk(identifier), "sk": keys.THING_SK})


def _reached_key(run_id: str, step: str) -> Item:
    return wire({"pk": keys.thing_pk(run_id), "sk": keys.reached_sk(step)})


def _patient_key(org_id: str, patient_id: str) -> Item:
    return wire({"pk": keys.patient_pk(org_id, patient_id), "sk": _PATIENT_SK})
