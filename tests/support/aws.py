"""An AWS in this process (moto), whose writers take turns: by itself it lets two racing ones both
win. What races do on a real server is shown in tests/races.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config
from moto import mock_aws

from shared.adapters.artifact_store import AwsArtifactStore
from shared.adapters.doorbell import SqsDeadLetters, SqsDoorbell
from shared.adapters.dynamodb.audit_trail import DynamoAuditTrail
from shared.adapters.dynamodb.budget_store import DynamoBudgetStore
from shared.adapters.dynamodb.bulk_store import DynamoBulkStore
from shared.adapters.dynamodb.care_store import DynamoCareStore
from shared.adapters.dynamodb.counts_store import DynamoCountsStore
from shared.adapters.dynamodb.gate_store import DynamoGateStore
from shared.adapters.dynamodb.health_store import DynamoHealthStore
from shared.adapters.dynamodb.organisation_store import DynamoOrganisationStore
from shared.adapters.dynamodb.project_store import DynamoProjectStore
from shared.adapters.dynamodb.provider_store import DynamoProviderStore
from shared.adapters.dynamodb.record_store import DynamoRecordStore
from shared.adapters.dynamodb.retention_store import DynamoRetentionStore
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.adapters.dynamodb.webhook_store import DynamoDeliveryStore, DynamoWebhookStore
from shared.adapters.erasure_store import AwsErasureStore
from shared.adapters.payload_store import AwsPayloadStore
from shared.adapters.s3 import Bucket
from tests.support.table import table_arguments

REGION = "eu-central-1"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Clients:
    dynamodb: Any
    s3: Any
    sqs: Any


@contextmanager
def in_process_aws() -> Iterator[Clients]:
    """Clients of an empty AWS that lives as long as the context."""
    with mock_aws():
        session = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION
        )
        s3 = session.client("s3", config=Config(signature_version="s3v4"))
        yield Clients(session.client("dynamodb"), s3, session.client("sqs"))


class PlantingTable(Table):
    """A table into which a test may put what no adapter would write."""

    def put(self, item: dict[str, Any]) -> None:
        self._client.put_item(TableName=self._name, Item=item)


class _OneAtATime:
    """A client whose calls wait for each other, as DynamoDB's writes to one item do and moto's do
    not.
    """

    def __init__(self, client: Any) -> None:
        self._client, self._lock = client, Lock()

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        def alone(**arguments: Any) -> Any:
            with self._lock:
                return call(**arguments)

        return alone


class Deployment:
    """A fresh table, bucket and pair of queues, and the adapters over them."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.name = f"studio-{next(_numbers)}"
        clients.dynamodb.create_table(**table_arguments(self.name))
        clients.s3.create_bucket(
            Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.queue, self.dead = (
            clients.sqs.create_queue(QueueName=f"{self.name}-{kind}")["QueueUrl"]
            for kind in ("runs", "dead")
        )
        self.table = PlantingTable(_OneAtATime(clients.dynamodb), self.name)
        self.bucket = Bucket(clients.s3, self.name)
        self.runs = DynamoRunStore(self.table)
        self.gates = DynamoGateStore(self.table)
        self.health = DynamoHealthStore(self.table)
        self.providers = DynamoProviderStore(self.table)
        self.organisations = DynamoOrganisationStore(self.table)
        self.budgets = DynamoBudgetStore(self.table)
        self.counts = DynamoCountsStore(self.table)
        self.bulks = DynamoBulkStore(self.table)
        self.webhooks = DynamoWebhookStore(self.table)
        self.deliveries = DynamoDeliveryStore(self.table)
        self.payloads = AwsPayloadStore(self.table, self.bucket)
        self.artifacts = AwsArtifactStore(self.table, self.bucket)
        self.care = DynamoCareStore(self.table, self.bucket)
        self.records = DynamoRecordStore(self.table, self.bucket)
        self.erasing = AwsErasureStore(self.table, self.bucket)
        self.retention = DynamoRetentionStore(self.table)
        self.audit_name = f"{self.name}-audit"
        clients.dynamodb.create_table(**table_arguments(self.audit_name, "AuditTable"))
        self.audit = DynamoAuditTrail(Table(clients.dynamodb, self.audit_name), 2_190)
        self.projects = DynamoProjectStore(self.table, self.bucket)
        self.dead_letters = SqsDeadLetters(clients.sqs, self.dead)
        self.doorbell = SqsDoorbell(clients.sqs, self.queue)

    def delete(self) -> None:
        """Forget the table, so that a long session does not grow."""
        for name in (self.name, self.audit_name):
            self.clients.dynamodb.delete_table(TableName=name)
