"""A DynamoDB in memory whose index of open runs answers a query in the time of what it answers, as
the real one does, and that counts requests and read units.

It is the fault search's table (held against moto call by call), with that one index kept in order.
"""

import bisect
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from bench.sizes import item_size
from tests.faults.aws import FakeDynamo, Key
from tests.faults.values import Item

_READ_UNIT = 4 * 1024
_OPEN = "by-open"
_PROJECTED = ("pk", "sk", "q", "n")
Place = tuple[int, str]


class BenchDynamo(FakeDynamo):
    """`latency`: called once a request; the bench moves its clock there."""

    def __init__(self, latency: Callable[[], None] = lambda: None) -> None:
        self._open: dict[str, list[Place]] = {}
        self.requests: Counter[str] = Counter()
        self.read_units = 0.0
        self.write_units = 0
        self._latency = latency
        super().__init__({}, self._indexed_anew, lambda: 0)

    def reset(self) -> None:
        """Count from nothing."""
        self.requests.clear()
        self.read_units, self.write_units = 0.0, 0

    def fill(self, items: Mapping[Key, Item]) -> None:
        """Put items there at no cost."""
        self.items.update(items)
        for key, item in items.items():
            self._move(key, None, item)

    # --- the calls that cost ----------------------------------------------------------------------

    def get_item(self, **request: Any) -> Any:
        answer = super().get_item(**request)
        self._read_items("GetItem", [answer["Item"]] if "Item" in answer else [{}])
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        answer = super().batch_get_item(**request)
        self._read_items("BatchGetItem", next(iter(answer["Responses"].values())))
        return answer

    def query(self, **request: Any) -> Any:
        if request.get("IndexName") == _OPEN:
            return self._query_open(**request)
        answer = super().query(**request)
        size = sum(map(item_size, answer["Items"]))
        self._count("Query", max(1.0, -(-size // _READ_UNIT)))
        return answer

    def put_item(self, **request: Any) -> Any:
        self._count("PutItem", 0)
        return super().put_item(**request)

    def update_item(self, **request: Any) -> Any:
        self._count("UpdateItem", 0)
        return super().update_item(**request)

    def _query_open(self, **request: Any) -> Any:
        values = request["ExpressionAttributeValues"]
        entries = self._open.get(values[":q"]["S"], [])
        start = request.get("ExclusiveStartKey")
        first = bisect.bisect(entries, (int(start["n"]["N"]), start["pk"]["S"])) if start else 0
        end = bisect.bisect(entries, (int(values[":n"]["N"]) + 1, ""))
        limit = first + request["Limit"]
        more = end > limit
        shown = [
            self._entry(values[":q"]["S"], place) for place in entries[first : min(end, limit)]
        ]
        size = sum(map(item_size, shown))
        self._count("Query", max(1, -(-size // _READ_UNIT)) / 2)
        return {"Items": shown, **({"LastEvaluatedKey": {}} if more else {})}

    # --- inside -----------------------------------------------------------------------------------

    def _entry(self, partition: str, place: Place) -> Item:
        return {
            "pk": {"S": place[1]}, "sk": {"S": "R"}, "q": {"S": partition},
            "n": {"N": str(place[0])},
        }  # fmt: skip

    def _read_items(self, operation: str, items: list[Item]) -> None:
        self._count(operation, sum(max(1, -(-item_size(item) // _READ_UNIT)) for item in items))

    def _count(self, operation: str, units: float) -> None:
        self.requests[operation] += 1
        self.read_units += units
        self._latency()

    def _indexed_anew(self, key: Key, before: Item | None, after: Item | None) -> None:
        self.write_units += max(1, -(-max(item_size(before or {}), item_size(after or {})) // 1024))
        self.write_units += self._move(key, before, after)

    def _move(self, key: Key, before: Item | None, after: Item | None) -> int:
        """Keep the index in step; the write units that takes."""
        old, new = _place(before), _place(after)
        if old == new:
            return 0
        if old is not None:
            held = self._open[old[0]]
            del held[bisect.bisect_left(held, (old[1], key[0]))]
        if new is not None:
            bisect.insort(self._open.setdefault(new[0], []), (new[1], key[0]))
        return (old is not None) + (new is not None)


def _place(item: Item | None) -> tuple[str, int] | None:
    if item is None or "q" not in item or "n" not in item:
        return None
    return item["q"]["S"], int(item["n"]["N"])
