"""The composition root: the only place that builds clients. Lazy and cached; nothing happens at import.

Local testing swaps the clock and the step probe; everything else is the deployed thing.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from shared.adapters.artifact_store import AwsArtifactStore
from shared.adapters.aws_clients import aws_client
from shared.adapters.clock import RandomIds, SystemClock
from shared.adapters.doorbell import SqsDeadLetters, SqsDoorbell
from shared.adapters.dynamodb.care_store import DynamoCareStore
from shared.adapters.dynamodb.project_store import DynamoProjectStore
from shared.adapters.dynamodb.quota import DynamoQuota
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.adapters.payload_store import AwsPayloadStore
from shared.adapters.s3 import Bucket
from shared.engine.commands import Commands
from shared.engine.creation import Creator
from shared.engine.listing import Reader
from shared.engine.sweeper import Sweeper
from shared.ports import Clock, StepProbe
from shared.runs.timing import SECOND, Timing
from shared.settings import Settings, load

if TYPE_CHECKING:
    from shared.engine.worker import Worker


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
def services() -> "Services":
    """This process's services, built at the first call."""
    return Services(load())


class Services:
    """Everything a function may call, each built when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock: Clock = _world.clock
        self.ids = RandomIds()

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
        return Table(aws_client("dynamodb"), self.settings.table_name)

    @cached_property
    def _bucket(self) -> Bucket:
        return Bucket(aws_client("s3"), self.settings.bucket_name)

    @cached_property
    def runs(self) -> DynamoRunStore:
        return DynamoRunStore(self._table)

    @cached_property
    def payloads(self) -> AwsPayloadStore:
        return AwsPayloadStore(self._table, self._bucket)

    @cached_property
    def artifacts(self) -> AwsArtifactStore:
        return AwsArtifactStore(self._table, self._bucket)

    @cached_property
    def care(self) -> DynamoCareStore:
        return DynamoCareStore(self._table, self._bucket)

    @cached_property
    def projects(self) -> DynamoProjectStore:
        return DynamoProjectStore(self._table, self._bucket)

    @cached_property
    def _sqs(self) -> Any:
        return aws_client("sqs")

    @cached_property
    def doorbell(self) -> SqsDoorbell:
        return SqsDoorbell(self._sqs, self.settings.queue_url, self.settings.isolation_queue_url)

    @cached_property
    def dead_letters(self) -> SqsDeadLetters:
        return SqsDeadLetters(self._sqs, self.settings.dead_letter_queue_url)

    @cached_property
    def quota(self) -> DynamoQuota:
        return DynamoQuota(self._table, self.clock, self.settings.quota_per_minute)

    @cached_property
    def creator(self) -> Creator:
        return Creator(self.runs, self.payloads, self.doorbell, self.clock, self.ids, self.timing, self.settings.worker_enabled)

    @cached_property
    def commands(self) -> Commands:
        return Commands(self.runs, self.payloads, self.doorbell, self.clock, self.ids, self.timing)

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.runs, self.clock)

    @cached_property
    def sweeper(self) -> Sweeper:
        return Sweeper(self.runs, self.doorbell, self.clock, self.ids, self.timing, self.settings.worker_enabled)

    @cached_property
    def worker(self) -> "Worker":
        """Imports the steps and the model's SDK, which no API function may carry."""
        from shared.bootstrap_worker import build_worker

        return build_worker(self, _world.probe)
