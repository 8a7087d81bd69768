"""SQS: executes the runs that a batch of doorbell messages names."""

from typing import Any

from shared.bootstrap import services
from shared.sqs.batch import run_batch


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Partial batch response; messages of the isolation queue come one at a time."""
    # Built before the threads begin: making clients is not safe in them.
    worker, dead_letters = services().worker, services().dead_letters
    remaining = context.get_remaining_time_in_millis
    return run_batch(event["Records"], lambda run_id: worker.execute(run_id, remaining), dead_letters.bury)
