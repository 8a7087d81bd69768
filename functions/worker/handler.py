"""SQS: executes the run that a doorbell message names."""

from threading import Thread
from typing import Any

from shared.adapters.claude import import_sdk
from shared.bootstrap import services
from shared.bootstrap_worker import worker
from shared.sqs.messages import deliver

Thread(target=import_sdk).start()  # no daemon: a process that ends amid an import is aborted
"""The model's SDK is most of a cold start; meanwhile the run is claimed and its context built."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Which messages must be delivered again. The event source hands over one at a time."""
    one, remaining = worker(), context.get_remaining_time_in_millis
    bury = services().dead_letters.bury
    return deliver(event["Records"], lambda run_id: one.execute(run_id, remaining), one.probe, bury)
