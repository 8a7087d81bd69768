"""The small fakes: a clock that moves when told, ids that repeat, queues that remember, a quota, a
step probe that kills.
"""

from dataclasses import dataclass
from itertools import count
from uuid import UUID

from shared.errors import RateLimited, StoreUnavailable
from shared.ports import Clock
from shared.records.run import Run
from shared.runs.timing import MAX_DELAY, MINUTE, SECOND

MORNING = 1_795_000_000_000
"""A moment of November 2026, in milliseconds."""


class VirtualClock:
    """Implements shared.ports.Clock: stands still until it is moved."""

    def __init__(self, now: int = MORNING) -> None:
        self._now = now

    def now_ms(self) -> int:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += int(seconds * SECOND)

    def advance(self, milliseconds: int) -> int:
        """Time passes; the moment after."""
        self._now += milliseconds
        return self._now


class SequentialIds:
    """Implements shared.ports.Ids: unique, ascending, the same in every test; threads
    may share it.
    """

    def __init__(self) -> None:
        self._numbers = count(1)

    def unique(self) -> str:
        return str(UUID(int=MORNING << 80 | 0x7 << 76 | 0x2 << 62 | next(self._numbers)))

    def secret(self) -> bytes:
        return next(self._numbers).to_bytes(24, "big")

    def op(self) -> str:
        return f"{next(self._numbers):08d}"


@dataclass(frozen=True, slots=True)
class Ring:
    run_id: str
    group: str
    delay_ms: int


class RememberingDoorbell:
    """Implements shared.ports.Doorbell. `is_broken`: the queue takes nothing."""

    def __init__(self) -> None:
        self.rings: list[Ring] = []
        self.probes: list[str] = []
        self.is_broken = False

    def ring(self, run: Run, delay_ms: int = 0) -> None:
        if self.is_broken:
            raise StoreUnavailable("the queue is away")
        self.rings.append(Ring(run.id, run.org_id, max(0, min(delay_ms, MAX_DELAY))))

    def ask_for_probe(self, gate: str) -> None:
        if self.is_broken:
            raise StoreUnavailable("the queue is away")
        self.probes.append(gate)

    def rings_of(self, run_id: str) -> list[Ring]:
        return [ring for ring in self.rings if ring.run_id == run_id]


class RememberingDeadLetters:
    """Implements shared.ports.DeadLetters."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def bury(self, body: str) -> None:
        self.bodies.append(body or "(empty)")


class LeakyBucketQuota:
    """Implements shared.ports.Quota: each request fills a person's bucket a little, and it leaks as
    time passes.
    """

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock, self._per_minute = clock, per_minute
        self._levels: dict[tuple[str, str], tuple[int, int]] = {}

    def admit(self, org_id: str, person: str) -> None:
        if self._per_minute <= 0:
            return
        drop = MINUTE // self._per_minute
        level, since = self._levels.get((org_id, person), (0, 0))
        now = self._clock.now_ms()
        level = max(0, level - (now - since))
        too_much = level + drop - drop * self._per_minute
        if too_much > 0:
            raise RateLimited(-(-too_much // SECOND))
        self._levels[org_id, person] = (level + drop, now)


class Killed(BaseException):
    """The process is gone. Not an Exception: nothing in the process may catch it."""


class KillingProbe:
    """Implements shared.ports.StepProbe: dies once, where it was told to."""

    def __init__(self) -> None:
        self._before: str | None = None
        self._after: str | None = None

    def kill_before(self, step: str) -> None:
        self._before = step

    def kill_after(self, step: str) -> None:
        """After the step's effects, before its checkpoint."""
        self._after = step

    def before(self, step: str) -> None:
        if step == self._before:
            self._before = None
            raise Killed

    def after(self, step: str) -> None:
        if step == self._after:
            self._after = None
            raise Killed
