"""Lets the runs of an opened gate go on: oldest first, a bounded number a sweep, spread over the
minute.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.engine.doorbell import ring_softly
from shared.errors import SPOILT, GuardFailed, StoreError
from shared.observability import log, log_bug
from shared.ports import Clock, Doorbell, GateStore, RunStore, Unreadable
from shared.records.gate import in_turn, parts_of
from shared.records.run import Run
from shared.runs import transitions
from shared.runs.due import ALL_SHARDS
from shared.runs.timing import HOUR, MINUTE, Timing

RELEASED_AT_MOST = 1_000
"""In one sweep, of one gate."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How many of a gate's runs may go on now. `room` (micro-dollars): only those that need no more
    together; None for any.
    """

    at_most: int
    room: int | None = None


CLOSED, WIDE_OPEN = Opening(0), Opening(RELEASED_AT_MOST)
Keeper = Callable[[str, int], Opening]
"""(gate, now in ms) -> what it lets through."""
FORGOTTEN_AFTER = 3 * HOUR
"""A gate was noted before a run was parked at it, by an invocation that may freeze meanwhile, and
an index lags; a gate in use that is forgotten would hold its runs for ever.
"""
_AT_ONCE = 20
_FAR = 10**14


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """`keepers`: by kind of gate.

    A gate that nobody keeps stays closed; another version may know it.
    """

    runs: RunStore
    gates: GateStore
    doorbell: Doorbell
    clock: Clock
    timing: Timing
    keepers: Mapping[str, Keeper]
    shards: Sequence[int] = ALL_SHARDS

    def release(self, has_time: Callable[[], bool] = lambda: True) -> int:
        """Tend every gate in use, as far as the time reaches; how many runs go on."""
        noted = dict(self.gates.gates())
        turn = self.clock.now_ms() // MINUTE
        return sum(
            self._try(gate, noted[gate], has_time)
            for gate in in_turn(list(noted), turn)
            if has_time()
        )

    def _try(self, gate: str, noted_at: int, has_time: Callable[[], bool]) -> int:
        """What is wrong with one gate stops none of the others."""
        try:
            return self._tend(gate, noted_at, has_time)
        except StoreError:
            log("sweep_failed", why="gate")
        except SPOILT as exc:
            log_bug("sweep_failed", exc, why="gate")
        return 0

    def _tend(self, gate: str, noted_at: int, has_time: Callable[[], bool]) -> int:
        now = self.clock.now_ms()
        keeper = self.keepers.get(parts_of(gate)[0])
        opening = keeper(gate, now) if keeper else CLOSED
        if opening.at_most <= 0:
            return 0
        at_most = min(opening.at_most, RELEASED_AT_MOST)
        # Where room decides, a run that needs little may stand behind many that need more.
        parked = self._oldest(gate, at_most if opening.room is None else RELEASED_AT_MOST)
        if not parked and noted_at + FORGOTTEN_AFTER <= now:
            self.gates.forget(gate, noted_at)
        passing = parked if opening.room is None else _fitting(parked, opening.room)[:at_most]
        return sum(
            self._let_go(run, place, len(passing))
            for place, run in enumerate(passing)
            if has_time()
        )

    def _oldest(self, gate: str, at_most: int) -> list[Run]:
        """Those whose deadline comes first."""
        found = []
        for shard in self.shards:
            found += self.runs.due(shard, gate, _FAR, None, at_most)[0]
        readable = [(one.at, one.run) for one in found if not isinstance(one.run, Unreadable)]
        readable.sort(key=lambda one: one[0])
        return [run for _, run in readable[:at_most]]

    def _let_go(self, run: Run, place: int, of: int) -> bool:
        try:
            free = self.runs.apply(transitions.unpark(run, self.clock.now_ms(), self.timing))
        except GuardFailed:
            return False
        except StoreError:
            log("sweep_failed", run_id=run.id)
            return False
        log("run_released", run_id=run.id)
        ring_softly(self.doorbell, free, place * MINUTE // of if of > _AT_ONCE else 0)
        return True


def _fitting(parked: Sequence[Run], room: int) -> list[Run]:
    """The oldest of those that fit into the room together: one that needs more than is left waits,
    and holds up none behind it.
    """
    passing = []
    for run in parked:
        needed = run.needed or 1
        if needed <= room:
            passing.append(run)
            room -= needed
    return passing
