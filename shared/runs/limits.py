"""How much a run may ask of the process that executes it: held to when it comes in, and again when
it is read from a store.

A node is every value, whatever holds it; an object's keys are none. A level is an object or array
inside another.
"""

import json
from collections.abc import Iterable
from typing import Any

MAX_NODES = 50_000
MAX_LEVELS = 100
MAX_ATTACHMENTS = 20
MAX_ATTACHED_BYTES = 2 * 1024 * 1024
"""Of all that is attached to one run, together."""


class BeyondLimits(ValueError):
    """The value has too many nodes or levels.

    The message is safe to show: it holds nothing of the value.
    """


def count_nodes(value: Any) -> int:
    """How many nodes a JSON value has; each is looked at once.

    Raises BeyondLimits for more than MAX_LEVELS levels, which could exhaust the stack of whoever
    walks it later.
    """
    level, seen = [value], 0
    for _ in range(MAX_LEVELS):
        seen += len(level)
        level = [child for node in level for child in _children(node)]
        if not level:
            return seen
    if any(isinstance(node, dict | list) for node in level):
        raise BeyondLimits(f"must be nested at most {MAX_LEVELS} levels deep")
    return seen + len(level)


def require_nodes(nodes: int) -> None:
    """Raise BeyondLimits for more nodes than one value may have."""
    if nodes > MAX_NODES:
        raise BeyondLimits(f"must have at most {MAX_NODES:,} values")


def bounded_json(data: bytes) -> Any:
    """The JSON value of bytes that were stored, within the limits.

    Raises ValueError, of which BeyondLimits is one, for bytes that are no such value.
    """
    try:
        value = json.loads(data)
    except RecursionError as exc:
        raise BeyondLimits(f"must be nested at most {MAX_LEVELS} levels deep") from exc
    require_nodes(count_nodes(value))
    return value


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()
