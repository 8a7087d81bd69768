"""The time that the offline model waits in.

The local stack hands in its own, which /dev/clock moves; alone, real time serves.
"""

import time
from collections.abc import Callable
from typing import Protocol

POLL_SECONDS = 0.05


class ModelClock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch, as the stack sees them."""
        ...

    def wait_until(self, moment: float, cancelled: Callable[[], bool], /) -> object:
        """Return when stack time reaches the moment (infinity never comes), or soon after
        `cancelled` says so.

        `cancelled` must be asked several times a second of real time, from the thread that waits.
        """
        ...


class RealClock:
    def now(self) -> float:
        return time.time()

    def wait_until(self, moment: float, cancelled: Callable[[], bool], /) -> None:
        while self.now() < moment and not cancelled():
            time.sleep(min(POLL_SECONDS, max(0.0, moment - self.now())))
