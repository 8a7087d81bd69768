"""SQS: goes on with the bulk that a message names."""

from typing import Any

from shared.bootstrap import services
from shared.http.doors.bulk_errand import RunsErrand
from shared.sqs.messages import deliver_tasks


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Which messages must be delivered again. The event source hands over one at a time."""
    world, remaining = services(), context.get_remaining_time_in_millis

    def go_on(bulk_id: str) -> None:
        world.bulk_runner.go_on(bulk_id, lambda bulk: RunsErrand(world, bulk), remaining)

    return deliver_tasks(event["Records"], ["bulk_id"], go_on, world.dead_letters.bury)
