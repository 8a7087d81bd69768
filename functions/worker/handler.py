"""SQS: executes the run that a doorbell message names."""

from threading import Thread
from typing import Any

from shared.adapters.claude import import_sdk
from shared.adapters.spans import run_span
from shared.bootstrap import services
from shared.bootstrap_worker import worker
from shared.sqs.messages import deliver

Thread(target=import_sdk).start()  # no daemon: a process that ends amid an import is aborted
"""The model's SDK is most of a cold start; meanwhile the run is claimed and its context built."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Which messages must be delivered again. The event source hands over one at a time."""
    one, remaining = worker(), context.get_remaining_time_in_millis
    world = services()

    def execute(run_id: str) -> None:
        with run_span(run_id, enabled=world.settings.model_spans):
            one.execute(run_id, remaining)

    return deliver(event["Records"], execute, one.probe, world.dead_letters.bury)
