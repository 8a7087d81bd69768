"""The two worlds that every contract is held against: all fakes, and all real adapters over an
in-process AWS.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from shared.adapters.dynamodb.quota import DynamoQuota
from shared.adapters.dynamodb.record_store import upload_object
from shared.adapters.dynamodb.run_codec import run_item
from shared.adapters.erasure_store import AwsErasureStore
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
    OrganisationStore,
    PayloadStore,
    ProjectStore,
    ProviderStore,
    Quota,
    RecordStore,
    RetentionStore,
    RunStore,
    WebhookStore,
)
from shared.records.artifact import Artifact
from shared.records.care import Upload
from shared.records.run import PayloadRef, Run
from tests.fakes.audit_trail import InMemoryAuditTrail
from tests.fakes.blobs import InMemoryArtifactStore, InMemoryPayloadStore
from tests.fakes.budget_store import InMemoryBudgetStore
from tests.fakes.care_store import InMemoryCareStore
from tests.fakes.counts_store import InMemoryCountsStore
from tests.fakes.erasing import InMemoryErasureStore, InMemoryRetentionStore
from tests.fakes.many import InMemoryBulkStore
from tests.fakes.project_store import InMemoryProjectStore
from tests.fakes.record_store import InMemoryRecordStore
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.settings_stores import InMemoryOrganisationStore, InMemoryProviderStore
from tests.fakes.sweeping import InMemoryGateStore, InMemoryHealthStore
from tests.fakes.things import Things
from tests.fakes.webhooks import InMemoryDeliveryStore, InMemoryWebhookStore
from tests.fakes.world import LeakyBucketQuota, RememberingDeadLetters, RememberingDoorbell
from tests.support.aws import Deployment


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the doorbell: its whole body."""

    body: dict[str, Any]


class World(Protocol):
    """The ports, and what only a test may do: look at the queue, plant a run as it is or past
    reading, damage bytes.
    """

    @property
    def runs(self) -> RunStore: ...
    @property
    def payloads(self) -> PayloadStore: ...
    @property
    def artifacts(self) -> ArtifactStore: ...
    @property
    def care(self) -> CareStore: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def gates(self) -> GateStore: ...
    @property
    def health(self) -> HealthStore: ...
    @property
    def providers(self) -> ProviderStore: ...
    @property
    def organisations(self) -> OrganisationStore: ...
    @property
    def budgets(self) -> BudgetStore: ...
    @property
    def counts(self) -> CountsStore: ...
    @property
    def bulks(self) -> BulkStore: ...
    @property
    def webhooks(self) -> WebhookStore: ...
    @property
    def deliveries(self) -> DeliveryStore: ...
    @property
    def records(self) -> RecordStore: ...
    @property
    def erasing(self) -> ErasureStore: ...
    @property
    def retention(self) -> RetentionStore: ...
    @property
    def projects(self) -> ProjectStore: ...
    @property
    def doorbell(self) -> Doorbell: ...
    @property
    def dead_letters(self) -> DeadLetters: ...

    def quota(self, clock: Clock, per_minute: int) -> Quota: ...

    def buried(self) -> list[str]: ...

    def plant(self, run: Run) -> None: ...

    def spoil(self, run: Run) -> None: ...

    def damage_payload(self, run: Run, ref: PayloadRef) -> None: ...

    def damage_artifact(self, artifact: Artifact) -> None: ...

    def damage_record(self, org_id: str, patient_id: str) -> None: ...

    def upload(self, upload: Upload, data: bytes) -> None: ...

    def erasing_by(self, at_once: int) -> ErasureStore: ...

    def heard(self) -> list[Heard]: ...

    def delayed(self) -> int: ...


@dataclass(slots=True)
class Fakes:
    things: Things = field(default_factory=Things)
    runs: InMemoryRunStore = field(init=False)
    payloads: InMemoryPayloadStore = field(default_factory=InMemoryPayloadStore)
    artifacts: InMemoryArtifactStore = field(init=False)
    care: InMemoryCareStore = field(init=False)
    gates: InMemoryGateStore = field(default_factory=InMemoryGateStore)
    health: InMemoryHealthStore = field(default_factory=InMemoryHealthStore)
    providers: InMemoryProviderStore = field(default_factory=InMemoryProviderStore)
    organisations: InMemoryOrganisationStore = field(default_factory=InMemoryOrganisationStore)
    budgets: InMemoryBudgetStore = field(default_factory=InMemoryBudgetStore)
    counts: InMemoryCountsStore = field(default_factory=InMemoryCountsStore)
    bulks: InMemoryBulkStore = field(init=False)
    webhooks: InMemoryWebhookStore = field(init=False)
    deliveries: InMemoryDeliveryStore = field(default_factory=InMemoryDeliveryStore)
    records: InMemoryRecordStore = field(init=False)
    projects: InMemoryProjectStore = field(init=False)
    erasing: InMemoryErasureStore = field(init=False)
    retention: InMemoryRetentionStore = field(default_factory=InMemoryRetentionStore)
    doorbell: RememberingDoorbell = field(default_factory=RememberingDoorbell)
    dead_letters: RememberingDeadLetters = field(default_factory=RememberingDeadLetters)

    audit: InMemoryAuditTrail = field(default_factory=InMemoryAuditTrail)

    def __post_init__(self) -> None:
        self.runs = InMemoryRunStore(self.things)
        self.projects = InMemoryProjectStore(self.runs, self.things)
        self.artifacts = InMemoryArtifactStore(self.things)
        self.payloads.artifacts = self.artifacts
        self.care = InMemoryCareStore(self.things)
        self.records = InMemoryRecordStore(self.things)
        self.bulks = InMemoryBulkStore(self.things)
        self.webhooks = InMemoryWebhookStore(self.things)
        self.erasing = InMemoryErasureStore(
            self.runs, self.payloads, self.artifacts, self.care, self.records, self.bulks
        )

    def plant(self, run: Run) -> None:
        self.runs.plant(run)

    def spoil(self, run: Run) -> None:
        self.runs.spoil(run)

    def damage_payload(self, run: Run, ref: PayloadRef) -> None:
        self.payloads.damage(run, ref)

    def damage_artifact(self, artifact: Artifact) -> None:
        self.artifacts.damage(artifact)

    def damage_record(self, org_id: str, patient_id: str) -> None:
        self.records.damage(org_id, patient_id)

    def upload(self, upload: Upload, data: bytes) -> None:
        self.records.upload(upload, data)

    def erasing_by(self, at_once: int) -> ErasureStore:
        return replace(self.erasing, at_once=at_once)

    def heard(self) -> list[Heard]:
        return [
            Heard({"run_id": ring.run_id}) for ring in self.doorbell.rings if ring.delay_ms == 0
        ]

    def quota(self, clock: Clock, per_minute: int) -> Quota:
        return LeakyBucketQuota(clock, per_minute)

    def buried(self) -> list[str]:
        return self.dead_letters.bodies

    def delayed(self) -> int:
        return sum(ring.delay_ms > 0 for ring in self.doorbell.rings)


class RealAdapters(Deployment):
    def plant(self, run: Run) -> None:
        self.table.put(run_item(run))

    def spoil(self, run: Run) -> None:
        self.table.put(run_item(run) | {"h": {"L": [{"S": "an entry of another kind"}]}})

    def damage_payload(self, run: Run, ref: PayloadRef) -> None:
        for item in self._inline(run):
            self.table.put(item | {"b": {"B": b"damaged"}})
        self.damage_objects()

    def _inline(self, run: Run) -> Iterator[dict[str, Any]]:
        pk = run_item(run)["pk"]["S"]
        yield from self.table.query_prefix(pk, "P#")

    def damage_artifact(self, artifact: Artifact) -> None:
        self.damage_objects()

    def damage_record(self, org_id: str, patient_id: str) -> None:
        self.damage_objects()

    def upload(self, upload: Upload, data: bytes) -> None:
        self.bucket.put_new(upload_object(upload), data)

    def erasing_by(self, at_once: int) -> ErasureStore:
        return AwsErasureStore(self.table, self.bucket, at_once)

    def damage_objects(self) -> None:
        s3 = self.clients.s3
        for found in s3.list_objects_v2(Bucket=self.name).get("Contents", []):
            s3.put_object(Bucket=self.name, Key=found["Key"], Body=b"damaged")

    def heard(self) -> list[Heard]:
        return [Heard(body) for body in self._receive(self.queue)]

    def quota(self, clock: Clock, per_minute: int) -> Quota:
        return DynamoQuota(self.table, clock, per_minute)

    def buried(self) -> list[str]:
        answer = self.clients.sqs.receive_message(QueueUrl=self.dead, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]

    def _receive(self, queue: str) -> Iterator[dict[str, Any]]:
        while messages := self.clients.sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10
        ).get("Messages"):
            yield from (json.loads(message["Body"]) for message in messages)

    def delayed(self) -> int:
        name = "ApproximateNumberOfMessagesDelayed"
        answer = self.clients.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=[name])
        return int(answer["Attributes"][name])
