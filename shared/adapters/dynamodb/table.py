"""The table's few calls, with foreign errors translated. Knows keys' names, never what an item means."""

import binascii
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.adapters.aws_errors import error_code, failed_item, translated
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.errors import StoreUnavailable

if TYPE_CHECKING:
    from botocore.client import BaseClient

_BATCH = 100
_MISSING_RETRIES = 8


class Table:
    """`client`: a DynamoDB client; `name`: the table's."""

    def __init__(self, client: "BaseClient", name: str) -> None:
        self._client, self._name = client, name

    def get(self, key: Item) -> Item | None:
        with translated():
            item: Item | None = self._client.get_item(TableName=self._name, Key=key, ConsistentRead=True).get("Item")
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

    def update(self, **request: Any) -> Item:
        """UpdateItem as asked; its attributes after. Leaves ClientError to the caller, who knows its condition."""
        attributes: Item = self._client.update_item(TableName=self._name, **request).get("Attributes", {})
        return attributes

    def delete(self, key: Item) -> None:
        with translated():
            self._client.delete_item(TableName=self._name, Key=key)

    def get_all(self, found: Sequence[Item]) -> list[Item]:
        """The items of these keys, strongly consistent, in their order; those that are gone are left out."""
        items: dict[tuple[str, str], Item] = {}
        for start in range(0, len(found), _BATCH):
            batch = {self._name: {"Keys": [_key(k) for k in found[start : start + _BATCH]], "ConsistentRead": True}}
            for _ in range(_MISSING_RETRIES):
                with translated():
                    answer = self._client.batch_get_item(RequestItems=batch)
                items |= {_identity(item): item for item in answer["Responses"].get(self._name, [])}
                batch = answer.get("UnprocessedKeys") or {}
                if not batch:
                    break
            else:
                raise StoreUnavailable("keys left unprocessed")
        return [items[_identity(key)] for key in found if _identity(key) in items]

    def query_keys(
        self, index: str, attribute: str, partition: str, position: str | None, limit: int, *, newest_first: bool = True
    ) -> tuple[list[Item], str | None]:
        """Entries of a list index in order of creation, and the position after the last, None at the end.

        A position is the hex of the order attribute: it needs no key of the item it stands on, so it names nobody.
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
                ExpressionAttributeNames={"#p": attribute} | ({"#o": "o"} if position is not None else {}),
                ExpressionAttributeValues=wire(values),
                ScanIndexForward=not newest_first,
                Limit=limit,
            )
        found: list[Item] = answer["Items"]
        more = "LastEvaluatedKey" in answer and bool(found)
        return found, plain(found[-1])["o"].hex() if more else None

    def query_prefix(self, pk: str, prefix: str, attributes: Sequence[str] = ()) -> list[Item]:
        """All items of a partition whose sort key starts so, in its order; only these attributes of them, if any are named."""
        found: list[Item] = []
        names = {f"#{name}": name for name in attributes}
        shown: dict[str, Any] = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names} if names else {}
        request: dict[str, Any] = dict(shown)
        while True:
            with translated():
                answer: Mapping[str, Any] = self._client.query(
                    TableName=self._name,
                    KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
                    ExpressionAttributeValues=wire({":p": pk, ":s": prefix}),
                    ConsistentRead=True,
                    **request,
                )
            found += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return found
            request = {**shown, "ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _key(item: Item) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}


def _identity(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
