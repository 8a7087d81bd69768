"""SQS: sends the delivery that a message names, once."""

from typing import Any

from shared.bootstrap import services
from shared.sqs.messages import deliver_tasks


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Which messages must be delivered again. The event source hands over one at a time."""
    world = services()
    names = ["webhook_id", "delivery_id"]
    return deliver_tasks(event["Records"], names, world.sender.deliver, world.dead_letters.bury)
