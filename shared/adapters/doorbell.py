"""Doorbell over SQS: a message carries a run's id, grouped by organisation (fair queues), and
nothing else. Queues of other tasks carry their ids alone, too.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.adapters.aws_errors import translated
from shared.adapters.dynamodb import keys
from shared.records.run import Run
from shared.runs.timing import MAX_DELAY, SECOND
from shared.workflows.definitions import Executor, executor_of

if TYPE_CHECKING:
    from botocore.client import BaseClient


_PROBES = "*"
"""No organisation packs to it."""


class SqsDoorbell:
    """Rings `queue_url`, and `eraser_url` for what only the eraser executes. Implements
    shared.ports.Doorbell.
    """

    def __init__(self, client: "BaseClient", queue_url: str, eraser_url: str = "") -> None:
        self._client, self._queue = client, queue_url
        self._queues = {Executor.WORKER: queue_url, Executor.ERASER: eraser_url}

    def ring(self, run: Run, delay_ms: int = 0) -> None:
        delay = -(-min(delay_ms, MAX_DELAY) // SECOND)
        with translated():
            self._client.send_message(
                QueueUrl=self._queues[executor_of(run.workflow)],
                MessageBody=json.dumps({"run_id": run.id}),
                MessageGroupId=keys.pack(run.org_id)[:128],
                DelaySeconds=max(0, delay),
            )

    def ask_for_probe(self, gate: str) -> None:
        with translated():
            self._client.send_message(
                QueueUrl=self._queue,
                MessageBody=json.dumps({"probe": gate}),
                MessageGroupId=_PROBES,
            )


class SqsTasks:
    """A queue of tasks. Implements shared.ports.Tasks."""

    def __init__(self, client: "BaseClient", queue_url: str) -> None:
        self._client, self._queue = client, queue_url

    def send(self, task: Mapping[str, str], group: str, delay_ms: int = 0) -> None:
        with translated():
            self._client.send_message(
                QueueUrl=self._queue,
                MessageBody=json.dumps(task),
                MessageGroupId=keys.pack(group)[:128],
                DelaySeconds=max(0, -(-min(delay_ms, MAX_DELAY) // SECOND)),
            )


class SqsDeadLetters:
    """A queue that an alarm watches. Implements shared.ports.DeadLetters."""

    def __init__(self, client: "BaseClient", queue_url: str) -> None:
        self._client, self._queue = client, queue_url

    def bury(self, body: str) -> None:
        """Keep the message for a person to look at."""
        with translated():
            self._client.send_message(QueueUrl=self._queue, MessageBody=body or "(empty)")
