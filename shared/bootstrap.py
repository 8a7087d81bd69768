"""The composition root: the only place that builds clients.

Lazy and cached; nothing happens at import, and what a function does not use is not imported: every
module is a millisecond of its cold starts.

Long because every part is named once. Local testing swaps the clock and the step probe; everything
else is the deployed thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, cast

from shared.adapters.aws_clients import LazyClient, aws_client
from shared.adapters.clock import RandomIds, SystemClock
from shared.runs.timing import SECOND, Timing
from shared.settings import Settings, load, starts_in_lambda

if TYPE_CHECKING:
    from shared.adapters.dynamodb.table import Table
    from shared.adapters.s3 import Bucket
    from shared.engine.bulk import BulkRunner
    from shared.engine.commands import Commands
    from shared.engine.creation import Creator
    from shared.engine.gatekeeping import Gatekeeper
    from shared.engine.listener import Listener
    from shared.engine.listing import Reader
    from shared.engine.reckoning import Reckoner
    from shared.engine.retention import Due, RetentionCalls
    from shared.engine.rounds import Rounds
    from shared.engine.sender import Sender
    from shared.engine.sweeper import Sweeper
    from shared.engine.telling import Teller
    from shared.ports import (
        ArtifactStore,
        AuditTrail,
        BudgetStore,
        BulkStore,
        CareStore,
        Clock,
        CountsStore,
        DeadLetters,
        DeliveryStore,
        Doorbell,
        ErasureStore,
        GateStore,
        HealthStore,
        Ids,
        OrganisationStore,
        PayloadStore,
        ProjectStore,
        ProviderStore,
        Quota,
        RecordStore,
        RetentionStore,
        RunStore,
        StepProbe,
        WebhookStore,
    )

SWEEPS_AT_ONCE = 8
"""Partitions that a sweep looks at side by side."""


class _NoProbe:
    def before(self, step: str) -> None: ...

    def after(self, step: str) -> None: ...


@dataclass(slots=True)
class _World:
    clock: Clock
    probe: StepProbe


_world = _World(SystemClock(), _NoProbe())


def use_clock(clock: Clock) -> None:
    """Let the local stack own time."""
    _world.clock = clock
    reset()


def use_step_probe(probe: StepProbe) -> None:
    """Let the local stack kill a worker at a step."""
    _world.probe = probe
    reset()


def reset() -> None:
    """Forget what was built, so that changed settings take effect."""
    services.cache_clear()


@lru_cache(maxsize=1)
def services() -> Services:
    """This process's services, built at the first call."""
    return Services(load())


def prepare() -> None:
    """In a deployment, build what a first request needs while the function starts: until then
    Lambda does not hold back its CPU.
    """
    if starts_in_lambda():
        _ = services().runs


def _side_by_side(call: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    """`map`, several at once: what the sweeper asks of the table is waiting and not computing."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(SWEEPS_AT_ONCE) as pool:
        yield from pool.map(call, items)


class Services:
    """Everything a function may call, each built when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock: Clock = _world.clock
        self.probe: StepProbe = _world.probe
        self.ids: Ids = RandomIds()

    @cached_property
    def cursor_key(self) -> str:
        """What signs the cursors of lists, read at the first that is given or taken; "" in a
        function that has no list.
        """
        from shared.adapters.secrets import secret_text

        return secret_text(self.settings.cursor_key_secret_arn)

    @cached_property
    def timing(self) -> Timing:
        s = self.settings
        return Timing(
            lease=s.lease_seconds * SECOND,
            person_lease=s.person_lease_seconds * SECOND,
            gate=s.gate_seconds * SECOND,
            deadline_worker=s.deadline_worker_seconds * SECOND,
            deadline_people=s.deadline_people_seconds * SECOND,
            backoff_base=s.backoff_base_seconds * SECOND,
            backoff_cap=s.backoff_cap_seconds * SECOND,
            model=s.model_timeout_seconds * SECOND,
        )

    @cached_property
    def _table(self) -> Table:
        from shared.adapters.dynamodb.table import Table

        return Table(self._dynamodb, self.settings.table_name)

    @cached_property
    def _dynamodb(self) -> Any:
        return aws_client("dynamodb")

    @cached_property
    def _bucket(self) -> Bucket:
        from shared.adapters.s3 import Bucket

        return Bucket(cast(Any, LazyClient("s3")), self.settings.bucket_name)

    @cached_property
    def runs(self) -> RunStore:
        from shared.adapters.dynamodb.run_store import DynamoRunStore

        return DynamoRunStore(self._table)

    @cached_property
    def payloads(self) -> PayloadStore:
        from shared.adapters.payload_store import AwsPayloadStore
        from shared.adapters.recent_payloads import RecentPayloads

        return RecentPayloads(AwsPayloadStore(self._table, self._bucket))

    @cached_property
    def artifacts(self) -> ArtifactStore:
        from shared.adapters.artifact_store import AwsArtifactStore

        return AwsArtifactStore(self._table, self._bucket)

    @cached_property
    def care(self) -> CareStore:
        from shared.adapters.dynamodb.care_store import DynamoCareStore

        return DynamoCareStore(self._table, self._bucket)

    @cached_property
    def records(self) -> RecordStore:
        from shared.adapters.dynamodb.record_store import DynamoRecordStore

        return DynamoRecordStore(self._table, self._bucket)

    @cached_property
    def erasing(self) -> ErasureStore:
        from shared.adapters.erasure_store import AwsErasureStore

        return AwsErasureStore(self._table, self._bucket)

    @cached_property
    def retention(self) -> RetentionStore:
        from shared.adapters.dynamodb.retention_store import DynamoRetentionStore

        return DynamoRetentionStore(self._table)

    @cached_property
    def retention_due(self) -> Due:
        from shared.engine.retention import Due

        return Due(self.runs, self.care, self.records)

    @cached_property
    def retention_calls(self) -> RetentionCalls:
        from shared.adapters.doorbell import SqsTasks
        from shared.engine.retention import RetentionCalls

        tasks = SqsTasks(self._sqs, self.settings.erasure_queue_url)
        return RetentionCalls(self.retention, tasks, self.clock)

    @cached_property
    def gates(self) -> GateStore:
        from shared.adapters.dynamodb.gate_store import DynamoGateStore

        return DynamoGateStore(self._table)

    @cached_property
    def providers(self) -> ProviderStore:
        from shared.adapters.dynamodb.provider_store import DynamoProviderStore

        return DynamoProviderStore(self._table)

    @cached_property
    def budgets(self) -> BudgetStore:
        from shared.adapters.dynamodb.budget_store import DynamoBudgetStore

        return DynamoBudgetStore(self._table)

    @cached_property
    def reckoner(self) -> Reckoner:
        from shared.engine.reckoning import Reckoner

        return Reckoner(self.budgets, self.runs, self.payloads, self.clock)

    @cached_property
    def organisations(self) -> OrganisationStore:
        from shared.adapters.dynamodb.organisation_store import DynamoOrganisationStore

        return DynamoOrganisationStore(self._table)

    @cached_property
    def counts(self) -> CountsStore:
        from shared.adapters.dynamodb.counts_store import DynamoCountsStore

        return DynamoCountsStore(self._table)

    @cached_property
    def listener(self) -> Listener:
        from shared.engine.listener import Listener

        return Listener(self.runs, self.counts, self.clock, self.teller)

    @cached_property
    def webhooks(self) -> WebhookStore:
        from shared.adapters.dynamodb.webhook_store import DynamoWebhookStore

        return DynamoWebhookStore(self._table)

    @cached_property
    def deliveries(self) -> DeliveryStore:
        from shared.adapters.dynamodb.webhook_store import DynamoDeliveryStore

        return DynamoDeliveryStore(self._table)

    @cached_property
    def teller(self) -> Teller:
        from shared.adapters.doorbell import SqsTasks
        from shared.engine.telling import Teller

        tasks = SqsTasks(self._sqs, self.settings.deliveries_queue_url)
        return Teller(self.webhooks, self.deliveries, tasks, self.clock, spread=_side_by_side)

    @cached_property
    def sender(self) -> Sender:
        import random
        import time

        from shared.adapters.https_post import HttpsPost
        from shared.engine.sender import Sender

        post = HttpsPost(self.settings.webhook_receiver)
        return Sender(self.teller, post, self.clock, self.probe, time.time, random.random)

    @cached_property
    def health(self) -> HealthStore:
        from shared.adapters.dynamodb.health_store import DynamoHealthStore

        return DynamoHealthStore(self._table)

    @cached_property
    def projects(self) -> ProjectStore:
        from shared.adapters.dynamodb.project_store import DynamoProjectStore

        return DynamoProjectStore(self._table, self._bucket)

    @cached_property
    def audit(self) -> AuditTrail:
        from shared.adapters.dynamodb.audit_trail import DynamoAuditTrail
        from shared.adapters.dynamodb.table import Table

        table = Table(self._dynamodb, self.settings.audit_table_name)
        return DynamoAuditTrail(table, self.settings.audit_retention_days)

    @cached_property
    def _sqs(self) -> Any:
        return LazyClient("sqs")

    @cached_property
    def doorbell(self) -> Doorbell:
        from shared.adapters.doorbell import SqsDoorbell

        return SqsDoorbell(self._sqs, self.settings.queue_url, self.settings.erasure_queue_url)

    @cached_property
    def dead_letters(self) -> DeadLetters:
        from shared.adapters.doorbell import SqsDeadLetters

        return SqsDeadLetters(self._sqs, self.settings.dead_letter_queue_url)

    @cached_property
    def quota(self) -> Quota:
        from shared.adapters.dynamodb.quota import DynamoQuota

        return DynamoQuota(self._table, self.clock, self.settings.quota_per_minute)

    @cached_property
    def creator(self) -> Creator:
        from shared.engine.creation import Creator

        return Creator(
            self.runs,
            self.payloads,
            self.doorbell,
            self.clock,
            self.ids,
            self.timing,
            self.settings.worker_enabled,
            self.gates,
        )

    @cached_property
    def commands(self) -> Commands:
        from shared.engine.commands import Commands

        return Commands(self.runs, self.payloads, self.doorbell, self.clock, self.ids, self.timing)

    @cached_property
    def bulks(self) -> BulkStore:
        from shared.adapters.dynamodb.bulk_store import DynamoBulkStore

        return DynamoBulkStore(self._table)

    @cached_property
    def bulk_runner(self) -> BulkRunner:
        from shared.adapters.doorbell import SqsTasks
        from shared.engine.bulk import BulkRunner

        tasks = SqsTasks(self._sqs, self.settings.bulk_queue_url)
        return BulkRunner(self.bulks, self.runs, tasks, self.clock, self.probe)

    @cached_property
    def reader(self) -> Reader:
        from shared.engine.listing import Reader

        return Reader(self.runs, self.clock)

    @cached_property
    def rounds(self) -> Rounds:
        from shared.engine.rounds import Rounds

        return Rounds(self.reader)

    @cached_property
    def gatekeeper(self) -> Gatekeeper:
        """Who lets parked runs go on, by kind of gate."""
        from shared.engine.budgets import BudgetKeeper
        from shared.engine.gatekeeping import CLOSED, WIDE_OPEN, Gatekeeper, Keeper
        from shared.engine.keepers import PauseKeeper, ProviderKeeper
        from shared.records.gate import Kind

        enabled = self.settings.worker_enabled
        keepers: dict[str, Keeper] = {
            Kind.WORKER: lambda gate, now: WIDE_OPEN if enabled else CLOSED,
            Kind.PROVIDER: ProviderKeeper(self.providers, self.doorbell),
            Kind.PAUSE: PauseKeeper(self.organisations),
            Kind.BUDGET: BudgetKeeper(self.budgets),
        }
        return Gatekeeper(self.runs, self.gates, self.doorbell, self.clock, self.timing, keepers)

    @cached_property
    def sweeper(self) -> Sweeper:
        from shared.engine.inspection import Inspector
        from shared.engine.sweeper import Sweeper

        return Sweeper(
            runs=self.runs,
            gates=self.gates,
            gatekeeper=self.gatekeeper,
            inspector=Inspector(self.runs, self.gates, self.health, self.clock),
            doorbell=self.doorbell,
            clock=self.clock,
            ids=self.ids,
            timing=self.timing,
            worker_enabled=self.settings.worker_enabled,
            spread=_side_by_side,
            wakers=(self.bulk_runner.wake, self.teller.wake, self.retention_calls.wake),
            counters=(self.reckoner.sweep,),
        )
