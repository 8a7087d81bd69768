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
