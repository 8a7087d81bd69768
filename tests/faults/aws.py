"""An in-memory AWS: the few calls of DynamoDB, S3 and SQS that our adapters make, atomic and never
failing by themselves.

What a caller asks that the fake does not know raises TypeError or Unsupported. Faults are put
around it, in `sdk`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.faults.buckets import refusal
from tests.faults.expressions import condition, update
from tests.faults.values import Item, Names, Refused, Typed, Unsupported, simple

Key = tuple[str, str]
Written = Callable[[Key, Item | None, Item | None], None]
NO_NAMES: Mapping[str, str] = {}
NO_VALUES: Mapping[str, Typed] = {}
INDEXES = {
    "by-subject": ("s", "o"),
    "by-creator": ("c", "o"),
    "by-org": ("g", "o"),
    "by-rare": ("x", "o"),
    "by-open": ("q", "n"),
    **(TRAIL := {"by-patient": ("p", "sk"), "by-person": ("u", "sk"), "by-run": ("r", "sk")}),
}
"""Index -> its partition and its order; those of the trail hold whole items, the others keys."""
_ALL_OLD, _ALL_NEW = "ALL_OLD", "ALL_NEW"


class FakeDynamo:
    """One table. `read` and `written` see every read of an item and every write as it takes effect;
    `index_lag` (ms) is how
    old a sparse index may be that a query reads.
    """

    def __init__(
        self,
        items: Mapping[Key, Item],
        written: Written,
        now: Callable[[], int],
        index_lag: int = 0,
        read: Callable[[Key], None] = lambda _: None,
    ) -> None:
        self.items: dict[Key, Item] = dict(items)
        self._read = read
        self._written, self._now, self._lag = written, now, index_lag
        self._before: dict[Key, tuple[int, Item | None]] = {}

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool) -> Any:
        if not ConsistentRead:
            raise Unsupported("an eventually consistent read")
        self._read(_key(Key))
        item = self.items.get(_key(Key))
        return {} if item is None else {"Item": item}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Any:
        ((table, wanted),) = RequestItems.items()
        if not wanted["ConsistentRead"] or not 0 < len(wanted["Keys"]) <= 100:
            raise Unsupported("a batch that DynamoDB would refuse, or an eventually consistent one")
        found = [self.items[_key(key)] for key in wanted["Keys"] if _key(key) in self.items]
        return {"Responses": {table: found}, "UnprocessedKeys": {}}

    def put_item(
        self,
        *,
        TableName: str,
        Item: Item,
        ConditionExpression: str | None = None,
        ExpressionAttributeNames: Mapping[str, str] = NO_NAMES,
        ExpressionAttributeValues: Mapping[str, Typed] = NO_VALUES,
        ReturnValuesOnConditionCheckFailure: str = "NONE",
    ) -> Any:
        key = _key(Item)
        held = self.items.get(key)
        if ConditionExpression is not None:
            self._require(
                "PutItem",
                held,
                ConditionExpression,
                ExpressionAttributeNames,
                ExpressionAttributeValues,
                ReturnValuesOnConditionCheckFailure,
            )
        self._write(key, held, _travelled(Item))
        return {}

    def delete_item(
        self,
        *,
        TableName: str,
        Key: Item,
        ConditionExpression: str | None = None,
        ExpressionAttributeValues: Mapping[str, Typed] = NO_VALUES,
    ) -> Any:
        key = _key(Key)
        held = self.items.get(key)
        if ConditionExpression is not None:
            values = ExpressionAttributeValues
            self._require("DeleteItem", held, ConditionExpression, NO_NAMES, values, "NONE")
        self._write(key, held, None)
        return {}

    def update_item(
        self,
        *,
        TableName: str,
        Key: Item,
        UpdateExpression: str,
        ConditionExpression: str | None = None,
        ExpressionAttributeNames: Mapping[str, str] = NO_NAMES,
        ExpressionAttributeValues: Mapping[str, Typed] = NO_VALUES,
        ReturnValues: str = "NONE",
        ReturnValuesOnConditionCheckFailure: str = "NONE",
    ) -> Any:
        key = _key(Key)
        held = self.items.get(key)
        names, values = ExpressionAttributeNames, ExpressionAttributeValues
        change = update(UpdateExpression, _names(names))
        used = change.used
        if ConditionExpression is not None:
            used = self._require(
                "UpdateItem",
                held,
                ConditionExpression,
                names,
                values,
                ReturnValuesOnConditionCheckFailure,
                change.used,
            )
        _all_used(used, names, values)
        try:
            after = change.apply(held or dict(Key), _travelled(values))
        except Refused as exc:
            raise refusal("ValidationException", "UpdateItem") from exc
        self._write(key, held, after)
        return {"Attributes": after} if ReturnValues == _ALL_NEW else {}

    def query(
        self,
        *,
        TableName: str,
        KeyConditionExpression: str,
        ExpressionAttributeValues: Mapping[str, Typed],
        ExpressionAttributeNames: Mapping[str, str] = NO_NAMES,
        IndexName: str | None = None,
        ConsistentRead: bool = False,
        ScanIndexForward: bool = True,
        Limit: int = 1_000,
        ProjectionExpression: str = "",
        ExclusiveStartKey: Item | None = None,
    ) -> Any:
        parsed = condition(KeyConditionExpression, _names(ExpressionAttributeNames))
        shown = ProjectionExpression.split(", ") if ProjectionExpression else []
        _all_used(parsed.used.union(shown), ExpressionAttributeNames, ExpressionAttributeValues)
        if IndexName is None and not ConsistentRead:
            raise Unsupported("an eventually consistent query")
        held = self.items.values() if IndexName is None else self._indexed(INDEXES[IndexName])
        found = [item for item in held if parsed.test(item, ExpressionAttributeValues)]
        order = "sk" if IndexName is None else INDEXES[IndexName][1]

        def place(item: Item) -> tuple[Any, str]:
            return simple(item[order]), item["pk"]["S"]

        found.sort(key=place, reverse=not ScanIndexForward)
        if ExclusiveStartKey is not None:
            start = place(ExclusiveStartKey)
            found = [one for one in found if (place(one) > start) == ScanIndexForward]
            found = [one for one in found if place(one) != start]
        projected = found
        if IndexName is not None and IndexName not in TRAIL:
            projected = [_keys_only(item, INDEXES[IndexName]) for item in found]
        if shown:
            names = [ExpressionAttributeNames[name] for name in shown]
            projected = [{name: item[name] for name in names if name in item} for item in projected]
        more: Item = {"LastEvaluatedKey": {}} if len(projected) > Limit else {}
        return {"Items": projected[:Limit], **more}

    # --- inside -----------------------------------------------------------------------------------
    # --------------------

    def _require(
        self,
        operation: str,
        held: Item | None,
        text: str,
        names: Any,
        values: Any,
        returned: str,
        used: frozenset[str] = frozenset(),
    ) -> frozenset[str]:
        parsed = condition(text, _names(names))
        if not parsed.test(held or {}, values):
            raise refusal(
                "ConditionalCheckFailedException", operation, held if returned == _ALL_OLD else None
            )
        return used | parsed.used

    def _write(self, key: Key, before: Item | None, after: Item | None) -> None:
        if after is None:
            self.items.pop(key, None)
        else:
            self.items[key] = after
        self._before[key] = (self._now(), before)
        self._written(key, before, after)

    def _indexed(self, keys: tuple[str, str]) -> list[Item]:
        """The items as a global index shows them: what is younger than the lag as it was."""
        fresh = self._now() - self._lag
        seen = []
        for key, item in self.items.items():
            changed_at, before = self._before.get(key, (0, None))
            shown = before if self._lag and changed_at > fresh else item
            if shown is not None and all(name in shown for name in keys):
                seen.append(shown)
        return seen


def _travelled(values: Mapping[str, Typed]) -> Item:
    """Typed values as they arrive at the other end: an enumeration's member is a plain string
    there.
    """
    return {name: _plain_strings(value) for name, value in values.items()}


def _plain_strings(value: Typed) -> Typed:
    kind, held = next(iter(value.items()))
    if kind == "S":
        return value if type(held) is str else {"S": str(held)}
    if kind == "L":
        return {"L": [_plain_strings(one) for one in held]}
    return {"M": _travelled(held)} if kind == "M" else value


def _key(item: Mapping[str, Any]) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _names(names: Mapping[str, str]) -> Names:
    return tuple(names.items())


def _all_used(used: frozenset[str], names: Mapping[str, str], values: Mapping[str, Typed]) -> None:
    """DynamoDB refuses a request that defines what no expression of it uses, or uses what it does
    not define.
    """
    if used != names.keys() | values.keys():
        raise Unsupported(
            f"used and defined differ in {sorted(used ^ (names.keys() | values.keys()))}"
        )


def _keys_only(item: Item, keys: tuple[str, str]) -> Item:
    return {name: item[name] for name in ("pk", "sk", *keys)}


OPERATIONS: Mapping[str, Sequence[str]] = {
    "dynamodb": ("get_item", "batch_get_item", "put_item", "delete_item", "update_item", "query"),
    "s3": ("put_object", "get_object"),
    "sqs": ("send_message",),
}
