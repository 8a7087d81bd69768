"""The deployed code over moto and the offline model, in this process: what the benches measure."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from moto import mock_aws

from local.model.server import OfflineModel
from shared import bootstrap
from shared.adapters.aws_clients import aws_client
from shared.adapters.clock import SystemClock
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.bootstrap import Services
from shared.settings import load
from tests.fakes.world import VirtualClock

PATIENT = "11111111-1111-4111-8111-111111111111"
RECORD = Path(__file__).parents[1] / "local" / "seed_record.json"
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
_LISTS = {"by-subject": "s", "by-creator": "c", "by-org": "g", "by-rare": "x", "by-open": "q"}


@dataclass(frozen=True, slots=True)
class World:
    services: Services
    client: Any
    table: str
    trail: str
    names: Mapping[str, str]

    def another(self) -> Services:
        """Those of another process: it has seen and read nothing yet."""
        return Services(load(self.names))


@contextmanager
def world() -> Iterator[World]:
    """Services over empty stores, with one patient and their record."""
    bootstrap.use_clock(VirtualClock())
    model = OfflineModel()
    with patch.dict(os.environ, _CREDENTIALS), mock_aws():
        names = {
            "TABLE_NAME": "bench",
            "AUDIT_TABLE_NAME": "bench-audit",
            "BUCKET_NAME": "bench-bucket",
            "DIAGNOSIS_WORKER_ENABLED": "true",
        }
        queue = aws_client("sqs").create_queue(QueueName="bench")["QueueUrl"]
        names |= dict.fromkeys(("QUEUE_URL", "DEAD_LETTER_QUEUE_URL"), queue)
        names |= {"MODEL_API_KEY": "offline", "MODEL_BASE_URL": model.start()}
        _create_table(names["TABLE_NAME"])
        _create_trail(names["AUDIT_TABLE_NAME"])
        location = {"LocationConstraint": "eu-central-1"}
        aws_client("s3").create_bucket(
            Bucket=names["BUCKET_NAME"], CreateBucketConfiguration=location
        )
        os.environ.update(names)
        services = Services(load(names))
        _admit(services)
        try:
            client = cast(DynamoRunStore, services.runs)._table._client
            yield World(services, client, names["TABLE_NAME"], names["AUDIT_TABLE_NAME"], names)
        finally:
            model.stop()
            bootstrap.use_clock(SystemClock())


def _create_table(name: str) -> None:
    attributes = {"pk": "S", "sk": "S", "o": "B"} | dict.fromkeys(_LISTS.values(), "S")
    aws_client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": n, "AttributeType": t} for n, t in attributes.items()
        ],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": _keys(attribute, "o"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index, attribute in _LISTS.items()
        ],
    )


def _create_trail(name: str) -> None:
    """Written to, never read here, so without its lists."""
    aws_client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
        KeySchema=_keys("pk", "sk"),
    )


def _keys(partition: str, order: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": order, "KeyType": "RANGE"},
    ]


def _admit(services: Services) -> None:
    from shared.records.care import Patient, Person, RecordContent

    now = services.clock.now_ms()
    services.care.put_patient(Patient(PATIENT, "demo", None, now, now), keep_user=False)
    bundle = RECORD.read_bytes()
    content = RecordContent({"Bundle": len(json.loads(bundle)["entry"])}, Person())
    services.records.put("demo", PATIENT, bundle, content, "admin", now)
