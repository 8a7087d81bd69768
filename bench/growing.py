"""A table in memory with closed runs behind it that counts what is read: what `bench.growth`
measures.
"""

import os
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from bench.sizes import item_size
from shared import bootstrap
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import wire
from shared.adapters.dynamodb.run_codec import run_item
from shared.adapters.dynamodb.table import Table
from shared.adapters.dynamodb.tag_entries import tag_items
from shared.adapters.payload_store import AwsPayloadStore
from shared.records.care import Assignment, Patient
from shared.records.project import Project
from shared.records.run import HistoryEntry, PayloadRef, Run, Status, Subject
from tests.fakes.audit_trail import InMemoryAuditTrail
from tests.faults.aws import INDEXES, FakeDynamo, Key
from tests.faults.values import Item, simple
from tests.support.samples import a_run_that_is

ORG, CLINICIAN, MEMBER = "demo", "clinician-1", "member-1"
PATIENTS = [f"{n:08x}-0000-4000-8000-00000000aaaa" for n in range(1, 21)]
PROJECT = "00000000-0000-4000-8000-00000000bbbb"
START = 1_790_000_000_000
NEWEST = 100
"""Runs of every kind that stand at the head of every list, whatever the size of the past."""
_READ_UNIT = 4 * 1024
_LISTED = ("by-subject", "by-creator", "by-org", "by-rare")
Place = tuple[bytes, str, str]


class GrowingDynamo(FakeDynamo):
    """The fault search's table with its lists kept in order, so that a query takes the time of what
    it answers; counts what is read.
    """

    def __init__(self) -> None:
        self._lists: dict[tuple[str, str], list[Place]] = {}
        self.requests: Counter[str] = Counter()
        self.read_units = 0.0
        self.examined = 0
        """Entries that queries answered."""
        self.fetched = 0
        """Items that were asked for by their keys."""
        super().__init__({}, self._listed, lambda: 0)

    def copy(self) -> "GrowingDynamo":
        """Another table with the same in it, of which nothing has been read."""
        made = GrowingDynamo()
        made.items = dict(self.items)
        made._lists = {place: list(held) for place, held in self._lists.items()}
        return made

    def fill(self, items: Sequence[Item]) -> None:
        """Put items there, each under a key of its own."""
        for item in items:
            key = item["pk"]["S"], item["sk"]["S"]
            self.items[key] = item
            self._listed(key, None, item)

    def get_item(self, **request: Any) -> Any:
        answer = super().get_item(**request)
        self.fetched += "Item" in answer
        self._count("GetItem", [answer.get("Item", {})], whole=True)
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        answer = super().batch_get_item(**request)
        self.fetched += len(next(iter(answer["Responses"].values())))
        self._count("BatchGetItem", next(iter(answer["Responses"].values())), whole=True)
        return answer

    def query(self, **request: Any) -> Any:
        index = request.get("IndexName")
        if index in _LISTED:
            answer = self._query_list(index, request)
        elif "BETWEEN :a" in request["KeyConditionExpression"]:
            answer = self._query_span(request["ExpressionAttributeValues"])
        else:
            answer = super().query(**request)
        self.examined += len(answer["Items"])
        self._count("Query", answer["Items"], whole=False, halved=index is not None)
        return answer

    def _query_span(self, values: Mapping[str, Any]) -> Any:
        first, last = values[":a"]["S"], values[":z"]["S"]
        found = [item for (pk, sk), item in sorted(self.items.items())
                 if pk == values[":p"]["S"] and first <= sk <= last]  # fmt: skip
        return {"Items": found}

    def _query_list(self, index: str, request: Mapping[str, Any]) -> Any:
        values = request["ExpressionAttributeValues"]
        entries = self._lists.get((index, values[":p"]["S"]), [])
        forward, limit = request.get("ScanIndexForward", True), request["Limit"]
        first, end = 0, len(entries)
        if ":o" in values:
            place = bisect_left(entries, (simple(values[":o"]), "", ""))
            is_there = place < end and entries[place][0] == simple(values[":o"])
            first, end = (place + is_there, end) if forward else (0, place)
        chosen = entries[first : min(end, first + limit)] if forward else (
            entries[max(first, end - limit) : end][::-1]
        )  # fmt: skip
        more: Item = {"LastEvaluatedKey": {}} if end - first > limit else {}
        names = ("pk", "sk", *INDEXES[index])
        items = [self.items[pk, sk] for _, pk, sk in chosen]
        return {"Items": [{name: item[name] for name in names} for item in items], **more}

    def _listed(self, key: Key, before: Item | None, after: Item | None) -> None:
        """No list entry of ours ever moves but for leaving."""
        for index in _LISTED:
            partition, _ = INDEXES[index]
            for item, there in ((before, False), (after, True)):
                if item is None or partition not in item or "o" not in item:
                    continue
                held = self._lists.setdefault((index, item[partition]["S"]), [])
                place = (simple(item["o"]), *key)
                at = bisect_left(held, place)
                is_there = at < len(held) and held[at] == place
                if there and not is_there:
                    insort(held, place)
                elif not there and is_there:
                    del held[at]

    def _count(
        self, operation: str, items: Sequence[Item], *, whole: bool, halved: bool = False
    ) -> None:
        sizes = [item_size(item) for item in items] if whole else [sum(map(item_size, items))]
        units = sum(max(1, -(-size // _READ_UNIT)) for size in sizes)
        self.requests[operation] += 1
        self.read_units += units / 2 if halved else units


# --- the world ------------------------------------------------------------------------------------


def closed_runs(count: int) -> Iterator[Run]:
    """So many runs that have ended, oldest first; the newest are of every kind."""
    for n in range(count):
        at = START + n * 1_000
        is_new = n >= count - NEWEST
        run_id = str(UUID(int=at << 80 | 0x7 << 76 | 0x2 << 62 | n))
        status = (
            (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)[(count - n) % 3]
            if is_new
            else Status.SUCCEEDED
        )
        plain = a_run_that_is(
            status,
            id=run_id,
            org_id=ORG,
            created_at=at,
            created_by=CLINICIAN,
            subject=Subject("patient", PATIENTS[(count - n) % len(PATIENTS)]),
            tags=("new",) if is_new and (count - n) % 5 < 2 else (),
            history=(
                HistoryEntry(at, CLINICIAN, Status.QUEUED, "create", 0),
                HistoryEntry(at + 10, CLINICIAN, status, "end", 1, None,
                             "LLM_ERROR" if status is Status.FAILED else None),
            ),
        )  # fmt: skip
        yield (
            plain
            if (count - n) % 4
            else replace(
                plain, workflow="analysis", subject=Subject("project", PROJECT), created_by=MEMBER
            )
        )


@dataclass(frozen=True, slots=True)
class World:
    dynamo: GrowingDynamo
    newest: Run
    """The newest run that has succeeded."""


@contextmanager
def world(count: int) -> Iterator[World]:
    """The services over a table with so many closed runs."""
    names = {"TABLE_NAME": "runs", "AUDIT_TABLE_NAME": "audit", "BUCKET_NAME": "b",
             "QUEUE_URL": "q"}  # fmt: skip
    os.environ.update(names)
    bootstrap.reset()
    dynamo = GrowingDynamo()
    services: Any = bootstrap.services()
    table: Any = Table(dynamo, "runs")
    services.__dict__["_table"] = table
    services.__dict__["_bucket"] = None
    services.__dict__["cursor_key"] = "bench"
    services.__dict__["payloads"] = _Payloads(table, None)  # type: ignore[arg-type]
    services.__dict__["audit"] = InMemoryAuditTrail()
    runs = list(closed_runs(count))
    dynamo.fill([item for run in runs for item in (run_item(run), *tag_items(run))])
    for patient in PATIENTS:
        services.care.put_patient(Patient(patient, ORG, None, START, START))
        services.care.assign(ORG, Assignment(patient, CLINICIAN, START))
    services.projects.create_project(Project(PROJECT, ORG, "P", MEMBER, START, "f"))
    _settle(dynamo, runs)
    newest = next(run for run in reversed(runs) if run.status is Status.SUCCEEDED)
    try:
        yield World(dynamo, newest)
    finally:
        bootstrap.reset()


class _Payloads(AwsPayloadStore):
    """Every payload is an empty object: one of each run shown, whatever the past is."""

    def get(self, run: Run, ref: PayloadRef) -> bytes:
        return b"{}"


def _settle(dynamo: GrowingDynamo, runs: Sequence[Run]) -> None:
    """The project's tally as years of generating leave it: every generate counts old runs in."""
    own = [run for run in runs if run.workflow == "analysis"][:-10]
    key = keys.thing_pk(PROJECT), keys.THING_SK
    last = {} if not own else wire({"ro": keys.order(own[-1].created_at, own[-1].id)})
    dynamo.items[key] = {**dynamo.items[key], **wire({"rc": len(own)}), **last}
