"""BulkStore over DynamoDB: one item a bulk, every write under the version that was read."""

import json
from dataclasses import asdict, replace
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.errors import IdempotencyKeyReused, StoreUnavailable
from shared.records.bulk import Bulk, BulkAction, BulkStatus
from shared.runs.skeleton import NO_FINGERPRINT

_KIND = "bulk"


class DynamoBulkStore:
    """Implements shared.ports.BulkStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, bulk: Bulk, due: int) -> Bulk | None:
        facts = {"k": _KIND, "fp": bulk.fingerprint, "bu": _text(bulk), "v": bulk.version}
        placed = {"q": keys.BULKS_DUE, "n": due, **_by_tag(bulk)}
        existing = self._table.put_new(_key(bulk.id) | wire(facts | placed))
        if existing is None:
            return None
        found = _bulk(existing)
        if found is None or found.fingerprint != bulk.fingerprint:
            raise IdempotencyKeyReused
        return found

    def get(self, bulk_id: str) -> Bulk | None:
        item = self._table.get(_key(bulk_id))
        return None if item is None else _bulk(item)

    def save(self, bulk: Bulk, due: int) -> bool:
        values: dict[str, Any] = {":b": _text(bulk), ":v": bulk.version, ":seen": bulk.version - 1}
        change = "SET bu = :b, v = :v REMOVE q, n"
        if not bulk.is_settled:
            change = "SET bu = :b, v = :v, q = :q, n = :n"
            values |= {":q": keys.BULKS_DUE, ":n": due}
        refused = self._table.try_update(
            Key=_key(bulk.id),
            UpdateExpression=change,
            ConditionExpression="v = :seen",
            ExpressionAttributeValues=wire(values),
        )
        return refused is None

    def due(self, until: int, limit: int) -> list[Bulk]:
        found, _ = self._table.query_due(keys.BULKS_DUE, until, None, limit)
        bulks = [_bulk(item) for item in self._table.get_all(found)]
        return [bulk for bulk in bulks if bulk is not None and not bulk.is_settled]


def take_tag_from(table: Table, item: Item) -> None:
    """Out of a bulk's filter, and out of what it is known again by: a tag may tell of somebody.

    Raises StoreUnavailable for one that is under way: it is still looking for the tag.
    """
    bulk = _bulk(item)
    if bulk is None or "tag" not in bulk.filter:
        return
    if not bulk.is_settled:
        raise StoreUnavailable("a bulk under way names the tag")
    kept = {name: word for name, word in bulk.filter.items() if name != "tag"}
    values = {":b": _text(replace(bulk, filter=kept)), ":fp": NO_FINGERPRINT, ":v": bulk.version}
    table.try_update(
        Key={name: item[name] for name in ("pk", "sk")},
        UpdateExpression="SET bu = :b, fp = :fp REMOVE s, o",
        ConditionExpression="v = :v",
        ExpressionAttributeValues=wire(values),
    )


def _by_tag(bulk: Bulk) -> dict[str, Any]:
    if "tag" not in bulk.filter:
        return {}
    listed = keys.bulks_by_tag(bulk.org_id, bulk.filter["tag"])
    return {"s": listed, "o": keys.order(bulk.created_at, bulk.id)}


def _key(bulk_id: str) -> Item:
    return wire({"pk": keys.thing_pk(bulk_id), "sk": keys.THING_SK})


def _text(bulk: Bulk) -> str:
    """All but what stands beside it in the item."""
    values = asdict(bulk)
    for name in ("id", "version", "fingerprint"):
        del values[name]
    return json.dumps(values, separators=(",", ":"))


def _bulk(item: Item) -> Bulk | None:
    values = plain(item)
    if values.get("k") != _KIND:
        return None
    held = json.loads(values["bu"])
    held["action"], held["status"] = BulkAction(held["action"]), BulkStatus(held["status"])
    held["roles"], held["chunk"] = tuple(held["roles"]), tuple(held["chunk"])
    return Bulk(id=keys.id_of(values["pk"]), fingerprint=values["fp"], version=values["v"], **held)
