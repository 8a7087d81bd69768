"""A look into everything that a local stack keeps: raw items, all versions of objects, messages and
logs. Its AWS is found by a URL that it presigns.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from local.demo.stack_process import ROOT
from shared.adapters.dynamodb import keys
from tests.support.care import Ward

_ACCOUNT: dict[str, Any] = {
    "aws_access_key_id": "local",
    "aws_secret_access_key": "local",
    "region_name": "eu-central-1",
}


@dataclass(frozen=True)
class RawStores:
    endpoint: str
    logs: Path

    @classmethod
    def of(cls, ward: Ward) -> "RawStores":
        asked = {"size_bytes": 2, "sha256": "ab" * 32, "format": "json"}
        path = f"/api/patients/{ward.patient}/record/uploads"
        url = ward.client.call("POST", path, asked, "admin").data["upload"]["url"]
        parts = urlsplit(url)
        port = urlsplit(ward.client.url).port
        return cls(f"{parts.scheme}://{parts.netloc}", ROOT / ".local" / "logs" / str(port))

    def client(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self.endpoint, **_ACCOUNT)

    def items(self) -> list[str]:
        """Every item of every table but the trail's, as text; binaries too as they are."""
        dynamodb = self.client("dynamodb")
        tables = [name for name in dynamodb.list_tables()["TableNames"] if "Audit" not in name]
        return [
            json.dumps(item, default=_text, sort_keys=True)
            for name in tables
            for page in dynamodb.get_paginator("scan").paginate(TableName=name)
            for item in page["Items"]
        ]

    def beside(self, run_ids: Iterable[str]) -> Counter[str]:
        """How many items of each kind stand beside these runs: the first letter of their keys."""
        wanted = {keys.thing_pk(run_id) for run_id in run_ids}
        return Counter(
            item["sk"]["S"][0]
            for item in map(json.loads, self.items())
            if item["pk"].get("S") in wanted
        )

    def objects(self) -> dict[tuple[str, str], bytes]:
        """(key, version) -> bytes of all versions of all objects; of a delete marker none."""
        s3 = self.client("s3")
        found: dict[tuple[str, str], bytes] = {}
        for bucket in s3.list_buckets()["Buckets"]:
            name = bucket["Name"]
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
                for one in page.get("Versions", []):
                    key, version = one["Key"], one["VersionId"]
                    body = s3.get_object(Bucket=name, Key=key, VersionId=version)["Body"]
                    found[key, version] = body.read()
                for one in page.get("DeleteMarkers", []):
                    found[one["Key"], one["VersionId"]] = b""
        return found

    def messages(self) -> Iterator[str]:
        sqs = self.client("sqs")
        for url in sqs.list_queues().get("QueueUrls", []):
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
            yield from (message["Body"] for message in answer.get("Messages", []))

    def everything(self) -> str:
        """All of it in one text, in which whoever looks for a word finds it."""
        objects = [
            f"{key} {data.decode('utf-8', 'replace')}" for (key, _), data in self.objects().items()
        ]
        logs = [path.read_text("utf-8", "replace") for path in self.logs.glob("*.log")]
        return "\n".join([*self.items(), *objects, *self.messages(), *logs])


def _text(value: Any) -> Any:
    """A binary as text and, for what was compressed or encoded, as base64."""
    data = bytes(value)
    return [data.decode("utf-8", "replace"), base64.b64encode(data).decode()]
