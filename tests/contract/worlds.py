"""The two worlds that every contract is held against: all fakes, and all real adapters over an in-process AWS."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.adapters.dynamodb.items import run_item
from shared.ports import Artifact, ArtifactStore, CareStore, Doorbell, PayloadStore, RunStore
from shared.runs.records import PayloadRef, Run
from tests.fakes.blobs import InMemoryArtifactStore, InMemoryPayloadStore
from tests.fakes.care_store import InMemoryCareStore
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.things import Things
from tests.fakes.world import RememberingDoorbell
from tests.support.aws import Deployment


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the doorbell: its whole body, and on which queue it came."""

    body: dict[str, Any]
    isolated: bool


class World(Protocol):
    """The ports, and what only a test may do: look at the queue, plant a run as it is or past reading, damage bytes."""

    @property
    def runs(self) -> RunStore: ...
    @property
    def payloads(self) -> PayloadStore: ...
    @property
    def artifacts(self) -> ArtifactStore: ...
    @property
    def care(self) -> CareStore: ...
    @property
    def doorbell(self) -> Doorbell: ...

    def plant(self, run: Run) -> None: ...

    def spoil(self, run: Run) -> None: ...

    def damage_payload(self, run: Run, ref: PayloadRef) -> None: ...

    def damage_artifact(self, artifact: Artifact) -> None: ...

    def heard(self) -> list[Heard]: ...

    def delayed(self) -> int: ...


@dataclass(slots=True)
class Fakes:
    things: Things = field(default_factory=Things)
    runs: InMemoryRunStore = field(init=False)
    payloads: InMemoryPayloadStore = field(default_factory=InMemoryPayloadStore)
    artifacts: InMemoryArtifactStore = field(init=False)
    care: InMemoryCareStore = field(init=False)
    doorbell: RememberingDoorbell = field(default_factory=RememberingDoorbell)

    def __post_init__(self) -> None:
        self.runs = InMemoryRunStore(self.things)
        self.artifacts = InMemoryArtifactStore(self.things)
        self.care = InMemoryCareStore(self.things)

    def plant(self, run: Run) -> None:
        self.runs.plant(run)

    def spoil(self, run: Run) -> None:
        self.runs.spoil(run)

    def damage_payload(self, run: Run, ref: PayloadRef) -> None:
        self.payloads.damage(run, ref)

    def damage_artifact(self, artifact: Artifact) -> None:
        self.artifacts.damage(artifact)

    def heard(self) -> list[Heard]:
        return [Heard({"run_id": ring.run_id}, ring.isolated) for ring in self.doorbell.rings if ring.delay_ms == 0]

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

    def damage_objects(self) -> None:
        s3 = self.clients.s3
        for found in s3.list_objects_v2(Bucket=self.name).get("Contents", []):
            s3.put_object(Bucket=self.name, Key=found["Key"], Body=b"damaged")

    def heard(self) -> list[Heard]:
        return [Heard(body, is_isolation) for queue, is_isolation in self._queues() for body in self._receive(queue)]

    def _queues(self) -> tuple[tuple[str, bool], ...]:
        return (self.queue, False), (self.isolation, True)

    def _receive(self, queue: str) -> Iterator[dict[str, Any]]:
        while messages := self.clients.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            yield from (json.loads(message["Body"]) for message in messages)

    def delayed(self) -> int:
        name = "ApproximateNumberOfMessagesDelayed"
        answers = [self.clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name]) for queue, _ in self._queues()]
        return sum(int(answer["Attributes"][name]) for answer in answers)
