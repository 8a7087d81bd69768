"""The in-memory S3 and SQS, and how AWS refuses."""

import hashlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError

from tests.faults.values import Item, Unsupported


def refusal(code: str, operation: str, item: Item | None = None, status: int = 400) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    if item is not None:
        response["Item"] = item
    return ClientError(response, operation)


class FakeS3:
    """One bucket of objects."""

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        self.objects: dict[str, bytes] = dict(objects)

    def put_object(
        self, *, Bucket: str, Key: str, Body: bytes, ContentType: str, IfNoneMatch: str
    ) -> Any:
        if IfNoneMatch != "*":
            raise Unsupported(f"IfNoneMatch={IfNoneMatch}")
        if Key in self.objects:
            raise refusal("PreconditionFailed", "PutObject", status=412)
        self.objects[Key] = Body
        return {"ETag": hashlib.sha256(Body).hexdigest()}

    def get_object(self, *, Bucket: str, Key: str) -> Any:
        if Key not in self.objects:
            raise refusal("NoSuchKey", "GetObject", status=404)
        return {"Body": BytesIO(self.objects[Key])}


class VersionedS3(FakeS3):
    """As FakeS3, but an object that is written again keeps its older versions."""

    def __init__(self) -> None:
        super().__init__({})
        self.versions: dict[tuple[str, str], bytes] = {}

    def put_object(self, **request: Any) -> Any:
        answer = super().put_object(**request)
        self.versions[request["Key"], f"v{len(self.versions)}"] = request["Body"]
        return answer

    def list_object_versions(self, *, Bucket: str, Prefix: str, MaxKeys: int) -> Any:
        found = [place for place in self.versions if place[0].startswith(Prefix)]
        return {"Versions": [{"Key": key, "VersionId": version} for key, version in found]}

    def delete_objects(self, *, Bucket: str, Delete: Mapping[str, Any]) -> Any:
        for one in Delete["Objects"]:
            self.versions.pop((one["Key"], one["VersionId"]), None)
        left = {key for key, _ in self.versions}
        self.objects = {key: data for key, data in self.objects.items() if key in left}
        return {}


class FakeSqs:
    """Hands every accepted message to `accept(body, delay in ms)`."""

    def __init__(self, accept: Callable[[str, int], None]) -> None:
        self._accept = accept

    def send_message(
        self, *, QueueUrl: str, MessageBody: str, MessageGroupId: str, DelaySeconds: int = 0
    ) -> Any:
        if not 0 <= DelaySeconds <= 900:
            raise refusal("InvalidParameterValue", "SendMessage")
        self._accept(MessageBody, DelaySeconds * 1_000)
        return {"MessageId": "m"}
