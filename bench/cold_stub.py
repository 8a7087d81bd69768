"""DynamoDB with its real conditions, S3, SQS and a model that is overloaded, behind one port: what
a cold function calls. Each event finds the world that its sample speaks of.

It must never answer what AWS would refuse: what the in-memory AWS does not know is a 500 here.
"""

import base64
import copy
import http.server
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import unquote

from botocore.exceptions import ClientError

from shared import bootstrap
from shared.adapters.dynamodb.audit_trail import DynamoAuditTrail
from shared.adapters.dynamodb.table import Table
from shared.adapters.s3 import Bucket
from tests.faults.aws import FakeDynamo
from tests.faults.buckets import FakeS3, FakeSqs
from tests.faults.values import Unsupported
from tests.support.furnished import furnish

BUCKET = "cold-bucket"
_OPERATIONS = {
    "GetItem": "get_item",
    "BatchGetItem": "batch_get_item",
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "DeleteItem": "delete_item",
    "Query": "query",
}
_OK, _JSON = 200, "application/x-amz-json-1.0"
_ANYTHING = "attribute_exists(pk) OR attribute_not_exists(pk)"


@dataclass(slots=True)
class State:
    """What lies in the stub now, and what was asked of it since `restore`."""

    dynamo: FakeDynamo
    s3: FakeS3
    delay: float = 0
    asked: list[str] = field(default_factory=list)
    model_asked_at: float | None = None


def empty() -> State:
    return State(FakeDynamo({}, lambda *_: None, lambda: 0), FakeS3({}))


def furnished(name: str) -> State:
    """The world of one function's sample event, made by the real stores."""
    state = empty()
    bootstrap.reset()
    services = bootstrap.services()
    table = Table(cast(Any, state.dynamo), "t")
    services.__dict__.update(
        _table=table,
        _bucket=Bucket(cast(Any, state.s3), BUCKET),
        _sqs=FakeSqs(lambda *_: None),
        audit=DynamoAuditTrail(table, 1),
    )
    furnish(name)
    return state


class Stub:
    """`begin(state)` puts a copy of a world in place; `url` is where to call."""

    def __init__(self, port: int) -> None:
        self.state = empty()
        self._lock = threading.Lock()
        stub = self

        class Handler(_Handler):
            owner = stub

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def begin(self, world: State, delay: float = 0) -> State:
        """A copy of the world; every call of AWS answers after `delay` seconds."""
        self.state = empty()
        self.state.delay = delay
        self.state.dynamo.items = copy.deepcopy(world.dynamo.items)
        self.state.s3.objects = dict(world.s3.objects)
        return self.state

    @contextmanager
    def serving(self) -> Iterator["Stub"]:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def answer(self, method: str, path: str, target: str, body: bytes) -> tuple[int, bytes, str]:
        """Status, body and content type."""
        if path.startswith("/model"):
            self.state.model_asked_at = time.perf_counter()
            self.state.asked.append("model")
            return 529, b'{"type":"error","error":{"type":"overloaded_error"}}', "application/json"
        time.sleep(self.state.delay)
        with self._lock:
            if target.startswith("DynamoDB"):
                return self._dynamo(target.rpartition(".")[2], json.loads(body))
            if target.startswith("AmazonSQS"):
                self.state.asked.append("SendMessage")
                return (
                    200,
                    b'{"MessageId":"m","MD5OfMessageBody":"x"}',
                    "application/x-amz-json-1.0",
                )
            return self._s3(
                method, unquote(path.partition("?")[0]).removeprefix(f"/{BUCKET}/"), body
            )

    def _dynamo(self, operation: str, request: dict[str, Any]) -> tuple[int, bytes, str]:
        self.state.asked.append(operation)
        if operation == "TransactWriteItems":
            return self._transaction(request["TransactItems"])
        return self._single(operation, request)

    def _transaction(self, parts: Sequence[Mapping[str, Any]]) -> tuple[int, bytes, str]:
        """Each part in turn; where one is refused, what stood before stands again."""
        dynamo = self.state.dynamo
        before = dict(dynamo.items)
        for part in parts:
            ((kind, request),) = part.items()
            status, _, content = self._single(f"{kind}Item", dict(request))
            if status != _OK:
                dynamo.items = before
                reasons = [{"Code": "None"} for _ in parts]
                reasons[parts.index(part)] = {"Code": "ConditionalCheckFailed"}
                told = {"__type": "TransactionCanceledException", "CancellationReasons": reasons}
                return 400, json.dumps(told).encode(), content
        return _OK, b"{}", _JSON

    def _single(self, operation: str, request: dict[str, Any]) -> tuple[int, bytes, str]:
        for name in ("Key", "Item", "ExpressionAttributeValues", "ExclusiveStartKey"):
            if name in request:
                request[name] = _decoded(request[name])
        for table in request.get("RequestItems", {}).values():
            table["Keys"] = [_decoded(key) for key in table["Keys"]]
        if operation == "UpdateItem":
            request.setdefault("ConditionExpression", _ANYTHING)
        call = getattr(self.state.dynamo, _OPERATIONS[operation])
        try:
            answer = dict(call(**request))
        except ClientError as exc:
            response = cast(Mapping[str, Any], exc.response)
            refused = {"__type": f"com.amazonaws.dynamodb.v20120810#{response['Error']['Code']}"}
            item = {"Item": _encoded(response["Item"])} if "Item" in response else {}
            return 400, json.dumps(refused | item).encode(), _JSON
        for name in ("Item", "Attributes"):
            if name in answer:
                answer[name] = _encoded(answer[name])
        if "Items" in answer:
            answer["Items"] = [_encoded(item) for item in answer["Items"]]
        if "Responses" in answer:
            answer["Responses"] = {
                table: [_encoded(item) for item in items]
                for table, items in answer["Responses"].items()
            }
        return _OK, json.dumps(answer).encode(), _JSON

    def _s3(self, method: str, key: str, body: bytes) -> tuple[int, bytes, str]:
        self.state.asked.append(f"{method} object")
        objects = self.state.s3.objects
        if method == "PUT":
            if key in objects:
                return 412, b"<Error><Code>PreconditionFailed</Code></Error>", "application/xml"
            objects[key] = body
            return 200, b"", "application/xml"
        if key not in objects:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>", "application/xml"
        return 200, objects[key], "application/json"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Stub

    def _serve(self) -> None:
        try:
            status, body, kind = self.owner.answer(
                self.command, self.path, self.headers.get("x-amz-target", ""), self._body()
            )
        except (Exception, Unsupported) as exc:  # noqa: BLE001 - a failure of AWS to the function
            status, body, kind = 500, repr(exc).encode(), "text/plain"
            self.owner.state.asked.append(f"FAILED {exc!r}")
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _serve

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(parts)

    def log_message(self, format: str, *args: object) -> None: ...


def _decoded(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value, base64.b64decode) for name, value in item.items()}


def _encoded(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _value(value, lambda held: base64.b64encode(bytes(held)).decode())
        for name, value in item.items()
    }


def _value(value: Mapping[str, Any], binary: Any) -> dict[str, Any]:
    ((kind, held),) = value.items()
    if kind == "B":
        return {"B": binary(held)}
    if kind == "L":
        return {"L": [_value(one, binary) for one in held]}
    if kind == "M":
        return {"M": {name: _value(one, binary) for name, one in held.items()}}
    return dict(value)
