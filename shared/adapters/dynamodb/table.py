"""The table's few calls, with foreign errors translated.

Knows keys' names, never what an item means. Long because every call to a table stands here and
nowhere else.
"""

import binascii
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.adapters.aws_errors import error_code, failed_item, translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.errors import StoreUnavailable

if TYPE_CHECKING:
    from botocore.client import BaseClient

_BATCH = 100
_MISSING_RETRIES = 8
_BACKOFF_BASE = 0.025


class Table:
    """`client`: a DynamoDB client; `name`: the table's; `sleep` waits so many seconds."""

    def __init__(
        self, client: "BaseClient", name: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client, self._name, self._sleep = client, name, sleep

    def get(self, key: Item) -> Item | None:
        with translated():
            item: Item | None = self._client.get_item(
                TableName=self._name, Key=key, ConsistentRead=True
            ).get("Item")
        return item

    def put_new(self, item: Item) -> Item | None:
        """Write an item that must not exist; None when written, else the item that stands there."""
        with translated():
            try:
                self._client.put_item(
                    TableName=self._name,
                    Item=item,
                    ConditionExpression="attribute_not_exists(pk)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as exc:
                if error_code(exc) != "ConditionalCheckFailedException":
                    raise
                return failed_item(exc) or self.get({name: item[name] for name in ("pk", "sk")})
        return None

    def put_all_new(self, items: Sequence[Item]) -> None:
        """Write up to 100 items that must not exist, all or none; if one does, the call is a
        repetition and changes nothing.
        """
        puts = [
            {
                "Put": {
                    "TableName": self._name,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
            for item in items
        ]
        with translated():
            try:
                self._client.transact_write_items(TransactItems=puts)
            except ClientError as exc:
                if error_code(exc) != "TransactionCanceledException":
                    raise
                reasons = exc.response.get("CancellationReasons", [])
                if not any(r.get("Code") == "ConditionalCheckFailed" for r in reasons):
                    raise StoreUnavailable("transaction cancelled") from exc

    def put(self, item: Item) -> None:
        """Write an item, whatever stands there."""
        with translated():
            self._client.put_item(TableName=self._name, Item=item)

    def put_where(
        self, item: Item, condition: str, names: Mapping[str, str], values: Mapping[str, Any]
    ) -> None:
        """Write an item under a condition. Leaves ClientError to the caller."""
        self._client.put_item(
            TableName=self._name,
            Item=item,
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            **({"ExpressionAttributeValues": wire(values)} if values else {}),
        )

    def update(self, **request: Any) -> Item:
        """UpdateItem as asked; its attributes after.

        Leaves ClientError to the caller, who knows its condition.
        """
        attributes: Item = self._client.update_item(TableName=self._name, **request).get(
            "Attributes", {}
        )
        return attributes

    def try_update(self, **request: Any) -> Item | None:
        """UpdateItem under a condition: None when written, else the item that did not meet it.

        That is empty where there is no item, or where the request asks for none.
        """
        with translated():
            try:
                self.update(**request)
            except ClientError as exc:
                if error_code(exc) != "ConditionalCheckFailedException":
                    raise
                return failed_item(exc) or {}
        return None

    def delete(self, key: Item) -> None:
        with translated():
            self._client.delete_item(TableName=self._name, Key=key)

    def delete_where(self, key: Item, condition: str, values: Item) -> None:
        """Delete under a condition. Leaves ClientError to the caller."""
        self._client.delete_item(
            TableName=self._name,
            Key=key,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
        )

    def get_all(self, found: Sequence[Item], attributes: Sequence[str] = ()) -> list[Item]:
        """The items of these keys, strongly consistent, in their order; those that are gone are
        left out. Of each only its key and these attributes, if any are named.
        """
        shown = _projection(("pk", "sk", *attributes)) if attributes else {}
        items: dict[tuple[str, str], Item] = {}
        for start in range(0, len(found), _BATCH):
            batch = {
                self._name: {
                    "Keys": [_key(k) for k in found[start : start + _BATCH]],
                    "ConsistentRead": True,
                    **shown,
                }
            }
            for tries in range(_MISSING_RETRIES):
                with translated():
                    answer = self._client.batch_get_item(RequestItems=batch)
                items |= {_identity(item): item for item in answer["Responses"].get(self._name, [])}
                batch = answer.get("UnprocessedKeys") or {}
                if not batch:
                    break
                self._sleep(_backoff(tries))
            else:
                raise StoreUnavailable("keys left unprocessed")
        return [items[_identity(key)] for key in found if _identity(key) in items]

    def query_keys(
        self,
        index: str,
        attribute: str,
        partition: str,
        position: str | None,
        limit: int,
        *,
        newest_first: bool = True,
    ) -> tuple[list[Item], str | None]:
        """Entries of a list index in order of creation, and the position after the last, None at
        the end.

        A position is the hex of the order attribute: it needs no key of the item it stands on, so
        it names nobody.
        """
        values: dict[str, Any] = {":p": partition}
        where = "#p = :p"
        if position is not None:
            values[":o"] = binascii.unhexlify(position)
            where += " AND #o < :o" if newest_first else " AND #o > :o"
        with translated():
            answer = self._client.query(
                TableName=self._name,
                IndexName=index,
                KeyConditionExpression=where,
                ExpressionAttributeNames={"#p": attribute}
                | ({"#o": "o"} if position is not None else {}),
                ExpressionAttributeValues=wire(values),
                ScanIndexForward=not newest_first,
                Limit=limit,
            )
        found: list[Item] = answer["Items"]
        more = "LastEvaluatedKey" in answer and bool(found)
        return found, plain(found[-1])["o"].hex() if more else None

    def query_order(
        self, index: str | None, partition: tuple[str, str], *, first: str, end: str, limit: int
    ) -> tuple[list[Item], str | None]:
        """Items with first <= sk < end, newest first, and the `end` that goes on after the last,
        None when there are no more.

        `partition`: (attribute, value). `index` is one whose order is the table's `sk`, or None for
        the table itself.
        """
        with translated():
            answer = self._client.query(
                TableName=self._name,
                **({"IndexName": index} if index else {"ConsistentRead": True}),
                KeyConditionExpression="#p = :p AND sk BETWEEN :first AND :end",
                ExpressionAttributeNames={"#p": partition[0]},
                ExpressionAttributeValues=wire({":p": partition[1], ":first": first, ":end": end}),
                ScanIndexForward=False,
                Limit=limit + 1,  # BETWEEN holds its end, which must not be answered
            )
        found = [item for item in answer["Items"] if item["sk"]["S"] < end][:limit]
        more = "LastEvaluatedKey" in answer or len(answer["Items"]) > limit
        return found, found[-1]["sk"]["S"] if more and found else None

    def query_due(
        self, partition: str, until: int, position: str | None, limit: int
    ) -> tuple[list[Item], str | None]:
        """Entries of the index of open runs with a moment up to `until`, earliest first, and the
        position after the last.

        A position is `moment|pk` of the entry it stands on, whether or not that is still there: it
        is for partitions of things alone.
        """
        start: dict[str, Any] = {}
        if position is not None:
            moment, _, pk = position.partition("|")
            key = {"pk": pk, "sk": keys.THING_SK, "q": partition, "n": int(moment)}
            start = {"ExclusiveStartKey": wire(key)}
        with translated():
            answer = self._client.query(
                TableName=self._name,
                IndexName=keys.OPEN_INDEX,
                KeyConditionExpression="#q = :q AND #n <= :n",
                ExpressionAttributeNames={"#q": "q", "#n": "n"},
                ExpressionAttributeValues=wire({":q": partition, ":n": until}),
                Limit=limit,
                **start,
            )
        found: list[Item] = answer["Items"]
        if "LastEvaluatedKey" not in answer or not found:
            return found, None
        return found, f"{found[-1]['n']['N']}|{found[-1]['pk']['S']}"

    def scan(self) -> Iterator[Item]:
        """Every item, a partition's together and in its order."""
        request: dict[str, Any] = {}
        while True:
            with translated():
                answer = self._client.scan(TableName=self._name, ConsistentRead=True, **request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def query_between(self, pk: str, first: str, last: str) -> list[Item]:
        """All items of a partition with a sort key from first to last, in its order."""
        values = wire({":p": pk, ":a": first, ":z": last})
        return self._whole_query("pk = :p AND sk BETWEEN :a AND :z", values, {})

    def partition(self, pk: str) -> list[Item]:
        """All items of a partition, in its order."""
        return self._whole_query("pk = :p", wire({":p": pk}), {})

    def query_prefix(self, pk: str, prefix: str, attributes: Sequence[str] = ()) -> list[Item]:
        """All items of a partition whose sort key starts so, in its order; only these attributes of
        them, if any are named.
        """
        shown = _projection(attributes) if attributes else {}
        values = wire({":p": pk, ":s": prefix})
        return self._whole_query("pk = :p AND begins_with(sk, :s)", values, shown)

    def query_page(
        self, pk: str, prefix: str, after: str | None, limit: int, *, forward: bool = True
    ) -> tuple[list[Item], str | None]:
        """Items of a partition whose sort key starts so, in its order or against it, from after one
        on; and the sort key after which there are more, None at the end.
        """
        start = {} if after is None else {"ExclusiveStartKey": wire({"pk": pk, "sk": after})}
        with translated():
            answer = self._client.query(
                TableName=self._name,
                KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
                ExpressionAttributeValues=wire({":p": pk, ":s": prefix}),
                ConsistentRead=True,
                ScanIndexForward=forward,
                Limit=limit,
                **start,
            )
        found: list[Item] = answer["Items"]
        more = "LastEvaluatedKey" in answer and bool(found)
        return found, found[-1]["sk"]["S"] if more else None

    def _whole_query(self, where: str, values: Item, shown: Mapping[str, Any]) -> list[Item]:
        """Every page of it, strongly consistent."""
        found: list[Item] = []
        request = dict(shown)
        while True:
            with translated():
                answer: Mapping[str, Any] = self._client.query(
                    TableName=self._name,
                    KeyConditionExpression=where,
                    ExpressionAttributeValues=values,
                    ConsistentRead=True,
                    **request,
                )
            found += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return found
            request = {**shown, "ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _backoff(tries: int) -> float:
    """Seconds before keys that a throttled table left unprocessed are asked for again, fully
    jittered, 6 s in all at most.
    """
    return random.uniform(0, _BACKOFF_BASE * 2**tries)


def _projection(attributes: Sequence[str]) -> dict[str, Any]:
    names = {f"#{name}": name for name in attributes}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


def _key(item: Item) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}


def _identity(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
