"""RunStore over DynamoDB: every write is one conditional statement.

Knows no workflow and no rule of the state machine.
"""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws_errors import error_code, failed_item, translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Expression, condition, update
from shared.adapters.dynamodb.history_text import STATUS_OF
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.run_attributes import ATTRIBUTES
from shared.adapters.dynamodb.run_codec import (
    is_run,
    readable,
    run_from,
    run_item,
    run_key,
)
from shared.adapters.dynamodb.table import Table
from shared.adapters.dynamodb.tag_entries import tag_items
from shared.errors import GuardFailed, IdempotencyKeyReused
from shared.ports import DueRun, Only, Page, Scope, Unreadable
from shared.records.run import Run
from shared.runs.changes import Change, check_state

_FIRST_ID = "00000000-0000-0000-0000-000000000000"
_CONDITION_FAILED = "ConditionalCheckFailedException"
_WORKFLOW, _STATUS = ATTRIBUTES["workflow"].name, ATTRIBUTES["status"].name


class DynamoRunStore:
    """Runs in `table`; implements shared.ports.RunStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, run: Run) -> Run | None:
        check_state({name: getattr(run, name) for name in Run.__slots__})
        for entry in tag_items(run):
            self._table.put(entry)
        existing = self._table.put_new(run_item(run))
        if existing is not None and not is_run(existing):
            raise IdempotencyKeyReused
        return None if existing is None else run_from(existing)

    def get(self, run_id: str) -> Run | None:
        item = self._table.get(run_key(run_id))
        return run_from(item) if item is not None and is_run(item) else None

    def apply(self, change: Change) -> Run:
        try:
            return self._write(change, moves_due=False)
        except _TooLate:
            return self._write(change, moves_due=True)

    def _write(self, change: Change, *, moves_due: bool) -> Run:
        e = Expression()
        request: dict[str, Any] = {
            "Key": run_key(change.run_id),
            "UpdateExpression": update(change, e, moves_due=moves_due),
            "ConditionExpression": condition(change, e, moves_due=moves_due),
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        with translated():
            try:
                answer = self._table.update(
                    **request,
                    ExpressionAttributeNames=e.names,
                    ExpressionAttributeValues=wire(e.values),
                )
            except ClientError as exc:
                if error_code(exc) != _CONDITION_FAILED:
                    raise
                return _recognise(change, failed_item(exc), moves_due=moves_due)
        return run_from(answer)

    def erase(self, run: Run, skeleton: Run) -> bool:
        e = Expression()
        seen = f"size({e.name('h')}) = {e.value(run.version)}"
        unerased = f"attribute_not_exists({e.name('ea')})"
        with translated():
            try:
                self._table.put_where(
                    run_item(skeleton), f"{seen} AND {unerased}", e.names, e.values
                )
            except ClientError as exc:
                if error_code(exc) != _CONDITION_FAILED:
                    raise
                return False
        return True

    def page(
        self,
        scope: Scope,
        position: str | None,
        limit: int,
        *,
        newest_first: bool = True,
        only: Only | None = None,
    ) -> Page:
        index, attribute, partition = keys.of_scope(scope)
        found, last = self._table.query_keys(
            index, attribute, partition, position, limit, newest_first=newest_first
        )
        if scope.tag is not None:
            return Page(self._bearers(scope.tag, found), last)
        return Page(self._read(found, only), last)

    def _bearers(self, tag: str, entries: Sequence[Item]) -> list[Run | Unreadable]:
        """The runs to which a tag's entries point, those that bear it. An entry is written before
        the run, by somebody who may then have come too late to create it.
        """
        pks = dict.fromkeys(entry["pk"]["S"] for entry in entries)
        items = self._table.get_all([wire({"pk": pk, "sk": keys.THING_SK}) for pk in pks])
        found = {item["pk"]["S"]: readable(item) for item in items}
        pointed = ((found.get(one["pk"]["S"]), plain(one)["o"]) for one in entries)
        return [
            run
            for run, order in pointed
            if isinstance(run, Run)
            and tag in run.tags
            and keys.order(run.created_at, run.id) == order
        ]

    def places(
        self, scope: Scope, position: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        found, last = self._table.query_keys(*keys.of_scope(scope), position, limit)
        return [plain(entry)["o"].hex() for entry in found], last

    def at(self, positions: Sequence[str], *, only: Only | None = None) -> list[Run | Unreadable]:
        ids = [keys.from_order(bytes.fromhex(position))[1] for position in positions]
        return self._read([run_key(one) for one in ids], only)

    def _read(self, found: Sequence[Item], only: Only | None) -> list[Run | Unreadable]:
        if only is not None:
            looks = self._table.get_all(found, (_WORKFLOW, _STATUS))
            found = [look for look in looks if _may_be(look, only)]
        return [readable(item) for item in self._table.get_all(found)]

    def position_of(self, row: Run | Unreadable) -> str:
        if isinstance(row, Unreadable) and row.place is not None:
            return row.place
        return keys.order(row.created_at or 0, row.id).hex()

    def before(self, created_at: int) -> str:
        return keys.order(created_at, _FIRST_ID).hex()

    # --- the index of open runs
    # ---------------------------------------------------------------------------------------

    def due(
        self, shard: int, gate: str | None, until: int, position: str | None, limit: int
    ) -> tuple[list[DueRun], str | None]:
        partition = keys.due_partition(shard, gate)
        found, last = self._table.query_due(partition, until, position, limit)
        items = self._table.get_all(found)
        # An entry may lag behind its item, which may have ended, been parked or become due later
        # since.
        fresh = (item for item in items if _stands_at(item, partition, until))
        return [DueRun(readable(item), int(item["n"]["N"])) for item in fresh], last

    def postpone(self, due: DueRun, to: int) -> bool:
        e = Expression()
        place = e.name("n")
        condition = f"{place} = {e.value(due.at)}"
        if isinstance(due.run, Run):
            condition += f" AND size({e.name('h')}) = {e.value(due.run.version)}"
        refused = self._table.try_update(
            Key=run_key(due.run_id),
            UpdateExpression=f"SET {place} = {e.value(to)}",
            ConditionExpression=condition,
            ExpressionAttributeNames=e.names,
            ExpressionAttributeValues=wire(e.values),
        )
        return refused is None


class _TooLate(Exception):
    """The run stands later in the index of open runs than a change would make it due, and nothing
    else is amiss.
    """


def _may_be(look: Item, only: Only) -> bool:
    """Whether what is known of an item may belong to a run that is looked for."""
    status, workflow = look.get(_STATUS, {}).get("S"), look.get(_WORKFLOW, {}).get("S")
    is_asked = not only.statuses or STATUS_OF.get(str(status)) in only.statuses
    return is_asked and only.workflow in (None, workflow)


def _stands_at(item: Item, partition: str, until: int) -> bool:
    placed = item.get("q", {}).get("S"), item.get("n", {}).get("N")
    return placed[0] == partition and placed[1] is not None and int(placed[1]) <= until


def _recognise(change: Change, item: Item | None, *, moves_due: bool) -> Run:
    """A failed condition whose history already holds this op is this very write, applied by an
    earlier try.
    """
    current = run_from(item) if item is not None and is_run(item) else None
    if current is not None and change.entry is not None:
        op = change.entry.op
        if any(entry.op == op for entry in current.history):
            return current
    if not moves_due and _is_too_late(change, item):
        raise _TooLate
    raise GuardFailed(current)


def _is_too_late(change: Change, item: Item | None) -> bool:
    place = (item or {}).get("n", {}).get("N")
    return change.due is not None and place is not None and int(place) > change.due
