"""Schedule, every minute: does what is due to open runs."""

import time
from typing import Any

from shared.bootstrap import services
from shared.observability import measure


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """How many runs changed, and whether there was time for all that was due."""
    began = time.monotonic()
    swept = services().sweeper.sweep(context.get_remaining_time_in_millis)
    took = {"SweepTime": (time.monotonic() - began) * 1000, "SweepLag": swept.lag}
    measure("swept", {"RunsSwept": swept.changed, "SweepsUnfinished": not swept.finished, **took})
    return {"changed": swept.changed, "finished": swept.finished}
