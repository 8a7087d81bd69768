"""Waiting for what another process does, with an end."""

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")
_PATIENCE = 20.0


def until(
    look: Callable[[], Seen], is_so: Callable[[Seen], bool], patience: float = _PATIENCE
) -> Seen:
    """What `look` returns once it is as it should be.

    Raises AssertionError when it does not get there in `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while not is_so(found := look()):
        assert time.monotonic() < deadline, f"still {found}"
        time.sleep(0.03)
    return found


def eventually(holds: Callable[[], bool], within: float = 5, pause: float = 0.02) -> bool:
    """Whether it came to hold within so many seconds, looked at every `pause` seconds."""
    ends = time.monotonic() + within
    while not (held := holds()) and time.monotonic() < ends:
        time.sleep(pause)
    return held
