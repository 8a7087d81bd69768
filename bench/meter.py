"""What the AWS requests of a piece of work come to: how many there are, and their read and write
units by DynamoDB's published rules (an emulator's own figures are wrong).

A write costs the larger of the item before and after, in KB rounded up, and as much again for every
index entry that it adds, removes or moves, in a transaction twice. A read that is strongly
consistent costs one unit for 4 KB, of an index half of that; a query reads whole items, whatever
part of them it answers.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient

from bench.sizes import item_size, units

READ_UNIT = 4 * 1024
_KEYS = ("pk", "sk")
_SINGLE = {"PutItem", "UpdateItem", "DeleteItem"}
_WRITES = _SINGLE | {"TransactWriteItems"}
_PROJECTION = ("ProjectionExpression", "ExpressionAttributeNames")
_LISTS = {"s": "o", "c": "o", "g": "o", "x": "o", "q": "n"}
_TRAILS_LISTS = {"p": "sk", "u": "sk", "r": "sk"}
Item = Mapping[str, Any]


@dataclass(slots=True)
class Spent:
    """Requests by service and operation; write units by what was written (`run`, `artifact record`,
    `beside`, `trail`, `other`); read units in all.
    """

    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    read: float = 0.0
    largest: int = 0
    """Bytes of the largest hot item of a run that was written."""

    def __sub__(self, before: "Spent") -> "Spent":
        return Spent(
            self.requests - before.requests,
            self.written - before.written,
            self.read - before.read,
            self.largest,
        )

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.requests + other.requests,
            self.written + other.written,
            self.read + other.read,
            max(self.largest, other.largest),
        )

    def copy(self) -> "Spent":
        return Spent(Counter(self.requests), Counter(self.written), self.read, self.largest)

    @property
    def count(self) -> int:
        return self.requests.total()

    def of(self, service: str, *operations: str) -> int:
        """Requests of a service; of some operations only, where any are named."""
        found = (
            number
            for (name, operation), number in self.requests.items()
            if name == service and operation in (operations or (operation,))
        )
        return sum(found)


class Meter:
    """`trail`: the name of the audit trail's table."""

    def __init__(self, trail: str) -> None:
        self._trail = trail
        self.spent = Spent()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count what every client asks meanwhile."""
        real = BaseClient._make_api_call

        def measured(client: Any, operation: str, request: dict[str, Any]) -> Any:
            service = client.meta.service_model.service_name
            self.spent.requests[service, operation] += 1
            if service != "dynamodb":
                return real(client, operation, request)

            def ask(name: str, **asked: Any) -> Any:
                return real(client, name, asked)

            before = _items(ask, operation, request)
            answer = real(client, operation, request)
            self._count_writes(operation, before, _items(ask, operation, request))
            self.spent.read += _read_units(ask, operation, request, answer)
            return answer

        BaseClient._make_api_call = measured
        try:
            yield
        finally:
            BaseClient._make_api_call = real

    def _count_writes(
        self, operation: str, before: list[tuple[str, Item, Item]], after: list[Any]
    ) -> None:
        for (table, key, old), (_, _, new) in zip(before, after, strict=True):
            size = max(units(item_size(dict(old))), units(item_size(dict(new))), 1)
            is_trail = table == self._trail
            lists = _TRAILS_LISTS if is_trail else _LISTS
            moved = sum(_entries(old, new, name, order) for name, order in lists.items())
            # The trail's lists hold whole entries, the others keys alone.
            spent = size + moved * (size if is_trail else 1)
            kind = "trail" if is_trail else _kind(key, new or old)
            self.spent.written[kind] += spent * (2 if operation == "TransactWriteItems" else 1)
            if kind == "run":
                self.spent.largest = max(self.spent.largest, item_size(dict(new)))


def _entries(old: Item, new: Item, name: str, order: str) -> int:
    """How many entries of a list a write adds and removes."""
    places = [(item[name], item.get(order)) if name in item else None for item in (old, new)]
    return 0 if places[0] == places[1] else sum(place is not None for place in places)


def _kind(key: Item, item: Item) -> str:
    if not key["pk"]["S"].startswith("R#"):
        return "other"
    if key["sk"]["S"] != "R":
        return "beside"
    return {"": "run", "artifact": "artifact record"}.get(item.get("k", {}).get("S", ""), "other")


def _items(ask: Any, operation: str, request: Mapping[str, Any]) -> list[tuple[str, Item, Item]]:
    """(table, key, item as it stands) of all that a request writes."""
    if operation not in _WRITES:
        return []
    parts = [request]
    if operation == "TransactWriteItems":
        parts = [next(iter(part.values())) for part in request["TransactItems"]]
    found = []
    for part in parts:
        key = part.get("Key") or {name: part["Item"][name] for name in _KEYS}
        answer = ask("GetItem", TableName=part["TableName"], Key=key, ConsistentRead=True)
        found.append((part["TableName"], key, answer.get("Item", {})))
    return found


def _read_units(ask: Any, operation: str, request: Mapping[str, Any], answer: Any) -> float:
    if operation == "GetItem":
        return _rounded(item_size(answer.get("Item", {})))
    if operation == "BatchGetItem":
        (items,) = answer["Responses"].values() or ([],)
        return sum(_rounded(item_size(item)) for item in items)
    if operation in ("Query", "Scan"):
        whole = {name: value for name, value in request.items() if name not in _PROJECTION}
        if "ProjectionExpression" in request:
            answer = ask(operation, **whole)
        read = _rounded(sum(map(item_size, answer["Items"])))
        return read if request.get("ConsistentRead") else read / 2
    return 0.0


def _rounded(size: int) -> int:
    return max(1, -(-size // READ_UNIT))
