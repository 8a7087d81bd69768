"""Doorbell over SQS: a message carries a run's id, grouped by organisation (fair queues), and nothing else."""

import json
from typing import TYPE_CHECKING

from shared.adapters.aws_errors import translated
from shared.adapters.dynamodb import keys
from shared.runs.records import Run
from shared.runs.timing import MAX_DELAY, SECOND

if TYPE_CHECKING:
    from botocore.client import BaseClient


class SqsDoorbell:
    """Rings `queue_url`, or `isolation_queue_url` for a run that a worker died with. Implements shared.ports.Doorbell."""

    def __init__(self, client: "BaseClient", queue_url: str, isolation_queue_url: str) -> None:
        self._client, self._queue, self._isolation = client, queue_url, isolation_queue_url

    def ring(self, run: Run, delay_ms: int = 0) -> None:
        delay = -(-min(delay_ms, MAX_DELAY) // SECOND)
        with translated():
            self._client.send_message(
                QueueUrl=self._isolation if run.isolated else self._queue,
                MessageBody=json.dumps({"run_id": run.id}),
                MessageGroupId=keys.pack(run.org_id)[:128],
                DelaySeconds=max(0, delay),
            )


class SqsDeadLetters:
    """Where messages go that no worker can read; an alarm watches it."""

    def __init__(self, client: "BaseClient", queue_url: str) -> None:
        self._client, self._queue = client, queue_url

    def bury(self, body: str) -> None:
        """Keep the message for a person to look at."""
        with translated():
            self._client.send_message(QueueUrl=self._queue, MessageBody=body or "(empty)")
