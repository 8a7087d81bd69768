"""An AWS in this process (moto), for one caller at a time: it lets two racing writers both win, so races are not its business."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import boto3
from botocore.config import Config
from moto import mock_aws

from shared.adapters.artifact_store import AwsArtifactStore
from shared.adapters.doorbell import SqsDoorbell
from shared.adapters.dynamodb.care_store import DynamoCareStore
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
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
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
        s3 = session.client("s3", config=Config(signature_version="s3v4"))
        yield Clients(session.client("dynamodb"), s3, session.client("sqs"))


class PlantingTable(Table):
    """A table into which a test may put what no adapter would write."""

    def put(self, item: dict[str, Any]) -> None:
        self._client.put_item(TableName=self._name, Item=item)


class Deployment:
    """A fresh table, bucket and pair of queues, and the adapters over them."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.name = f"studio-{next(_numbers)}"
        clients.dynamodb.create_table(**table_arguments(self.name))
        clients.s3.create_bucket(Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.queue, self.isolation = (
            clients.sqs.create_queue(QueueName=f"{self.name}-{kind}")["QueueUrl"] for kind in ("runs", "isolation")
        )
        self.table = PlantingTable(clients.dynamodb, self.name)
        self.bucket = Bucket(clients.s3, self.name)
        self.runs = DynamoRunStore(self.table)
        self.payloads = AwsPayloadStore(self.table, self.bucket)
        self.artifacts = AwsArtifactStore(self.table, self.bucket)
        self.care = DynamoCareStore(self.table, self.bucket)
        self.doorbell = SqsDoorbell(clients.sqs, self.queue, self.isolation)

    def delete(self) -> None:
        """Forget the table, so that a long session does not grow."""
        self.clients.dynamodb.delete_table(TableName=self.name)
