"""Schedule, every minute: does what is due to open runs."""

from typing import Any

from shared.bootstrap import services
from shared.observability import count


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """How many runs changed, and whether there was time for all that was due."""
    swept = services().sweeper.sweep(context.get_remaining_time_in_millis)
    count("RunsSwept", swept.changed)
    count("SweepsUnfinished", int(not swept.finished))
    return {"changed": swept.changed, "finished": swept.finished}
