"""Everything that the stack changes inside moto and botocore, each with its reason; what
`ordered_indexes` needs to hear stands there.

The changes last for the rest of this process. Only the stack's own process has them: no worker
process and no deployed function imports this module.
"""

from base64 import b64encode
from collections.abc import Iterable
from copy import copy, deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import botocore.auth
import moto.s3.models
import moto.sqs.models
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import SecondaryIndex, Table

from local.aws import ordered_indexes
from local.clock.stack_clock import StackClock

_PLAIN = ("S", "N", "BOOL", "NULL", "SS", "NS")


def install(clock: StackClock) -> None:
    """Make all changes. If it is called again, moto follows the clock given last."""
    follow(clock)
    quicken()
    lighten_transactions()
    narrow_queries()
    keep_objects_in_memory()


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
    """Let moto send DynamoDB's values as they are, and pick an index's attributes by their names.

    Values already have the form they are sent in but for their bytes. moto looks for each of an
    AttributeValue's ten members under several spellings in every one of them, and makes Python
    values of a whole item, and of those again an item, for each attribute that an index has, or
    that is asked for.
    """
    if getattr(BaseJSONSerializer, "_quickened", False):
        return
    serialize = BaseJSONSerializer._serialize_type_structure
    project, pick = SecondaryIndex.project, Item.project

    def serialize_quickly(
        self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str
    ) -> None:
        sent = _sent(value) if shape.name == "AttributeValue" else None
        if sent is not None:
            self._default_serialize(serialized, sent, shape, key)
        else:
            serialize(self, serialized, value, shape, key)

    def project_quickly(self: SecondaryIndex, item: Item) -> Item:
        if (self.projection or {}).get("ProjectionType") != "KEYS_ONLY":
            return project(self, item)
        return _picked(
            item, (*self.table_key_attrs, *(part["AttributeName"] for part in self.schema))
        )

    def pick_quickly(self: Item, paths: list[list[str]]) -> Item:
        if any(len(path) > 1 or "[" in path[0] for path in paths):
            return pick(self, paths)
        return _picked(self, [path[0] for path in paths])

    BaseJSONSerializer._serialize_type_structure = serialize_quickly  # type: ignore[method-assign]
    SecondaryIndex.project = project_quickly  # type: ignore[method-assign]
    Item.project = pick_quickly  # type: ignore[method-assign, assignment]
    BaseJSONSerializer._quickened = True  # type: ignore[attr-defined]


def _picked(item: Item, names: Iterable[str]) -> Item:
    picked = Item(item.hash_key, item.range_key, {})
    for name in names:
        if name in item.attrs:
            dict.__setitem__(picked.attrs, name, item.attrs[name])
    return picked


def _sent(value: Any) -> Any:
    """A value as JSON has it; None for what moto shall translate."""
    if isinstance(value, DynamoType):
        kind, content = value.type, value.value
    elif isinstance(value, dict) and len(value) == 1:
        kind, content = next(iter(value.items()))
    else:
        return None
    if kind in _PLAIN:
        return {kind: content}
    if kind == "B" and isinstance(content, bytes):
        return {kind: b64encode(content).decode()}
    if kind == "L":
        items = [_sent(one) for one in content]
        return None if None in items else {kind: items}
    if kind == "M":
        fields = {name: _sent(one) for name, one in content.items()}
        return None if None in fields.values() else {kind: fields}
    return None


def keep_objects_in_memory() -> None:
    """moto puts what is larger than 5 MB into a temporary file. A copy of this process that writes
    the stores down (local/keeper.py) would share the file's place with this one.
    """
    moto.s3.models.tempfile = SimpleNamespace(  # type: ignore[attr-defined, assignment]
        SpooledTemporaryFile=lambda *_, **__: BytesIO()
    )


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
        ordered_indexes.note(self.table, self.keys)
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
    """Let a query look at the items that it may answer.

    moto puts the whole table in order first, for a query of an index and of one partition alike: a
    stack with thousands of runs did little else.
    """
    ordered_indexes.follow_writes()
    if getattr(Table, "_narrowed", False):
        return
    query = Table.query

    def query_narrowly(
        self: Table, hash_key: DynamoType | None, *arguments: Any, **keywords: Any
    ) -> Any:
        narrow = copy(self)
        if len(arguments) > _INDEX_NAME and arguments[_INDEX_NAME] is not None:
            conditions = dict(keywords.get("hash_key_conditions") or [])
            if len(conditions) == 1:
                partition = next(iter(conditions.values()))
                asked = ordered_indexes.Asked(*arguments[:_PROJECTION])
                index = self.get_index(arguments[_INDEX_NAME])
                found = ordered_indexes.look(self, index.name, partition, asked)
                narrow.items = _held([index.project(item) for item in found])
        elif hash_key is not None:
            held = self.items.get(hash_key)
            narrow.items = {} if held is None else {hash_key: held}  # type: ignore[assignment]
        return query(narrow, hash_key, *arguments, **keywords)

    Table.query = query_narrowly  # type: ignore[method-assign]
    Table._narrowed = True  # type: ignore[attr-defined]


_PROJECTION, _INDEX_NAME = 5, 6
"""Their places among the arguments of `Table.query` after the key; before them stand the range's
comparison and values, the limit, where it begins, and its direction.
"""


def _held(items: list[Item]) -> Any:
    """Items as a table holds them."""
    found: dict[DynamoType, Any] = {}
    for item in items:
        if item.range_key is None:
            found[item.hash_key] = item
        else:
            found.setdefault(item.hash_key, {})[item.range_key] = item
    return found


def _utc(seconds: float, *, naive: bool) -> datetime:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.replace(tzinfo=None) if naive else moment
