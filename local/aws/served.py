"""The local AWS: moto served over loopback HTTP, one request at a time, because it is not safe
under concurrency.

Its queues follow the stack's clock. Beside HTTP it offers what only a look into its memory can
tell: when a queue next has something to deliver, and which moments stand in its tables. It must
never know what the product keeps there.
"""

import bisect
import json
import math
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.backends import get_backend
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.aws import in_process_calls, moto_patches, ordered_indexes, snapshot, wsgi
from local.aws.presigned import refusal
from local.aws.recorded import recorder
from local.clock.stack_clock import StackClock
from local.errors import LocalStackError
from local.serving.messages import Request, Response
from local.serving.server import HttpServer
from local.template.blueprint import Blueprint, Queue
from local.template.intrinsics import ACCOUNT, REGION

if TYPE_CHECKING:
    from botocore.client import BaseClient

CREDENTIALS = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
PROCESS_APP_ID = "process"
LATEST_SECOND = 1e11
_CHANGES_NOTHING_AHEAD = re.compile(
    r"(Get|BatchGet|TransactGet|Describe|List|Query|Scan|Receive|Delete(Message|Item)).*"
)


def _moto() -> wsgi.Application:
    application = DomainDispatcherApplication(create_backend_app)
    # It lists a folder and tries a hundred patterns, for every request anew.
    application.get_backend_for_host = cache(  # type: ignore[method-assign]
        application.get_backend_for_host
    )
    return application


class LocalAws:
    """moto behind a server. Tests of the server give an `application` of their own instead
    of moto. `port`: where it answers unless that is taken, 0 for anywhere.
    """

    def __init__(
        self, clock: StackClock, application: wsgi.Application | None = None, port: int = 0
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._session = boto3.session.Session(region_name=REGION, **CREDENTIALS)
        self._application = application or _moto()
        self._recorded = recorder()
        self.writes: Counter[str] = Counter()
        self._moments: tuple[int, list[float]] = (0, [])
        self.process_requests = 0
        self.served = 0
        self._stopped = False
        self._server = _server_at(port)
        self.port, self.endpoint = self._server.server_port, self._server.url

    def start(self) -> None:
        """Start with nothing stored. moto keeps its state for the whole process, so it is emptied
        first.
        """
        self.empty()
        moto_patches.install(self._clock)
        self.serve()

    def empty(self) -> None:
        for backends in (
            get_backend("dynamodb"),
            get_backend("s3"),
            get_backend("secretsmanager"),
            get_backend("sqs"),
        ):
            backends.reset()

    def serve(self) -> None:
        self._server.start(self._answer)

    def stop(self) -> None:
        """From here on nothing changes: whoever is still at work ends with the next call."""
        self._server.stop()
        with self._lock:
            self._stopped = True

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing is served inside."""
        with self._lock:
            yield

    def snapshot(self) -> bytes:
        """All that it stores but the secrets, as of one moment."""
        with self.still():
            return snapshot.take()

    def restore(self, whole: bytes) -> None:
        """Put back what `snapshot` gave. Raises ValueError for bytes that are none."""
        with self._lock:
            snapshot.put_back(whole)
            for table in get_backend("dynamodb")[ACCOUNT][REGION].tables.values():
                ordered_indexes.prepare(table)
            self.writes["dynamodb"] += 1

    def client(self, service: str) -> "BaseClient":
        config = Config(
            signature_version="s3v4" if service == "s3" else None, max_pool_connections=32
        )
        return self.shortened(
            self._session.client(service, endpoint_url=self.endpoint, config=config)
        )

    def shortened(self, client: "BaseClient") -> "BaseClient":
        in_process_calls.take(client, self.endpoint, self._answer)
        return self._recorded(client)

    def create(self, blueprint: Blueprint) -> None:
        """Tables, queues and buckets."""
        dynamodb, sqs, s3 = self.client("dynamodb"), self.client("sqs"), self.client("s3")
        for table in blueprint.tables:
            dynamodb.create_table(**table.arguments)
        for queue in _dead_letters_first(blueprint.queues):
            sqs.create_queue(QueueName=queue.name, Attributes=queue.attributes)
        for bucket in blueprint.buckets:
            s3.create_bucket(
                Bucket=bucket.name, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
            if bucket.versioned:
                s3.put_bucket_versioning(
                    Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
                )

    def create_secret(self, name: str, text: str) -> str:
        arn: str = self.client("secretsmanager").create_secret(Name=name, SecretString=text)["ARN"]
        return arn

    def next_delivery(self, queue_name: str) -> float:
        """When the queue next has a message to deliver, in seconds since the epoch.

        The moment may have passed. Infinity if the queue is empty.
        """
        with self._lock:
            queue = get_backend("sqs")[ACCOUNT][REGION].get_queue(queue_name)
            _drop_expired(queue, self._clock.now_ms())
            return min((_deliverable(message) for message in queue._messages), default=math.inf)

    def quiet_groups_first(self, queue_name: str) -> None:
        """Put messages of groups with few of them in flight before those of groups with many, as
        SQS's fair queues do. Otherwise they keep their order.
        """
        with self._lock:
            queue = get_backend("sqs")[ACCOUNT][REGION].get_queue(queue_name)
            in_flight = Counter(
                message.group_id for message in queue.pending_messages if not message.visible
            )
            if in_flight:
                queue._messages.sort(key=lambda message: in_flight[message.group_id])

    def next_moment(self, after: float) -> float:
        """The earliest moment after `after` that any item holds as a number.

        Numbers count as seconds or milliseconds since the epoch. Infinity if there is none.
        """
        if self._moments[0] != self.writes["dynamodb"]:
            self._moments = (self.writes["dynamodb"], self._all_moments())
        moments = self._moments[1]
        at = bisect.bisect_right(moments, after)
        return moments[at] if at < len(moments) else math.inf

    def _all_moments(self) -> list[float]:
        with self._lock:
            tables = get_backend("dynamodb")[ACCOUNT][REGION].tables.values()
            numbers = {
                number
                for table in tables
                for item in table.all_items()
                for number in _numbers(item.attrs)
            }
        return sorted(number / 1000 if number > LATEST_SECOND else number for number in numbers)

    def stream_length(self, table: str) -> int:
        """How many records a table's stream has had."""
        return len(_stream_of(table).items)

    def stream_start(self, table: str) -> int:
        """The number of the first record that has not been dealt with."""
        items = _stream_of(table).items
        return next((at for at, one in enumerate(items) if one is not None), len(items))

    def stream_records(self, table: str, start: int, most: int) -> tuple[str, list[dict[str, Any]]]:
        """The stream's shard, and its records from the one numbered `start` on as a function gets
        them.
        """
        with self._lock:
            shard = _stream_of(table)
            taken = shard.items[start : start + most]
        return shard.id, [json.loads(dynamo_json_dump(one.to_json())) for one in taken]

    def forget_records(self, table: str, start: int, count: int) -> None:
        """They have been dealt with. Their places stay, because moto counts by them."""
        with self._lock:
            _stream_of(table).items[start : start + count] = [None] * count

    def _answer(self, request: Request) -> Response:
        headers = request.joined_headers()
        refused = refusal(request, headers, CREDENTIALS["aws_secret_access_key"], self._clock.now())
        if refused is not None:
            return Response(403, [("Content-Type", "application/xml")], refused)
        with self._lock:
            if self._stopped:
                raise SystemExit("the local AWS has stopped")  # ends the thread that still asks
            answer = wsgi.serve(self._application, request)
            self.served += 1
        self._note(headers)
        return answer

    def _note(self, headers: Mapping[str, str]) -> None:
        service, _, operation = headers.get("x-amz-target", "").partition(".")
        if operation and not _CHANGES_NOTHING_AHEAD.fullmatch(operation):
            with self._lock:
                self.writes["sqs" if service == "AmazonSQS" else "dynamodb"] += 1
            self._clock.poke()
        if f"app/{PROCESS_APP_ID}" in headers.get("user-agent", ""):
            with self._lock:
                self.process_requests += 1


def _server_at(port: int) -> HttpServer:
    try:
        return HttpServer(port)
    except LocalStackError:
        return HttpServer(0)


def _stream_of(table: str) -> Any:
    return get_backend("dynamodb")[ACCOUNT][REGION].tables[table].stream_shard


def _dead_letters_first(queues: Iterable[Queue]) -> list[Queue]:
    return sorted(queues, key=lambda queue: queue.dead_letter_arn is not None)


def _deliverable(message: Any) -> float:
    # moto shows a message strictly after its moment, at millisecond resolution.
    return float(max(message.visible_at, message.delayed_until) + 1) / 1000


def _drop_expired(queue: Any, now_ms: int) -> None:
    """Drop messages that are past the queue's retention.

    moto checks retention only when a message is received, and then never gets past an expired one.
    """
    oldest = now_ms - int(queue.message_retention_period) * 1000
    queue._messages = [message for message in queue._messages if message.sent_timestamp > oldest]


def _numbers(attributes: Any) -> Iterator[float]:
    values = attributes.values() if isinstance(attributes, dict) else attributes
    for attribute in values:
        if attribute.type == "N":
            yield float(attribute.value)
        elif attribute.type in ("M", "L"):
            yield from _numbers(attribute.value)
