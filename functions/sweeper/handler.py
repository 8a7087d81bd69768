"""Schedule, every minute: does what is due to open runs."""

from typing import Any

from shared.bootstrap import services
from shared.observability import count


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many runs changed."""
    changed = services().sweeper.sweep()
    count("RunsSwept", changed)
    return {"changed": changed}
