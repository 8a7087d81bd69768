"""The real engine and adapters over the in-memory AWS, as shared.bootstrap wires them, and what
happens in a history.

Long because every part that bootstrap wires is named once.
"""

import json
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from random import Random
from typing import Any, cast

from shared.adapters.artifact_store import AwsArtifactStore
from shared.adapters.doorbell import SqsDoorbell
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.budget_store import DynamoBudgetStore
from shared.adapters.dynamodb.care_store import DynamoCareStore
from shared.adapters.dynamodb.gate_store import DynamoGateStore
from shared.adapters.dynamodb.items import plain
from shared.adapters.dynamodb.organisation_store import DynamoOrganisationStore
from shared.adapters.dynamodb.provider_store import DynamoProviderStore
from shared.adapters.dynamodb.record_store import DynamoRecordStore
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.adapters.payload_store import AwsPayloadStore, unpacked
from shared.adapters.s3 import Bucket
from shared.engine.budgets import BudgetKeeper, Budgets
from shared.engine.commands import Commands
from shared.engine.creation import Creator, keyed_id
from shared.engine.gatekeeping import Keeper
from shared.engine.keepers import PauseKeeper, ProviderKeeper
from shared.engine.kit import Kit
from shared.engine.ledger import Ledger
from shared.engine.lookout import Lookout
from shared.engine.sweeper import Sweeper
from shared.engine.worker import Worker
from shared.records.care import Person, RecordContent
from shared.records.gate import Kind
from shared.runs.codes import EventCode
from shared.runs.prices import PRICES
from shared.runs.timing import SECOND, Timing
from tests.fakes.sweeping import InMemoryHealthStore
from tests.faults.aws import FakeDynamo, Key
from tests.faults.buckets import FakeS3, FakeSqs
from tests.faults.doors import REPORT, assignments, neighbours_report
from tests.faults.faults import Plan
from tests.faults.model import ScriptedModel, is_good
from tests.faults.platform import EXPECTED, START, Platform
from tests.faults.scenarios import ORG, PATIENT, Scenario
from tests.faults.scheduler import Scheduler
from tests.faults.sdk import Calls
from tests.faults.strangers import strange_items
from tests.faults.values import Item
from tests.faults.watcher import Watcher
from tests.faults.workflows import MODEL, RECORD, workflows
from tests.support.sweeping import a_sweeper

MOST_STEPS = 20_000
_ASKED_AGAIN = frozenset({EventCode.RETRY, EventCode.NEXT})


@dataclass(frozen=True, slots=True)
class _Ids:
    """Implements shared.ports.Ids, the same in every replay."""

    made: Counter[str]

    def unique(self) -> str:
        """All of one shard, so that a sweep asks few others: see _shards."""
        name = uuid.uuid5(uuid.NAMESPACE_OID, f"unique {self._next('unique')}")
        return str(uuid.UUID(bytes=name.bytes[:15] + b"\0"))

    def secret(self) -> bytes:
        return self._next("secret").to_bytes(24, "big")

    def op(self) -> str:
        return f"op{self._next('op')}"

    def _next(self, kind: str) -> int:
        self.made[kind] += 1
        return self.made[kind]


@dataclass(frozen=True, slots=True)
class _Clock:
    scheduler: Scheduler

    def now_ms(self) -> int:
        return self.scheduler.now

    def sleep(self, seconds: float) -> None:
        self.scheduler.pause(int(seconds * SECOND))


class _NoProbe:
    def before(self, step: str) -> None: ...

    def after(self, step: str) -> None: ...


class World:
    """One history's world."""

    def __init__(
        self, scenario: Scenario, plan: Plan, random: Random, trace: list[str] | None
    ) -> None:
        self.scenario = scenario
        self.scheduler = Scheduler(START, MOST_STEPS)
        seeds, objects = seeded()
        strangers = strange_items(scenario.strangers, START)
        items = {**seeds, **strangers}
        self.s3 = FakeS3(objects)
        self.watcher = Watcher(self.scheduler, self.s3, strangers.keys())
        self.dynamo = FakeDynamo(
            items, self._written, lambda: self.scheduler.now, scenario.index_lag, self.watcher.read
        )
        latencies = scenario.latencies
        latency = (
            (lambda: latencies[0]) if len(latencies) == 1 else partial(random.choice, latencies)
        )
        self.calls = Calls(self.scheduler, plan, latency, self.watcher.before_call, trace)
        self.watcher.calls, self.watcher.dynamo = self.calls, self.dynamo
        self.happened: Counter[str] = Counter()
        self.awaited: dict[str, list[Callable[[], None]]] = {}
        self.platform = Platform(self, random)
        self._assemble()

    def _assemble(self) -> None:
        """What shared.bootstrap does, over the fakes.

        Long because every part is named once.
        """
        scenario, clock, ids = self.scenario, _Clock(self.scheduler), _Ids(Counter())
        self.clock, self.ids = clock, ids
        table = Table(self.calls.client("dynamodb", self.dynamo), "runs")
        bucket = Bucket(self.calls.client("s3", self.s3), "bucket")
        doorbell = SqsDoorbell(self.calls.client("sqs", FakeSqs(self.platform.accept)), "work")
        gates, health = DynamoGateStore(table), InMemoryHealthStore()
        self.runs, self.payloads, self.artifacts = (
            DynamoRunStore(table),
            AwsPayloadStore(table, bucket),
            AwsArtifactStore(table, bucket),
        )
        self.model = ScriptedModel(self.scheduler, self.calls, scenario.script, self._is_stored)
        timing = (
            Timing()
            if scenario.deadline is None
            else Timing(deadline_worker=scenario.deadline * SECOND)
        )
        ledger = Ledger(self.payloads, self.model, PRICES, clock, timing.model)
        care, records = DynamoCareStore(table, bucket), DynamoRecordStore(table, bucket)
        self.care = care
        made = workflows(self.runs, care, records, self.artifacts)
        providers, organisations = DynamoProviderStore(table), DynamoOrganisationStore(table)
        budgets = DynamoBudgetStore(table)
        lookout = Lookout(providers, gates, self.model, MODEL, clock, ids, organisations)
        keepers: dict[str, Keeper] = {
            Kind.PROVIDER: ProviderKeeper(providers, doorbell),
            Kind.PAUSE: PauseKeeper(organisations),
            Kind.BUDGET: BudgetKeeper(budgets),
        }
        kit = Kit(
            self.runs,
            gates,
            self.payloads,
            self.artifacts,
            doorbell,
            ledger,
            lookout,
            Budgets(budgets, clock),
            clock,
            ids,
            _NoProbe(),
            timing,
            made,
        )
        self._worker = {on: Worker(kit, on) for on in (True, False)}
        self._sweeper = {
            on: a_sweeper(
                self.runs,
                gates,
                health,
                doorbell,
                clock,
                ids,
                timing,
                on,
                keepers,
                shards=_shards(scenario),
            )
            for on in (True, False)
        }
        self._creator = {
            on: Creator(self.runs, self.payloads, doorbell, clock, ids, timing, on, gates)
            for on in (True, False)
        }
        self.commands = Commands(self.runs, self.payloads, doorbell, clock, ids, timing)

    @property
    def creator(self) -> Creator:
        return self._creator[self.is_on()]

    @property
    def worker(self) -> Worker:
        return self._worker[self.is_on()]

    @property
    def sweeper(self) -> Sweeper:
        return self._sweeper[self.is_on()]

    def is_on(self) -> bool:
        """Whether the worker's flag is on now."""
        off = self.scenario.flag_off
        return off is None or not off[0] * SECOND <= self.scheduler.now - START < off[1] * SECOND

    # --- what happens -----------------------------------------------------------------------------

    def when(self, name: str, event: Callable[[], None]) -> None:
        """Call `event` when something has happened: at once, if it has."""
        what, _, count = name.partition(":")
        if self.happened[what] >= int(count or 1):
            event()
        else:
            self.awaited.setdefault(f"{what}:{count or 1}", []).append(event)

    def happen(self, what: str) -> None:
        self.happened[what] += 1
        for event in self.awaited.pop(f"{what}:{self.happened[what]}", ()):
            self.scheduler.at(self.scheduler.now, event)

    def _written(self, key: Key, before: Item | None, after: Item | None) -> None:
        if self.scheduler.current is None:
            return
        seen = self.calls.milestones.copy()
        self.watcher.written(key, before, after)
        for what in self.calls.milestones - seen:
            self.happen(what)
        if (
            after is not None
            and key in self.watcher.runs
            and (before is None or before["st"] != after["st"])
        ):
            self.happen(self.watcher.runs[key].status)

    def _is_stored(self, sha256: str) -> bool:
        """Whether an answer to that very request of the running process's run stands in the ledger,
        and may be used.

        A bad one may not, once a person has asked for another. One that a woken zombie stored
        between the owner's lookup and its question does not count: nobody could know it.
        """
        process = self.scheduler.current
        assert process is not None
        pk, looked_up = process.notes["pk"], process.notes.get("looked_up", 0)
        stored = [
            key
            for key in self.dynamo.items
            if key[0] == pk and key[1].startswith(keys.LEDGER) and key[1].endswith(sha256)
        ]
        asked_again = [
            entry.at
            for entry in self.watcher.runs[pk, keys.THING_SK].history
            if entry.code in _ASKED_AGAIN
        ]
        found = [
            entry
            for key in stored
            if self.watcher.strays.get(key, -1) < looked_up
            for entry in [self.answer(key)]
        ]
        return any(
            "in" in entry or is_good(entry["answer"]) or entry["at"] >= max(asked_again, default=0)
            for entry in found
        )

    def answer(self, key: Key) -> Any:
        """A stored answer, as the ledger wrote it."""
        values = plain(self.dynamo.items[key])
        if "s" not in values:
            return json.loads(unpacked(values))
        return json.loads(
            zlib.decompress(
                next(data for name, data in self.s3.objects.items() if name.endswith(values["s"]))
            )
        )

    def bug(self, record: Mapping[str, Any]) -> None:
        """An outermost wrapper caught something."""
        self.calls.note(f"logged {record}")
        self.watcher.require(
            record.get("error") in EXPECTED, "nothing ends in a bug", lambda: f"{record}"
        )


def _shards(scenario: Scenario) -> tuple[int, ...]:
    """The shards in which the history's runs can stand.

    Every other would be one more call a sweep and show nothing.
    """
    keyed = (keyed_id(ORG, act.who, act.key) for act in scenario.acts if act.key)
    return tuple(sorted({0, *map(keys.open_shard, keyed)}))


@lru_cache(maxsize=1)
def seeded() -> tuple[Mapping[Key, Item], Mapping[str, bytes]]:
    """The table and bucket before any history: one patient's record, written by the adapter that
    will read it.
    """
    scheduler = Scheduler(START, MOST_STEPS)
    dynamo, s3 = FakeDynamo({}, lambda *_: None, lambda: START), FakeS3({})
    calls = Calls(scheduler, cast(Plan, None), lambda: 0, lambda *_: None, None)
    table, bucket = (
        Table(calls.client("dynamodb", dynamo), "runs"),
        Bucket(calls.client("s3", s3), "bucket"),
    )
    content = RecordContent({"Patient": 1}, Person())
    DynamoRecordStore(table, bucket).put(ORG, PATIENT, RECORD, content, "clinician", START)
    care = DynamoCareStore(table, bucket)
    for assignment in assignments(START):
        care.assign(ORG, assignment)
    report, maker = neighbours_report(START)
    AwsArtifactStore(table, bucket).put(report, REPORT)
    DynamoRunStore(table).create(maker)
    return dynamo.items, s3.objects
