"""Moves the stack's time: from one moment that something waits for to the next, letting what falls
due be done in between.

It must never know what is due; the clock knows the moments, and the stack whether it is still
working.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol

from local.clock.stack_clock import StackClock

LOOK_AGAIN = 0.005
QUIET_SECONDS = 0.5
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Jump:
    start: float
    target: float


class Jumping(Protocol):
    """Wants to know that a jump is under way.

    The schedules do: in a jump they leave out the fires that would find nothing to do.
    """

    jump: Jump | None


class Settling:
    """Decides when nothing is left to do at the present moment.

    That is: no actor of the clock is busy and no invocation is out, or those that are out only wait
    for the model. For the latter the model must hold as many calls (`held`) as invocations are out,
    and nothing (`progress`) may have moved for half a second of real time: one invocation can have
    several calls held while another computes.
    """

    def __init__(
        self, clock: StackClock, held: Callable[[], int], progress: Callable[[], Hashable]
    ) -> None:
        self._clock, self._held, self._progress = clock, held, progress
        self._settled_at: Hashable = None

    def wait(self) -> None:
        """Wait until nothing is left to do at the present moment.

        Gives up on an invocation that for a minute of real time neither moves nor waits for the
        model, so that nothing holds the clock for ever.
        """
        seen, since = self._progress(), time.monotonic()
        while True:
            now = time.monotonic()
            if (progress := self._progress()) != seen:
                seen, since = progress, now
            if self._clock.quiet() and (self._settled(seen, now - since) or now - since > PATIENCE):
                self._settled_at = seen
                return
            time.sleep(LOOK_AGAIN)

    def _settled(self, progress: Hashable, still_for: float) -> bool:
        out = self._clock.held()
        return out == 0 or (
            self._held() >= out and (still_for >= QUIET_SECONDS or progress == self._settled_at)
        )


class TimeMachine:
    def __init__(self, clock: StackClock, settling: Settling, schedules: Jumping) -> None:
        self._clock, self._settling, self._schedules = clock, settling, schedules
        self._one_at_a_time = threading.Lock()

    def advance(self, seconds: float) -> float:
        """Move time on by so many seconds and let everything that falls due be done; the
        new now.
        """
        with self._one_at_a_time:
            start = self._clock.now()
            target = start + seconds
            self._mark(Jump(start, target))
            try:
                self._step_to(target)
            finally:
                self._mark(None)
            return self._clock.now()

    def _step_to(self, target: float) -> None:
        self._settling.wait()
        while (due := self._clock.next_due()) <= target:
            self._clock.jump_to(due)
            self._settling.wait()
        self._clock.jump_to(target)
        self._settling.wait()

    def _mark(self, jump: Jump | None) -> None:
        self._schedules.jump = jump
        self._clock.poke()
