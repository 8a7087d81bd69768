"""An AWS in this process with everything that the project doors and the worker need, and the offline model on loopback."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from local.offline_model import OfflineModel
from shared import bootstrap
from tests.support.table import table_arguments
from tests.unit.projects.stage import Doors

REGION = "eu-central-1"


@pytest.fixture(scope="session")
def model() -> Iterator[OfflineModel]:
    offline = OfflineModel()
    offline.start()
    yield offline
    offline.stop()


@pytest.fixture
def doors(model: OfflineModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "CURSOR_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", model.url)
    model.script([])
    with mock_aws():
        boto3.client("dynamodb").create_table(**table_arguments("table"))
        boto3.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="runs")["QueueUrl"]
        for name, value in {"TABLE_NAME": "table", "BUCKET_NAME": "bucket", "QUEUE_URL": queue, "ISOLATION_QUEUE_URL": queue}.items():
            monkeypatch.setenv(name, value)
        bootstrap.reset()
        yield Doors(sqs, queue, model)
    bootstrap.reset()
