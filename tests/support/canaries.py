"""Markers that stand for patient data, and a reader of everything that a local stack said and asked
of AWS meanwhile.
"""

import base64
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from local.demo.stack_process import ROOT, running_stack

KEY_ATTRIBUTES = ("pk", "sk", "s", "c", "g", "o", "q", "x")
"""What DynamoDB sorts and partitions by, in the table and its indexes."""
_TEXTS = {
    "text",
    "display",
    "value",
    "family",
    "line",
    "city",
    "system",
    "reference",
    "fullUrl",
    "id",
    "valueString",
    "description",
    "title",
}
_IDENTITY = {"family", "given", "line", "city", "postalCode"}


@dataclass
class Markers:
    """Hands out markers and remembers what each stands for."""

    given: dict[str, str] = field(default_factory=dict)

    def __call__(self, what: str) -> str:
        marker = f"canary{uuid.uuid4().hex[:12]}"
        self.given[marker] = what
        return marker

    def found_in(self, text: str) -> set[str]:
        """What of all that was marked stands in the text."""
        return (
            {f"{what} ({marker})" for marker, what in self.given.items() if marker in text}
            if "canary" in text
            else set()
        )

    def marked(self, resource: Any, where: str = "record") -> Any:
        """A copy of a FHIR resource with a marker in every text that a person could
        have written.
        """
        if isinstance(resource, list):
            return [self.marked(one, where) for one in resource]
        if not isinstance(resource, dict):
            return resource
        return {
            name: self._marked_value(name, value, f"{where}.{name}")
            for name, value in resource.items()
        }

    def _marked_value(self, name: str, value: Any, where: str) -> Any:
        if name in _IDENTITY:
            return [self(where) for _ in value] if isinstance(value, list) else self(where)
        if name in ("text", "display", "value") and isinstance(value, str):
            return f"{value} {self(where)}"
        return self.marked(value, where)


@dataclass(frozen=True)
class AwsRequest:
    """One request to the local AWS; `operation` is `GetItem`, `SendMessage`, ... or
    empty for S3.
    """

    method: str
    url: str
    headers: dict[str, str]
    operation: str
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Listener:
    """A local stack of its own that is listened to: its logs, and what it asked of AWS."""

    url: str
    recording: Path

    @property
    def logs(self) -> dict[str, str]:
        """Everything that any function logged, by file."""
        folder = ROOT / ".local" / "logs" / str(urlsplit(self.url).port)
        return {file.name: file.read_text("utf-8", "replace") for file in folder.glob("*.log")}

    def requests(self) -> Iterator[AwsRequest]:
        with self.recording.open(encoding="utf-8") as lines:
            yield from (_request(json.loads(line)) for line in lines if line.strip())

    def queued(self) -> Iterator[str]:
        """The bodies and attributes of everything that was put into a queue."""
        for request in self.requests():
            if request.operation.startswith("SendMessage"):
                yield request.body.decode()

    def table_keys(self) -> Iterator[str]:
        """Every key that was written, read or asked for in the table."""
        for request in self.requests():
            if request.operation in (
                "PutItem",
                "UpdateItem",
                "GetItem",
                "DeleteItem",
                "BatchGetItem",
                "Query",
                "TransactWriteItems",
            ):
                yield from _keys(request.document)

    def object_keys(self) -> Iterator[str]:
        """The path and the headers of every object that was written or read."""
        for request in self.requests():
            if not request.operation:
                yield unquote(request.url) + json.dumps(request.headers)


@contextmanager
def listened_stack(folder: Path) -> Iterator[Listener]:
    """A local stack that writes down, in the folder, every request that it makes to AWS."""
    recording = folder / "requests.jsonl"
    recording.touch()
    os.environ.update(MOTO_RECORDER_FILEPATH=str(recording), MOTO_ENABLE_RECORDING="1")
    try:
        with running_stack() as url:
            yield Listener(url, recording)
    finally:
        del os.environ["MOTO_RECORDER_FILEPATH"], os.environ["MOTO_ENABLE_RECORDING"]


def _request(line: dict[str, Any]) -> AwsRequest:
    headers = {name.lower(): value for name, value in line["headers"].items()}
    body = (
        base64.b64decode(line["body"]) if line.get("body_encoded") else str(line["body"]).encode()
    )
    return AwsRequest(
        line["method"],
        line["url"],
        headers,
        headers.get("x-amz-target", "").rpartition(".")[2],
        body,
    )


def _keys(value: Any) -> Iterator[str]:
    """Every key attribute, and every value that a condition compares with, as text, however deep it
    stands.
    """
    if isinstance(value, list):
        for one in value:
            yield from _keys(one)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in KEY_ATTRIBUTES and isinstance(inner, dict) and len(inner) == 1:
                yield _text(inner)
            elif name == "ExpressionAttributeValues" and "KeyConditionExpression" in value:
                yield from (_text(one) for one in inner.values())
            else:
                yield from _keys(inner)


def _text(attribute: dict[str, Any]) -> str:
    ((kind, value),) = attribute.items()
    return base64.b64decode(value).decode("latin-1") if kind == "B" else str(value)
