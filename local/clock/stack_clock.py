"""The stack's time: real time plus an offset that all its processes share.

A jump moves everything that waits here.

Whoever does the stack's own work (pollers, schedules, invocations) is an *actor* and waits only in
`park`, so the clock knows when nothing is left to do at the present moment. It must never know what
anybody waits for, nor why.
"""

import math
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import c_double
from dataclasses import dataclass

FOLLOWER_TICK = 0.05
CANCEL_TICK = 0.2


def shared_offset() -> c_double:
    """Memory for the offset in seconds, shared by the stack's processes.

    It has no lock: a killed process could hold a lock for ever, and 8 aligned bytes are written in
    one go.
    """
    return multiprocessing.get_context("spawn").RawValue(c_double, 0.0)


@dataclass(eq=False, slots=True)
class _Waiter:
    deadline: float
    ready: Callable[[], bool]
    tick: float | None = None
    due: bool = True
    actor: bool = False
    holding: bool = False


class StackClock:
    """Satisfies shared.ports.Clock.

    A `follower` lives in another process than the jumps and looks for them now and then.

    `wakes` counts the ends of waits that are no actor's: whoever has just woken has something to
    do, though nobody sees it yet.
    """

    def __init__(self, offset: c_double | None = None, *, follower: bool = False) -> None:
        self.offset = shared_offset() if offset is None else offset
        self._tick = FOLLOWER_TICK if follower else None
        self._changed = threading.Condition()
        self._waiters: set[_Waiter] = set()
        self._running = 0
        self.wakes = 0

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time() + self.offset.value

    def now_ms(self) -> int:
        return int(self.now() * 1000)

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of stack time. A jump past the end ends it; no jump stops for
        it.
        """
        self._wait(_Waiter(self.now() + seconds, _never, self._tick, due=False))

    def wait_until(self, moment: float, cancelled: Callable[[], bool] | None = None) -> bool:
        """True when the moment has come, False when `cancelled` (asked every fifth of a second)
        said so first.

        A jump stops at the moment, so that what follows from it happens in its right order.
        """
        tick = CANCEL_TICK if cancelled else self._tick
        self._wait(_Waiter(moment, cancelled or _never, tick))
        return self.now() >= moment

    def jump_to(self, moment: float) -> None:
        """Move time on to that moment. A moment that has passed changes nothing: time never goes
        back.
        """
        with self._changed:
            self.offset.value += max(0.0, moment - self.now())
            self._changed.notify_all()

    def poke(self) -> None:
        """Make everybody who waits look again at what they wait for."""
        with self._changed:
            self._changed.notify_all()

    @contextmanager
    def actor(self) -> Iterator[None]:
        """The calling thread does work of the stack: it counts as busy wherever it is
        not parked.
        """
        with self._changed:
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1

    def park(
        self, deadline: float | None, ready: Callable[[], bool], *, holding: bool = False
    ) -> None:
        """An actor's wait until the deadline or `ready`, whose cause must `poke`.

        `holding`: an invocation is out meanwhile.

        Busy again and no longer waiting are one step under the lock; otherwise `quiet` could see
        neither.
        """
        waiter = _Waiter(
            math.inf if deadline is None else deadline, ready, actor=True, holding=holding
        )
        with self._changed:
            self._running -= 1
            try:
                self._wait(waiter)
            finally:
                self._running += 1

    def quiet(self) -> bool:
        """No actor is busy, and nothing that anybody waits for has come."""
        with self._changed:
            now = self.now()
            return self._running == 0 and not any(
                w.deadline <= now or (w.actor and w.ready()) for w in self._waiters
            )

    def held(self) -> int:
        """How many invocations are out."""
        with self._changed:
            return sum(w.holding for w in self._waiters)

    def next_due(self) -> float:
        """The earliest moment that somebody waits for; infinity when there is none."""
        with self._changed:
            return min((w.deadline for w in self._waiters if w.due), default=math.inf)

    def _wait(self, waiter: _Waiter) -> None:
        with self._changed:
            self._waiters.add(waiter)
            try:
                while (left := waiter.deadline - self.now()) > 0 and not waiter.ready():
                    self._changed.wait(_patience(left, waiter.tick))
            finally:
                self._waiters.discard(waiter)
                self.wakes += not waiter.actor


def _never() -> bool:
    return False


def _patience(left: float, tick: float | None) -> float | None:
    longest = min(left, tick or math.inf)
    return None if longest == math.inf else min(longest, threading.TIMEOUT_MAX)
