"""What can go wrong at a call: the kinds of faults, which of them fit which call, and the plans
that decide where they strike.

A fault is named `kind` or `kind@wake`, as `zombie@claimed`; a planned one `index=kind`, as
`17=crash_after`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

READ, WRITE, SEND, MODEL = "r", "w", "s", "m"
"""What a call is: a read, a write, a message sent, a question to the model."""

WAKES = ("swept", "claimed", "stored", "ended")
"""What a frozen process sleeps through: a sweep that saw its lease run out, the next claim, the
next stored answer, the end.
"""
PAIR_WAKES = ("claimed", "ended")
LATE_SECONDS = (595, 7_195)

_SDK = ("timeout", "throttle")
_LOST = ("crash_before", "outage")
_WRITES = (*_SDK, *_LOST, "crash_after", "timeout_applied", "outage_applied", "slow")
KINDS: Mapping[str, tuple[str, ...]] = {
    READ: (*_SDK, *_LOST, "slow"),
    WRITE: _WRITES,
    SEND: (*_WRITES, "lost", "twice", *(f"late@{s}" for s in LATE_SECONDS)),
    MODEL: ("crash_before", "crash_after", "error", "error@30", "slow"),
}
"""Faults of each sort of call, but for the zombies.

crash_before, crash_after: the process dies before the call is applied, or after. timeout,
timeout_applied: one response is lost, the call unapplied or applied, and the SDK tries again.
throttle: one try is refused. outage, outage_applied: every try fails, none applied or the first.
slow: the process is starved for three minutes. lost, twice, late: of a message. error: the model
answers 529, or 429 with retry-after.
"""
ZOMBIES: Mapping[str, tuple[str, ...]] = {
    READ: ("zombie",),
    WRITE: ("zombie", "zombie_retry"),
    SEND: ("zombie",),
    MODEL: ("zombie", "zombie_paid"),
}
"""zombie: the process freezes before the call, the world goes on, and it wakes and makes it.
zombie_retry: the call is applied, its response lost, and the SDK tries again after waking.
zombie_paid: it freezes with the model's answer in hand.
"""

_FITTING = {
    sort: {kind.partition("@")[0] for kind in KINDS[sort]} | set(ZOMBIES[sort]) for sort in KINDS
}

INVISIBLE = frozenset({"timeout", "timeout_applied", "throttle", "twice"})
"""Faults that may cost nothing at all: the SDK or a guard deals with them."""
ATTEMPTS_SPENT: Mapping[str, int] = {"slow": 0, "lost": 0, "late": 0} | dict.fromkeys(INVISIBLE, 0)
"""How many attempts a fault may cost at most, where it is not one."""
SLOW_MS = 180_000


@dataclass(frozen=True, slots=True)
class Fault:
    """`wake`: for zombies what they sleep through, or after how many calls of others (`+7`); for
    late messages the seconds.
    """

    kind: str
    wake: str = ""

    def __str__(self) -> str:
        return f"{self.kind}@{self.wake}" if self.wake else self.kind

    @property
    def attempts(self) -> int:
        return ATTEMPTS_SPENT.get(self.kind, 1)


def fault(text: str) -> Fault:
    kind, _, wake = text.partition("@")
    return Fault(kind, wake)


def kinds_at(sort: str, wakes: Sequence[str] = WAKES) -> list[str]:
    """Every fault that a call of that sort can meet, with these wakes of its zombies."""
    return [*KINDS[sort], *(f"{zombie}@{wake}" for zombie in ZOMBIES[sort] for wake in wakes)]


class Plan(Protocol):
    def fault_at(self, index: int, sort: str) -> Fault | None:
        """What strikes the `index`-th call of the history."""
        ...


class Planned:
    """Named faults at named calls. One that does not fit the call it meets does nothing."""

    def __init__(self, faults: Mapping[int, Fault]) -> None:
        self._faults = faults

    def fault_at(self, index: int, sort: str) -> Fault | None:
        planned = self._faults.get(index)
        return planned if planned and planned.kind in _FITTING[sort] else None


class Drawn:
    """`count` faults among the first `within` calls, drawn from a seeded source."""

    def __init__(self, random: Random, count: int, within: int) -> None:
        self._random = random
        self._at = frozenset(random.sample(range(within), count))

    def fault_at(self, index: int, sort: str) -> Fault | None:
        if index not in self._at:
            return None
        zombie = self._random.random() < 0.4
        kind = self._random.choice((ZOMBIES if zombie else KINDS)[sort])
        if not zombie:
            return fault(kind)
        wake = (
            self._random.choice(WAKES)
            if self._random.random() < 0.5
            else f"+{self._random.randint(1, 40)}"
        )
        return Fault(kind, wake)
