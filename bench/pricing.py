"""What a life costs at list prices, and what others ask. All prices are dated: read them again
before you rely on them.
"""

from dataclasses import dataclass

from bench.meter import Spent

READ_ON = "2026-11-29"
MILLION = 1_000_000

WRITE, READ = 0.625, 0.125
"""Dollars for a million units of a table on demand."""
PUT, GET = 5.00, 0.40
"""For a million S3 requests: PUT and LIST, GET and HEAD; DELETE is free."""
MESSAGE = 0.40
"""For a million SQS requests; a message takes three (send, receive, delete)."""
GB_SECOND, INVOCATION = 13.3334, 0.20
"""For a million of Lambda on arm64."""
HTTP, LOG = 1.00, 0.50
"""For a million requests of an HTTP API; for a GB of logs, 400 bytes of which are a request's."""
FIRST_LOOK = 0.100 * 0.5
"""GB-seconds of an HTTP request: a tenth of a second at 512 MB."""
_LISTING = ("PutObject", "ListObjects", "ListObjectsV2", "ListObjectVersions")


def list_price(
    spent: Spent, seconds: float, asked: int
) -> tuple[float, float, float, float, float]:
    """(tables, S3, requests, waiting, all) in dollars for a million lives, without tokens.
    `seconds`: of a worker of 1 GB; `asked`: HTTP requests, beside the queue's.
    """
    tables = spent.written.total() * WRITE + spent.read * READ
    puts = spent.of("s3", *_LISTING)
    reads = spent.of("s3", "GetObject", "HeadObject")
    sent = spent.of("sqs", "SendMessage")
    http = asked * (HTTP + INVOCATION + FIRST_LOOK * GB_SECOND + 400 * LOG / 1_000)
    queue = 3 * sent * MESSAGE + sent * INVOCATION + http
    parts = (tables, puts * PUT + reads * GET, queue, seconds * GB_SECOND)
    return (*parts, sum(parts))


@dataclass(frozen=True, slots=True)
class Day:
    """Dollars, without tokens."""

    tables: float
    objects: float
    functions: float
    requests: float
    """Of the API, the queue and logs."""
    sweeps: float

    @property
    def all(self) -> float:
        return self.tables + self.objects + self.functions + self.requests + self.sweeps


SECONDS, ASKED, WRITTEN, WRITTEN_FOR_A_REQUEST, READ_UNITS = 41, 5, 21, 4, 20
"""Of a diagnosis: of a worker of 1 GB; HTTP requests; write units, and those of each request's
entry in the trail; read units. It keeps one object, which is read once, and rings once.
"""
READ_BY_A_SWEEP = 514
"""Units, where nothing is late: `bench.sweep`."""


def a_day(runs: int) -> Day:
    """So many diagnoses a day."""
    each = (
        (WRITTEN + ASKED * WRITTEN_FOR_A_REQUEST) * WRITE + READ_UNITS * READ,
        PUT + GET,
        SECONDS * GB_SECOND + INVOCATION + ASKED * (FIRST_LOOK * GB_SECOND + INVOCATION),
        ASKED * (HTTP + 400 * LOG / 1_000) + 3 * MESSAGE,
    )
    tables, objects, functions, requests = (one * runs / MILLION for one in each)
    return Day(tables, objects, functions, requests, 24 * 60 * READ_BY_A_SWEEP * READ / MILLION)


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    for_a_million: float
    how: str


PEERS = (
    Peer("Lambda durable functions", 40.0, "5 operations at $8 a million, and the data"),
    Peer("Step Functions, Standard", 6 * 25.0, "6 transitions at $25 a million"),
    Peer("Temporal Cloud", 4 * 50.0, "4 actions at $50 a million"),
)
"""As published then, for a run of three checkpoints."""
