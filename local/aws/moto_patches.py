"""Everything that the stack changes inside moto and botocore: five names, each with its reason.

The changes last for the rest of this process. Only the stack's own process has them: no worker
process and no deployed function imports this module.
"""

from copy import copy, deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import botocore.auth
import moto.sqs.models
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from local.clock.stack_clock import StackClock

_PLAIN = ("S", "N", "BOOL", "NULL")


def install(clock: StackClock) -> None:
    """Make all changes. If it is called again, moto follows the clock given last."""
    follow(clock)
    quicken()
    lighten_transactions()
    narrow_queries()


def follow(clock: StackClock) -> None:
    """Point moto's SQS at the stack's clock.

    It reads the time through these two names of its module and nowhere else, so delays, visibility
    and retention all move with a jump.
    """
    moto.sqs.models.unix_time = lambda dt=None: clock.now()  # type: ignore[attr-defined]
    moto.sqs.models.unix_time_millis = lambda dt=None: clock.now() * 1000  # type: ignore[attr-defined]
    # Signatures too are dated in stack time, so that a presigned URL made after a jump is not born
    # expired.
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: _utc(
        clock.now(), naive=remove_tzinfo
    )


def quicken() -> None:
    """Let moto send DynamoDB's scalar values as they are.

    They already have the form they are sent in. moto looks for each of an AttributeValue's ten
    members under several spellings in every one of them, which is most of the time that reading
    many items takes.
    """
    if getattr(BaseJSONSerializer, "_quickened", False):
        return
    serialize = BaseJSONSerializer._serialize_type_structure

    def serialize_quickly(
        self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str
    ) -> None:
        if (
            shape.name == "AttributeValue"
            and isinstance(value, dict)
            and len(value) == 1
            and next(iter(value)) in _PLAIN
        ):
            self._default_serialize(serialized, dict(value), shape, key)
        else:
            serialize(self, serialized, value, shape, key)

    BaseJSONSerializer._serialize_type_structure = serialize_quickly  # type: ignore[method-assign]
    BaseJSONSerializer._quickened = True  # type: ignore[attr-defined]


def lighten_transactions() -> None:
    """Let moto note the items that a transaction names, not the whole table before each of its
    parts: a hundred puts took fifteen seconds.

    What a part of a failed transaction did is undone, in the stream too.
    """
    if getattr(DynamoDBBackend, "_lightened", False):
        return
    transact = DynamoDBBackend.transact_write_items

    def transact_lightly(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        noted = [note for one in transact_items if (note := _note(self, one)) is not None]
        try:
            transact(self, transact_items)
        except Exception:
            for note in noted:
                note.restore()
            raise

    # moto takes this for its copy of the table, and puts it back.
    Table.__deepcopy__ = lambda self, memo: self  # type: ignore[attr-defined]
    DynamoDBBackend.transact_write_items = transact_lightly  # type: ignore[method-assign]
    DynamoDBBackend._lightened = True  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Note:
    """An item as it stands, None for none, and how many records its table's stream holds."""

    table: Table
    keys: tuple[DynamoType, DynamoType | None]
    item: Item | None
    streamed: int

    def restore(self) -> None:
        partition, sort = self.keys
        place, key = (
            (self.table.items, partition) if sort is None else (self.table.items[partition], sort)
        )
        if self.item is None:
            place.pop(key, None)
        else:
            place[key] = self.item  # type: ignore[assignment]
        if self.table.stream_shard is not None:
            del self.table.stream_shard.items[self.streamed :]


def _note(backend: DynamoDBBackend, part: dict[str, Any]) -> _Note | None:
    """None for what moto will refuse as malformed."""
    try:
        operation = next(iter(part.values()))
        table = backend.tables[operation["TableName"]]
        named = operation.get("Key") or operation["Item"]
        keys = backend.get_keys_value(table, named)
        item = deepcopy(table.get_item(*keys))
    except (KeyError, StopIteration, ValueError, MockValidationException):
        return None
    streamed = 0 if table.stream_shard is None else len(table.stream_shard.items)
    return _Note(table, keys, item, streamed)


def narrow_queries() -> None:
    """Let a query look at the items of its own key.

    moto puts the whole table in order first, for a query of an index and of one partition alike: a
    stack with thousands of runs did little else.
    """
    if getattr(Table, "_narrowed", False):
        return
    query = Table.query

    def query_narrowly(
        self: Table, hash_key: DynamoType | None, *arguments: Any, **keywords: Any
    ) -> Any:
        conditions = keywords.get("hash_key_conditions") or []
        narrow = copy(self)
        if len(arguments) > _INDEX_NAME and arguments[_INDEX_NAME] is not None:
            narrow.items = _holding(self, conditions)
        elif hash_key is not None:
            held = self.items.get(hash_key)
            narrow.items = {} if held is None else {hash_key: held}  # type: ignore[assignment]
        return query(narrow, hash_key, *arguments, **keywords)

    Table.query = query_narrowly  # type: ignore[method-assign]
    Table._narrowed = True  # type: ignore[attr-defined]


_INDEX_NAME = 6
"""Its place among the arguments of `Table.query` after the key."""


def _holding(table: Table, conditions: list[tuple[str, DynamoType]]) -> Any:
    """The items that have those values; moto looks again itself."""
    texts = [(name, value.value) for name, value in conditions if value.type == "S"]
    if not texts or table.range_key_attr is None:
        return table.items
    name, text = texts[0]
    found = {}
    for partition, held in table.items.items():
        if kept := {sort: item for sort, item in held.items() if _has(item, name, text)}:
            found[partition] = kept
    return found


def _has(item: Any, name: str, text: str) -> bool:
    held = item.attrs.get(name)
    return held is not None and held.value == text


def _utc(seconds: float, *, naive: bool) -> datetime:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.replace(tzinfo=None) if naive else moment
