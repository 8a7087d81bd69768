"""What a template says that matters locally, as plain data: what the other modules build from.

Knows no YAML and no AWS client.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    handler: str
    environment: Mapping[str, str]
    timeout: int
    memory: int


@dataclass(frozen=True, slots=True)
class Authorizer:
    """A JWT authorizer.

    `header` is the lower-case name of the request header that holds the token.
    """

    name: str
    issuer: str
    audience: tuple[str, ...]
    header: str = "authorization"


@dataclass(frozen=True, slots=True)
class Route:
    """`method` is ANY for all; `path` as API Gateway writes it; `authorizer` None when anybody may
    call.
    """

    method: str
    path: str
    function: str
    authorizer: str | None
    scopes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.path if self.path == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Cors:
    origins: tuple[str, ...]
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    expose: tuple[str, ...] = ()
    max_age: int | None = None
    credentials: bool = False


@dataclass(frozen=True, slots=True)
class EventSource:
    """A queue that calls a function. `partial`: the function reports the messages it failed."""

    name: str
    function: str
    queue_arn: str
    batch_size: int
    window_seconds: int
    max_concurrency: int | None
    partial: bool
    enabled: bool


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A table's stream that calls a function with a shard's records in their order, one batch at a
    time. What failed `tries` times by itself goes to the queue `on_failure`, or is dropped.

    `names_shard`: by a tumbling window the event names the shard it is of.
    """

    name: str
    function: str
    table: str
    batch_size: int
    bisects: bool
    tries: int
    on_failure: str | None
    names_shard: bool
    enabled: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    name: str
    function: str
    expression: str
    payload: Mapping[str, Any]
    enabled: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """`attributes` as CreateQueue takes them."""

    name: str
    arn: str
    attributes: Mapping[str, str]
    dead_letter_arn: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """`arguments` as CreateTable takes them, TableName included."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bucket:
    name: str
    versioned: bool


@dataclass(frozen=True, slots=True)
class Secret:
    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Blueprint:
    functions: Mapping[str, Function] = field(default_factory=dict)
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    cors: Cors | None = None
    event_sources: tuple[EventSource, ...] = ()
    stream_sources: tuple[StreamSource, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    queues: tuple[Queue, ...] = ()
    tables: tuple[Table, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    secrets: tuple[Secret, ...] = ()
