"""RunStore over DynamoDB: every write is one conditional statement. Knows no workflow and no rule of the state machine."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws_errors import error_code, failed_item, translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Expression, condition, update
from shared.adapters.dynamodb.items import Item, is_run, run_from, run_item, run_key, wire
from shared.adapters.dynamodb.table import Table
from shared.errors import GuardFailed, IdempotencyKeyReused, RunUnreadable
from shared.ports import Page, Scope, Unreadable
from shared.runs.changes import Change, check_state
from shared.runs.records import Run

_FIRST_ID = "00000000-0000-0000-0000-000000000000"
_CONDITION_FAILED = "ConditionalCheckFailedException"


class DynamoRunStore:
    """Runs in `table`; implements shared.ports.RunStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, run: Run) -> Run | None:
        check_state({name: getattr(run, name) for name in Run.__slots__})
        existing = self._table.put_new(run_item(run))
        if existing is not None and not is_run(existing):
            raise IdempotencyKeyReused
        return None if existing is None else run_from(existing)

    def get(self, run_id: str) -> Run | None:
        item = self._table.get(run_key(run_id))
        return run_from(item) if item is not None and is_run(item) else None

    def apply(self, change: Change) -> Run:
        e = Expression()
        request: dict[str, Any] = {
            "Key": run_key(change.run_id),
            "UpdateExpression": update(change, e),
            "ConditionExpression": condition(change, e),
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        with translated():
            try:
                answer = self._table.update(**request, ExpressionAttributeNames=e.names, ExpressionAttributeValues=wire(e.values))
            except ClientError as exc:
                if error_code(exc) != _CONDITION_FAILED:
                    raise
                return _recognise(change, failed_item(exc))
        return run_from(answer)

    def page(self, scope: Scope, position: str | None, limit: int) -> Page:
        index, attribute, partition = keys.of_scope(scope)
        found, last = self._table.query_keys(index, attribute, partition, position, limit)
        return Page([run_from(item) for item in self._table.get_all(found)], last)

    def position_of(self, run: Run) -> str:
        return keys.order(run.created_at, run.id).hex()

    def before(self, created_at: int) -> str:
        return keys.order(created_at, _FIRST_ID).hex()

    def open_runs(self, turn: int = 0) -> Iterator[Run | Unreadable]:
        for shard in range(turn, turn + keys.OPEN_SHARDS):
            position: str | None = None
            while True:
                partition = str(shard % keys.OPEN_SHARDS)
                found, position = self._table.query_keys(keys.OPEN_INDEX, "q", partition, position, 100, newest_first=False)
                # An index entry may outlive its run's end by a moment; the item itself then has no `q` any more.
                yield from (_readable(item) for item in self._table.get_all(found) if "q" in item)
                if position is None:
                    break


def _readable(item: Item) -> Run | Unreadable:
    try:
        return run_from(item)
    except RunUnreadable:
        return Unreadable(keys.id_of(item["pk"]["S"]))


def _recognise(change: Change, item: Item | None) -> Run:
    """A failed condition whose history already holds this op is this very write, applied by an earlier try."""
    current = run_from(item) if item is not None and is_run(item) else None
    if current is not None and change.entry is not None and any(entry.op == change.entry.op for entry in current.history):
        return current
    raise GuardFailed(current)
