"""The indexes of moto's tables, kept in order as items come and go, so that a query takes the time
of its answer and not of its table. moto itself puts everything in order for every query.

It chooses the items at which moto has to look; what of them is answered, and in which form, stays
moto's. Not safe under concurrency, as moto is not.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

Key = tuple[DynamoType, DynamoType | None]
Order = tuple[Any, ...]
Entry = tuple[Order, Item]
_BELOW, _UP_TO, _ABOVE, _FROM = ("<", "LT"), ("<=", "LE"), (">", "GT"), (">=", "GE")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query says of its range: a comparison with its values, where it begins, its end."""

    comparison: str | None
    values: Sequence[DynamoType]
    limit: int | None
    start: Mapping[str, Any] | None
    forward: bool


class _Index:
    """One index: its entries by partition, each partition in order."""

    def __init__(self, table: Table, schema: Sequence[Mapping[str, str]]) -> None:
        named = {part["KeyType"]: part["AttributeName"] for part in schema}
        self.partition, self._range = named["HASH"], named.get("RANGE")
        own = (self._range, table.hash_key_attr, table.range_key_attr)
        self._names = [name for name in own if name is not None]
        self._lists: dict[Any, list[Entry]] = {}

    def place(self, item: Item) -> tuple[Any, Order] | None:
        """Where an item stands in it; None if it is no part of it."""
        if any(item.attrs.get(name) is None for name in (self.partition, *self._names)):
            return None
        order = tuple(item.attrs[name].cast_value for name in self._names)
        return item.attrs[self.partition], order

    def add(self, partition: Any, order: Order, item: Item) -> None:
        insort(self._lists.setdefault(partition, []), (order, item), key=_order)

    def append(self, partition: Any, order: Order, item: Item) -> None:
        """Out of order, until all are put in order."""
        self._lists.setdefault(partition, []).append((order, item))

    def put_in_order(self) -> None:
        for entries in self._lists.values():
            entries.sort(key=_order)

    def remove(self, partition: Any, order: Order) -> None:
        entries = self._lists[partition]
        del entries[bisect_left(entries, order, key=_order)]

    def look(self, partition: Any, asked: Asked) -> list[Item]:
        """At most the items that are answered, and the one after them, from which moto learns
        whether there are more.
        """
        entries = self._lists.get(partition, [])
        low, high = self._bounds(entries, asked)
        if asked.start:
            order = tuple(DynamoType(asked.start[name]).cast_value for name in self._names)
            if asked.forward:
                low = max(low, bisect_right(entries, order, key=_order))
            else:
                high = min(high, bisect_left(entries, order, key=_order))
        limit = len(entries) if asked.limit is None else asked.limit
        if asked.forward:
            found = entries[low : min(high, low + limit) + 1]
        else:
            found = entries[max(0, max(low, high - limit) - 1) : high]
        return [item for _, item in found]

    def _bounds(self, entries: list[Entry], asked: Asked) -> tuple[int, int]:
        """From which entry to before which one the comparison holds; the others it may hold for
        are left to moto.
        """
        low, high = 0, len(entries)
        if self._range is None or asked.comparison is None:
            return low, high
        first, last = asked.values[0].cast_value, asked.values[-1].cast_value
        comparison = asked.comparison.upper()
        if comparison in (*_FROM, "=", "EQ", "BETWEEN"):
            low = bisect_left(entries, first, key=_first)
        if comparison in _ABOVE:
            low = bisect_right(entries, first, key=_first)
        if comparison in (*_UP_TO, "=", "EQ", "BETWEEN"):
            high = bisect_right(entries, last, key=_first)
        if comparison in _BELOW:
            high = bisect_left(entries, last, key=_first)
        return low, high


def _order(entry: Entry) -> Order:
    return entry[0]


def _first(entry: Entry) -> Any:
    return entry[0][0]


class _Indexes:
    """All indexes of one table, as they were when the last query was answered, and what has been
    written since.
    """

    def __init__(self, table: Table) -> None:
        self._indexes = {index.name: _Index(table, index.schema) for index in table.all_indexes()}
        self._placed: dict[Key, list[tuple[str, Any, Order]]] = {}
        self.changed: set[Key] = set()
        for item in table.all_items():
            self._place((item.hash_key, item.range_key), item, _Index.append)
        for index in self._indexes.values():
            index.put_in_order()

    def look(self, table: Table, name: str, partition: Any, asked: Asked) -> list[Item]:
        for key in self.changed:
            self._follow(key, table.get_item(*key))
        self.changed.clear()
        return self._indexes[name].look(partition, asked)

    def _follow(self, key: Key, item: Item | None) -> None:
        for name, partition, order in self._placed.pop(key, ()):
            self._indexes[name].remove(partition, order)
        if item is not None:
            self._place(key, item, _Index.add)

    def _place(self, key: Key, item: Item, put: Callable[[_Index, Any, Order, Item], None]) -> None:
        for name, index in self._indexes.items():
            place = index.place(item)
            if place is not None:
                put(index, *place, item)
                self._placed.setdefault(key, []).append((name, *place))


_known: "WeakKeyDictionary[Table, _Indexes]" = WeakKeyDictionary()


def look(table: Table, index: str, partition: DynamoType, asked: Asked) -> list[Item]:
    """The items of an index at which a query has to look."""
    prepare(table)
    return _known[table].look(table, index, partition, asked)


def prepare(table: Table) -> None:
    """Put a table's indexes in order now, and not with its first query."""
    if table not in _known:
        _known[table] = _Indexes(table)


def note(table: Table, key: Key) -> None:
    """An item was written, or is gone."""
    if table in _known:
        _known[table].changed.add(key)


def follow_writes() -> None:
    """Let moto note every write. The changes last for the rest of this process."""
    if getattr(Table, "_noted", False):
        return
    put, delete, update = Table.put_item, Table.delete_item, DynamoDBBackend.update_item

    def put_and_note(self: Table, *arguments: Any, **keywords: Any) -> Item:
        item = put(self, *arguments, **keywords)
        note(self, (item.hash_key, item.range_key))
        return item

    def delete_and_note(
        self: Table, hash_key: DynamoType, range_key: DynamoType | None
    ) -> Item | None:
        note(self, (hash_key, range_key))
        return delete(self, hash_key, range_key)

    def update_and_note(
        self: DynamoDBBackend, table_name: str, key: dict[str, Any], *arguments: Any, **rest: Any
    ) -> Item:
        try:
            return update(self, table_name, key, *arguments, **rest)
        finally:
            if table_name in self.tables:
                note(self.tables[table_name], self.get_keys_value(self.tables[table_name], key))

    Table.put_item = put_and_note  # type: ignore[method-assign]
    Table.delete_item = delete_and_note  # type: ignore[method-assign]
    DynamoDBBackend.update_item = update_and_note  # type: ignore[method-assign]
    Table._noted = True  # type: ignore[attr-defined]
