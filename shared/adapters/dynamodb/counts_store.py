"""CountsStore over DynamoDB: one item a day of an organisation, and one for what is open.

A count is an attribute, `#` and its name. Beside the counts the item holds, as `@` and the shard's
name, the last sequence number that it has counted of every shard of the stream: text of a fixed
length, as the numbers have more digits than DynamoDB's own. Both change in the same update.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import count as numbers
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws_errors import error_code, failed_item, translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.records.counts import OPEN, Marked
from shared.runs.timing import DAY

_COUNT, _SHARD = "#", "@"
_DIGITS = 40
_BORN = re.compile(r"shardId-0*(\d{1,15})-")
_FORGOTTEN_AFTER = 3 * DAY
"""A shard takes writes for some hours, and its records can be read for a day after that."""


class DynamoCountsStore:
    """Implements shared.ports.CountsStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, shard: str | None, marked: Sequence[Marked], now: int) -> None:
        by_item: dict[tuple[str, str], list[Marked]] = defaultdict(list)
        for one in marked:
            by_item[one.tally.org_id, one.tally.day].append(one)
        for (org_id, day), own in by_item.items():
            self._count(_key(org_id, day), shard, own, now)

    def _count(self, key: Item, shard: str | None, marked: Sequence[Marked], now: int) -> None:
        """Count those of them that come after the last that was counted."""
        while marked:
            held = self._add(key, shard, marked, now)
            if held is None:
                return
            marked = [one for one in marked if one.sequence > held]

    def _add(self, key: Item, shard: str | None, marked: Sequence[Marked], now: int) -> int | None:
        """None when all were counted; else the last sequence number that was counted before."""
        names, values = _changes(_summed(one.tally.counts for one in marked))
        request: dict[str, Any] = {"UpdateExpression": f"ADD {', '.join(_pairs(names))}"}
        if shard is not None:
            names["#shard"] = f"{_SHARD}{shard}"
            values[":first"] = _text(marked[0].sequence)
            values[":last"] = _text(marked[-1].sequence)
            request["UpdateExpression"] += " SET #shard = :last"
            request["ConditionExpression"] = "attribute_not_exists(#shard) OR #shard < :first"
        with translated():
            try:
                after = self._table.update(
                    Key=key,
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues=wire(values),
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **request,
                )
            except ClientError as exc:
                if error_code(exc) != "ConditionalCheckFailedException":
                    raise
                return int(plain(failed_item(exc) or {})[f"{_SHARD}{shard}"])
        self._forget(key, after, shard, now)
        return None

    def _forget(self, key: Item, after: Item, present: str | None, now: int) -> None:
        """Strike out the shards that no record can come of any more, so the item cannot grow."""
        others = after.keys() - {f"{_SHARD}{present}"}
        gone = [name for name in others if name.startswith(_SHARD) and _is_over(name, now)]
        if gone:
            with translated():
                self._table.update(
                    Key=key,
                    UpdateExpression="REMOVE " + ", ".join(f"#n{i}" for i in range(len(gone))),
                    ExpressionAttributeNames={f"#n{i}": name for i, name in enumerate(gone)},
                )

    def days(self, org_id: str, first: str, last: str) -> Mapping[str, Mapping[str, int]]:
        items = self._table.query_between(
            keys.counts_pk(org_id), keys.counts_sk(first), keys.counts_sk(last)
        )
        return {keys.day_of(item["sk"]["S"]): _counts(item) for item in items}

    def open(self, org_id: str) -> Mapping[str, int]:
        return _counts(self._table.get(_key(org_id, OPEN)) or {})

    def put(self, org_id: str, day: str, counts: Mapping[str, int]) -> None:
        key = _key(org_id, day)
        shards = {
            name: value
            for name, value in (self._table.get(key) or {}).items()
            if name.startswith(_SHARD)
        }
        found = {f"{_COUNT}{name}": number for name, number in counts.items() if number}
        self._table.put(key | wire(found) | shards)


def _key(org_id: str, day: str) -> Item:
    return wire({"pk": keys.counts_pk(org_id), "sk": keys.counts_sk(day)})


def _summed(tallies: Iterable[Mapping[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for counts in tallies:
        found.update(counts)
    return found


def _changes(counts: Mapping[str, int]) -> tuple[dict[str, str], dict[str, Any]]:
    """Names and values of an update, in the same order."""
    place = numbers()
    names, values = {}, {}
    for name, number in counts.items():
        at = next(place)
        names[f"#n{at}"], values[f":n{at}"] = f"{_COUNT}{name}", number
    return names, values


def _pairs(names: Mapping[str, str]) -> list[str]:
    return [f"{name} {name.replace('#', ':')}" for name in names]


def _text(sequence: int) -> str:
    return f"{sequence:0{_DIGITS}d}"


def _is_over(name: str, now: int) -> bool:
    """A shard's name tells when it was opened (ms)."""
    born = _BORN.match(name.removeprefix(_SHARD))
    return born is not None and int(born[1]) < now - _FORGOTTEN_AFTER


def _counts(item: Item) -> dict[str, int]:
    return {
        name.removeprefix(_COUNT): value
        for name, value in plain(item).items()
        if name.startswith(_COUNT) and value
    }
