"""Virtual time and simulated processes: coroutines that hand over at every call they make to the
outside, one at a time.

A process is one invocation of a function or one request of a person. It can be killed (all it had
in memory is gone) or frozen while the world goes on, and wake later. Knows nothing of runs, stores
or faults.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

Body = Callable[[], Any]
LONGEST_SLEEP = 2 * 3_600_000


class Killed(BaseException):
    """The process ends here and now, as a killed one does: no handler of the code under test may
    see it as an error.
    """


class Livelock(BaseException):
    """The history does not come to an end."""


@dataclass(eq=False, slots=True)
class Process:
    """`dies_at`: when the platform kills it.

    `scars`: the faults that hit it. `error`: what it ended with, None for a return.
    """

    name: str
    kind: str
    body: Body
    dies_at: int
    on_end: Callable[["Process"], None]
    coroutine: Any = None
    doomed: bool = False
    killed: bool = False
    ended: bool = False
    answer: Any = None
    error: Exception | None = None
    scars: list[str] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    """What properties remember about it."""


class Scheduler:
    """`now` is in milliseconds.

    Events are processes to resume and functions to call, in order of time.
    """

    def __init__(self, start: int, most_steps: int) -> None:
        self.now = start
        self.current: Process | None = None
        self._events: list[tuple[int, int, Process | Callable[[], None]]] = []
        self._frozen: list[tuple[Process, Callable[[], bool]]] = []
        self._count = 0
        self._steps_left = most_steps
        self._hub: Any = None

    def at(self, moment: int, event: Process | Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (max(moment, self.now), self._count, event))

    def spawn(self, moment: int, process: Process) -> Process:
        process.coroutine = greenlet(lambda: self._live(process))
        self.at(moment, process)
        return process

    # --- called inside a process ------------------------------------------------------------------

    def pause(self, ms: int) -> None:
        """Let `ms` pass, and others act. Outside of any process, time stands still."""
        process = self.current
        if process is None:
            return
        moment = self.now + ms
        if moment > process.dies_at:
            moment, process.doomed = process.dies_at, True
        self.at(moment, process)
        self._hand_over(process)

    def freeze(self, wakes: Callable[[], bool]) -> None:
        """Stop until `wakes` says so, nothing else is left to happen, or LONGEST_SLEEP is over.

        It outlives its time limit.
        """
        process = self.current
        if process is None:
            return
        process.dies_at = 1 << 62
        over = self.now + LONGEST_SLEEP
        self._frozen.append((process, lambda: wakes() or self.now >= over))
        self.at(over, lambda: None)
        self._hand_over(process)

    def _hand_over(self, process: Process) -> None:
        self._hub.switch()
        if process.doomed:
            process.scars.append("time limit")
            raise Killed

    def _live(self, process: Process) -> None:
        try:
            process.answer = process.body()
        except Killed:
            process.killed = True
        except Exception as exc:  # noqa: BLE001 - the platform, around whatever the process does
            process.error = exc
        process.ended = True

    # --- the hub ----------------------------------------------------------------------------------

    def run(self, next_tick: Callable[[], int | None], tick: Callable[[], None]) -> None:
        """Until nothing is left to happen.

        `next_tick` says when `tick` is due, None for never as things stand.
        """
        self._hub = getcurrent()
        try:
            while self._step(next_tick, tick):
                pass
        finally:
            self._bury()

    def _step(self, next_tick: Callable[[], int | None], tick: Callable[[], None]) -> bool:
        self._steps_left -= 1
        if self._steps_left < 0:
            raise Livelock
        self._wake_frozen()
        due = next_tick()
        if due is not None and (not self._events or due <= self._events[0][0]):
            self.now = max(self.now, due)
            tick()
            return True
        if not self._events:
            return self._wake_one()
        self.now, _, event = heapq.heappop(self._events)
        if isinstance(event, Process):
            self._resume(event)
        else:
            event()
        return True

    def _resume(self, process: Process) -> None:
        self.current = process
        process.coroutine.switch()
        self.current = None
        if process.ended:
            process.coroutine = None
            process.on_end(process)

    def _wake_frozen(self) -> None:
        if self._frozen:
            for entry in [entry for entry in self._frozen if entry[1]()]:
                self._frozen.remove(entry)
                self.at(self.now, entry[0])

    def _wake_one(self) -> bool:
        if not self._frozen:
            return False
        process, _ = self._frozen.pop(0)
        self.at(self.now, process)
        return True

    def _bury(self) -> None:
        """End the coroutines of a history that was cut short."""
        left = [event for _, _, event in self._events if isinstance(event, Process)] + [
            process for process, _ in self._frozen
        ]
        for process in left:
            if process.coroutine is not None and process.coroutine:
                process.coroutine.throw(Killed)
        self._events.clear()
        self._frozen.clear()
