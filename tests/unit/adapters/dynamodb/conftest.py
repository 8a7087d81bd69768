"""The project store over a client that counts."""

from collections.abc import Iterator

import pytest

from shared.adapters.dynamodb.project_store import DynamoProjectStore
from shared.adapters.dynamodb.table import Table
from shared.adapters.s3 import Bucket
from tests.support.aws import REGION, Clients, in_process_aws
from tests.support.table import table_arguments
from tests.unit.adapters.dynamodb.counting import PROJECT, Client


@pytest.fixture(scope="module")
def aws() -> Iterator[Clients]:
    with in_process_aws() as clients:
        clients.s3.create_bucket(
            Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield clients


@pytest.fixture
def client(aws: Clients) -> Iterator[Client]:
    aws.dynamodb.create_table(**table_arguments("table"))
    yield Client(aws.dynamodb)
    aws.dynamodb.delete_table(TableName="table")


@pytest.fixture
def store(client: Client, aws: Clients) -> DynamoProjectStore:
    made = DynamoProjectStore(Table(client, "table"), Bucket(aws.s3, "bucket"))
    made.create_project(PROJECT)
    return made
