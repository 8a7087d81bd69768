"""Schedules in stack time: rate() and cron() expressions, and when each next invokes its function.

In a long jump it does not fire where nothing can have changed; see `_skip`. It must never know what
a function does.
"""

import logging
import math
import re
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from local.clock.stack_clock import StackClock
from local.clock.time_travel import Jump
from local.errors import FunctionFailed, FunctionTimedOut, TemplateError
from local.template.blueprint import Schedule

EVERY_FIRE = 600.0
EVERY_PROBE = 2 * 3600.0
LONGEST_STRIDE = 24 * 3600.0
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_log = logging.getLogger(__name__)
Next = Callable[[float], float]


class Scheduler:
    """`next_moment(after)`: the earliest later moment that stands in the tables; `writes()`: how
    often they were written; `is_probing()`: whether each sweep asks a model that refuses calls if
    it lets them in again. Of such a jump's first two hours no fire is left out.
    """

    def __init__(
        self,
        schedules: Sequence[Schedule],
        clock: StackClock,
        invoke: Callable[[Schedule], None],
        next_moment: Callable[[float], float],
        writes: Callable[[], int],
        is_probing: Callable[[], bool] = lambda: False,
    ) -> None:
        self._clock, self._invoke, self._next_moment, self._writes = (
            clock,
            invoke,
            next_moment,
            writes,
        )
        self._is_probing = is_probing
        self._entries = [(schedule, parse(schedule)) for schedule in schedules if schedule.enabled]
        self._stopping = False
        self.jump: Jump | None = None

    def start(self) -> None:
        for schedule, following in self._entries:
            threading.Thread(
                target=self._run, args=(schedule, following), name=schedule.name, daemon=True
            ).start()

    def stop(self) -> None:
        self._stopping = True
        self._clock.poke()

    def _run(self, schedule: Schedule, following: Next) -> None:
        with self._clock.actor():
            last = self._clock.now()
            while not self._stopping:
                jump, writes = self.jump, self._writes()
                fire = self._next(last, following, jump)
                # A write can bring a moment forward, and a jump's beginning or end changes which
                # fires count.
                self._clock.park(
                    fire,
                    lambda: (
                        self._stopping
                        or self.jump is not jump  # noqa: B023 - asked only while parked
                        or (jump is not None and self._writes() != writes)  # noqa: B023
                    ),
                )
                if self._clock.now() >= fire and not self._stopping:
                    last = fire if self._clock.now() < following(fire) else self._clock.now()
                    self._fire(schedule)

    def _next(self, last: float, following: Next, jump: Jump | None) -> float:
        regular = following(last)
        if jump is None or regular <= jump.start + EVERY_FIRE or regular > jump.target:
            return regular
        if regular <= jump.start + EVERY_PROBE and self._is_probing():
            return regular
        return self._skip(last, following, jump)

    def _skip(self, last: float, following: Next, jump: Jump) -> float:
        """The first fire that can find what the one before it did not, or the last one of the jump.

        What falls due falls due at a moment that stands in a table; between two such moments a fire
        finds what the last one left. In case something is due by a rule that stands nowhere, no
        stride is longer than a day.
        """
        fire = following(last)
        goal = min(self._next_moment(last - 1) + 1, fire + LONGEST_STRIDE, jump.target)
        while fire < goal and (later := following(fire)) <= jump.target:
            fire = later
        return fire

    def _fire(self, schedule: Schedule) -> None:
        try:
            self._invoke(schedule)
        except (FunctionFailed, FunctionTimedOut) as failure:
            _log.warning("%s failed: %s", schedule.function, failure)


def parse(schedule: Schedule) -> Next:
    """From one fire to the next, in seconds since the epoch.

    Raises TemplateError for an expression that is not known.
    """
    if found := _RATE.fullmatch(schedule.expression):
        period = int(found[1]) * _UNITS[found[2]]
        return lambda last: last + period
    if found := _CRON.fullmatch(schedule.expression):
        return _cron(schedule, found.groups())
    raise TemplateError(
        f"Resources.{schedule.name}.ScheduleExpression",
        f"only rate() and cron() are known, not {schedule.expression}",
    )


def _cron(schedule: Schedule, fields: Sequence[str]) -> Next:
    try:
        minute, hour, day, month, weekday, year = (
            _field(text, low, high) for text, (low, high) in zip(fields, _RANGES, strict=True)
        )
    except ValueError as exc:
        raise TemplateError(
            f"Resources.{schedule.name}.ScheduleExpression", f"{schedule.expression}: {exc}"
        ) from exc

    def matches_day(at: datetime) -> bool:
        # EventBridge counts weekdays from Sunday = 1.
        return (
            at.year in year
            and at.month in month
            and at.day in day
            and at.isoweekday() % 7 + 1 in weekday
        )

    def following(last: float) -> float:
        at = datetime.fromtimestamp(last // 60 * 60 + 60, UTC)
        for _ in range(366 * 24 * 60 * 5):
            if matches_day(at) and at.hour in hour and at.minute in minute:
                return at.timestamp()
            midnight = at.replace(hour=0, minute=0) + timedelta(days=1)
            at = at + timedelta(minutes=1) if matches_day(at) else midnight
        return math.inf

    return following


_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


def _field(text: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = (
            (str(low), "-", str(high)) if span in ("*", "?") else span.partition("-")
        )
        end = int(last) if dash else (high if step else int(first))
        values.update(range(int(first), end + 1, int(step or 1)))
    if not values or min(values) < low or max(values) > high:
        raise ValueError(f"{text!r} is not known as a field from {low} to {high}")
    return frozenset(values)
