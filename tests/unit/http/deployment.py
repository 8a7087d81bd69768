"""Everything that endpoints and the worker need in this process: moto's AWS and, on loopback, the
offline model.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.model.answers import COMPOSERS, Composers
from local.model.server import OfflineModel
from shared import bootstrap, bootstrap_worker
from shared.adapters.claude import build_client
from tests.support.table import table_arguments
from tests.unit.http.project_doors import Doors

REGION = "eu-central-1"


@contextmanager
def deployment(composers: Composers = COMPOSERS) -> Iterator[Doors]:
    """An AWS with a bucket and a queue, and the environment of every function, but no table."""
    model = OfflineModel(composers=composers)
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for name in (
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "MODEL_API_KEY",
        ):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("MODEL_BASE_URL", model.start())
        boto3.client("s3").create_bucket(
            Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="runs")["QueueUrl"]
        secrets = boto3.client("secretsmanager")
        cursor_key = secrets.create_secret(Name="cursors", SecretString="test")["ARN"]
        for name, value in {
            "CURSOR_KEY_SECRET_ARN": cursor_key,
            "AUDIT_TABLE_NAME": "audit",
            "TABLE_NAME": "table",
            "BUCKET_NAME": "bucket",
            "QUEUE_URL": queue,
            "ISOLATION_QUEUE_URL": queue,
        }.items():
            patch.setenv(name, value)
        bootstrap.reset()
        with closed_in_the_end(patch):
            yield Doors(boto3.client("dynamodb"), sqs, queue, model)
    bootstrap.reset()
    model.stop()


@contextmanager
def tables(doors: Doors) -> Iterator[Doors]:
    """Two empty tables, no script and no doorbell."""
    doors.dynamodb.create_table(**table_arguments("table"))
    doors.dynamodb.create_table(**table_arguments("audit", "AuditTable"))
    doors.model.script([])
    doors.doorbells()
    yield doors
    doors.dynamodb.delete_table(TableName="table")
    doors.dynamodb.delete_table(TableName="audit")


@contextmanager
def closed_in_the_end(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the SDK's clients: a worker keeps its own for as long as it lives, a test session must
    not.
    """
    clients: list[Any] = []

    def building(**settings: Any) -> Any:
        clients.append(build_client(**settings))
        return clients[-1]

    patch.setattr(bootstrap_worker, "build_client", building)
    yield
    for client in clients:
        client.close()
