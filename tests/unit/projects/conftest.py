"""An AWS in this process with everything that the project doors and the worker need, and the offline model on loopback.

Clients are slow to build, so a module keeps them; the table is a new one for every test.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.offline_model import OfflineModel
from shared import bootstrap, bootstrap_worker
from shared.adapters.claude import build_client
from tests.support.table import table_arguments
from tests.unit.projects.stage import Doors

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def deployed() -> Iterator[Doors]:
    model = OfflineModel()
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "CURSOR_KEY", "ANTHROPIC_API_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("ANTHROPIC_BASE_URL", model.start())
        boto3.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="runs")["QueueUrl"]
        for name, value in {"TABLE_NAME": "table", "BUCKET_NAME": "bucket", "QUEUE_URL": queue, "ISOLATION_QUEUE_URL": queue}.items():
            patch.setenv(name, value)
        bootstrap.reset()
        with closed_in_the_end(patch):
            yield Doors(boto3.client("dynamodb"), sqs, queue, model)
    bootstrap.reset()
    model.stop()


@pytest.fixture
def doors(deployed: Doors) -> Iterator[Doors]:
    deployed.dynamodb.create_table(**table_arguments("table"))
    deployed.model.script([])
    deployed.doorbells()
    yield deployed
    deployed.dynamodb.delete_table(TableName="table")


@contextmanager
def closed_in_the_end(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the SDK's clients: a worker keeps its own for as long as it lives, a test session must not."""
    clients: list[Any] = []

    def building(**settings: Any) -> Any:
        clients.append(build_client(**settings))
        return clients[-1]

    patch.setattr(bootstrap_worker, "build_client", building)
    yield
    for client in clients:
        client.close()
