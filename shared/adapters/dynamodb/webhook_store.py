"""WebhookStore and DeliveryStore over DynamoDB: a webhook with its deliveries under one partition.

Every write is under the version that was read.
"""

import json
from dataclasses import asdict
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, each_readable, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.errors import IdempotencyKeyReused
from shared.records.webhook import (
    Attempt,
    Delivery,
    DeliveryStatus,
    Disabled,
    OldSecret,
    Webhook,
)
from shared.runs.timing import DAY, SECOND

_KIND = "webhook"
_KEPT = 40 * DAY
"""Longer than it is shown, and than a month, in which a budget's mark is told once."""
_BESIDE = ("version", "fingerprint")


class DynamoWebhookStore:
    """Implements shared.ports.WebhookStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, webhook: Webhook) -> Webhook | None:
        """The claim of its id first: a key meets its first use there, whatever that made. It stays
        when the webhook goes, so the webhook itself says of which request it is.
        """
        claim = {"k": _KIND, "fp": webhook.fingerprint}
        claimed = self._table.put_new(_thing(webhook.id) | wire(claim))
        if claimed is not None and plain(claimed).get("k") != _KIND:
            raise IdempotencyKeyReused
        listed = {
            "g": keys.webhooks_of_org(webhook.org_id),
            "o": keys.order(webhook.created_at, webhook.id),
        }
        facts = {"wh": _text(webhook), "fp": webhook.fingerprint, "v": webhook.version}
        existing = self._table.put_new(_key(webhook.id) | wire(facts | listed))
        if existing is not None and plain(existing)["fp"] != webhook.fingerprint:
            raise IdempotencyKeyReused
        return None if existing is None else _webhook(existing)

    def get(self, webhook_id: str) -> Webhook | None:
        item = self._table.get(_key(webhook_id))
        return None if item is None else _webhook(item)

    def save(self, webhook: Webhook) -> bool:
        values = {":d": _text(webhook), ":v": webhook.version, ":seen": webhook.version - 1}
        return _updated(self._table, _key(webhook.id), "SET wh = :d, v = :v", values)

    def delete(self, webhook_id: str) -> None:
        self._table.delete(_key(webhook_id))

    def page(
        self, org_id: str, position: str | None, limit: int
    ) -> tuple[list[Webhook], str | None]:
        partition = keys.webhooks_of_org(org_id)
        found, last = self._table.query_keys(keys.ORG_INDEX, "g", partition, position, limit)
        return list(each_readable(_webhook, self._table.get_all(found))), last


class DynamoDeliveryStore:
    """Implements shared.ports.DeliveryStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, delivery: Delivery, due: int) -> Delivery | None:
        facts: dict[str, Any] = {
            "de": _text(delivery),
            "v": delivery.version,
            "s": keys.deliveries_of(delivery.webhook_id),
            "o": keys.order(delivery.created_at, delivery.id),
            "q": _place(delivery),
            "n": due,
        }
        if not delivery.is_kept:
            facts["ttl"] = (delivery.created_at + _KEPT) // SECOND
        key = _delivery_key(delivery.webhook_id, delivery.id)
        existing = self._table.put_new(key | wire(facts))
        return None if existing is None else _delivery(existing)

    def get(self, webhook_id: str, delivery_id: str) -> Delivery | None:
        item = self._table.get(_delivery_key(webhook_id, delivery_id))
        return None if item is None else _delivery(item)

    def save(self, delivery: Delivery, due: int) -> bool:
        values: dict[str, Any] = {
            ":d": _text(delivery),
            ":v": delivery.version,
            ":seen": delivery.version - 1,
        }
        change = "SET de = :d, v = :v REMOVE q, n"
        if delivery.status is DeliveryStatus.PENDING:
            change = "SET de = :d, v = :v, q = :q, n = :n"
            values |= {":q": _place(delivery), ":n": due}
        key = _delivery_key(delivery.webhook_id, delivery.id)
        return _updated(self._table, key, change, values)

    def page(
        self, webhook_id: str, position: str | None, limit: int
    ) -> tuple[list[Delivery], str | None]:
        partition = keys.deliveries_of(webhook_id)
        found, last = self._table.query_keys(keys.SUBJECT_INDEX, "s", partition, position, limit)
        return list(each_readable(_delivery, self._table.get_all(found))), last

    def position_of(self, delivery: Delivery) -> str:
        return keys.order(delivery.created_at, delivery.id).hex()

    def due(self, until: int, limit: int) -> list[Delivery]:
        found: list[Delivery] = []
        for shard in range(keys.DELIVERY_SHARDS):
            listed, _ = self._table.query_due(keys.deliveries_due(shard), until, None, limit)
            # An entry of the index may lag behind its item, which may have been sent since.
            fresh = (item for item in self._table.get_all(listed) if _is_due(item, until))
            found += each_readable(_delivery, fresh)
        return found


def _updated(table: Table, key: Item, change: str, values: dict[str, Any]) -> bool:
    refused = table.try_update(
        Key=key,
        UpdateExpression=change,
        ConditionExpression="v = :seen",
        ExpressionAttributeValues=wire(values),
    )
    return refused is None


def _is_due(item: Item, until: int) -> bool:
    moment = item.get("n", {}).get("N")
    return moment is not None and int(moment) <= until


def _place(delivery: Delivery) -> str:
    return keys.deliveries_due(keys.delivery_shard(delivery.webhook_id))


def _thing(webhook_id: str) -> Item:
    return wire({"pk": keys.thing_pk(webhook_id), "sk": keys.THING_SK})


def _key(webhook_id: str) -> Item:
    return wire({"pk": keys.webhook_pk(webhook_id), "sk": keys.WEBHOOK_SK})


def _delivery_key(webhook_id: str, delivery_id: str) -> Item:
    return wire({"pk": keys.webhook_pk(webhook_id), "sk": keys.delivery_sk(delivery_id)})


def _text(one: Webhook | Delivery) -> str:
    """All but what stands beside it in the item."""
    values = {name: value for name, value in asdict(one).items() if name not in _BESIDE}
    return json.dumps(values, separators=(",", ":"))


def _webhook(item: Item) -> Webhook:
    values = plain(item)
    held = json.loads(values["wh"])
    held["events"] = tuple(held["events"])
    held["workflows"] = None if held["workflows"] is None else tuple(held["workflows"])
    held["old_secrets"] = tuple(OldSecret(**old) for old in held["old_secrets"])
    held["disabled"] = None if held["disabled"] is None else Disabled(held["disabled"])
    return Webhook(**held, version=values["v"], fingerprint=values["fp"])


def _delivery(item: Item) -> Delivery:
    values = plain(item)
    held = json.loads(values["de"])
    held["status"] = DeliveryStatus(held["status"])
    held["attempts"] = tuple(Attempt(**one) for one in held["attempts"])
    return Delivery(**held, version=values["v"])
