"""The sweeper: every minute it asks the index of open runs what is due, and does that. Losing any
of its races is normal.

It is what bounds every run: it breaks leases that ran out, ends gates and deadlines, rings for
queued runs, lets the runs
of opened gates go on, and parks the runs of a workflow whose flag is off. Leases and deadlines go
before rings.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from shared.engine.doorbell import ring_softly
from shared.engine.gatekeeping import Gatekeeper
from shared.engine.inspection import Inspector
from shared.errors import SPOILT, GuardFailed, StoreError
from shared.observability import log, log_bug
from shared.ports import Clock, Doorbell, DueRun, GateStore, Ids, RunStore, Unreadable
from shared.records.gate import WORKER_GATE, Reason, in_turn
from shared.records.run import SWEEPER, Run, Status
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.due import ALL_SHARDS, due_at, is_rung
from shared.runs.timing import HOUR, MINUTE, SECOND, Timing
from shared.workflows.definitions import is_flagged

PAGE = 100
RINGS_AT_MOST = 2_000
"""So many rings a sweep; the rest of a backlog is looked at again in the minutes after it."""
_GATES_AT_A_TIME = 8
_MARGIN = 5 * SECOND
_NO_LIMIT = HOUR
Spread = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]


@dataclass(frozen=True, slots=True)
class Swept:
    """`changed` runs in a sweep; `finished`: whether it had time for all that was due; `lag`: how
    long (ms) the latest of what was due had been so.
    """

    changed: int
    finished: bool
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Sweeper:
    """`spread` is `map`, or one that works on several partitions side by side; `shards` are those
    that this one tends; `wakers` call for somebody to do what else is due; `counters` come last,
    and do what they have time for.
    """

    runs: RunStore
    gates: GateStore
    gatekeeper: Gatekeeper
    inspector: Inspector
    doorbell: Doorbell
    clock: Clock
    ids: Ids
    timing: Timing
    worker_enabled: bool
    spread: Spread = map
    shards: Sequence[int] = ALL_SHARDS
    wakers: Sequence[Callable[[], int]] = ()
    counters: Sequence[Callable[[Callable[[], bool]], int]] = ()

    def sweep(self, remaining_ms: Callable[[], int] = lambda: _NO_LIMIT) -> Swept:
        """Tend what is due, as far as the invocation's time reaches.

        Each sweep begins elsewhere.
        """
        visits = [*self._visited(self._shards(), remaining_ms)]
        # Of gates there may be very many; half of what is left is for what comes after them.
        held_back = max(0, remaining_ms() // 2)
        parked_seen = self._visit_parked(visits, lambda: remaining_ms() - held_back)
        changed = sum(visit.changed for visit in visits)
        due = sorted((run for visit in visits for run in visit.to_ring), key=_turn)
        finished = parked_seen and all(visit.finished for visit in visits)
        # A backlog's rings may take half of what is left: the rest is for the gates.
        reserve = max(_MARGIN, remaining_ms() // 2)
        for rung in self.spread(
            lambda one: self._ring_in_turn(one, remaining_ms, reserve), enumerate(due)
        ):
            changed += bool(rung)
            finished = finished and rung is not None
        released, is_done = self._tend_the_rest(lambda: remaining_ms() >= _MARGIN)
        changed, finished = changed + released, finished and is_done
        lag = max((visit.lag for visit in visits), default=0)
        return Swept(changed, finished and remaining_ms() >= _MARGIN, lag)

    def _tend_the_rest(self, has_time: Callable[[], bool]) -> tuple[int, bool]:
        """(how many runs of gates go on, whether all was done). Where one part of it fails, the
        others are tended all the same.
        """
        released: list[int] = []
        parts: list[tuple[str, Callable[[], object]]] = [
            *(("waker", wake) for wake in self.wakers),
            ("gates", lambda: released.append(self.gatekeeper.release(has_time))),
            ("inspection", self.inspector.inspect),
            *(("count", partial(count, has_time)) for count in self.counters),
        ]
        failed = False
        for name, tend in parts:
            if not has_time():
                return sum(released), False
            try:
                tend()
            except StoreError:
                log("sweep_failed", why=name)
                failed = True
            except SPOILT as exc:
                log_bug("sweep_failed", exc, why=name)
                failed = True
        return sum(released), not failed

    def _ring_in_turn(
        self, one: tuple[int, Run], remaining_ms: Callable[[], int], reserve: int
    ) -> bool | None:
        """Ring for a run, or put it off to the sweep that has room; None where no time is left."""
        number, run = one
        if remaining_ms() < reserve:
            return None
        turn = number // RINGS_AT_MOST
        return self.put_off(run, turn) if turn else self.ring(run)

    def _visited(
        self, places: Iterable[tuple[int, str | None]], remaining_ms: Callable[[], int]
    ) -> Iterator["_Visit"]:
        return self.spread(lambda place: _Visit(self, remaining_ms).tend(*place), places)

    def _shards(self) -> list[tuple[int, str | None]]:
        """Every partition of what is parked nowhere, each time beginning with another."""
        turn = self.clock.now_ms() // MINUTE % len(self.shards)
        return [(shard, None) for shard in (*self.shards[turn:], *self.shards[:turn])]

    def _visit_parked(self, visits: list["_Visit"], remaining_ms: Callable[[], int]) -> bool:
        """Visit what is parked, some gates at a time; False where not all could be."""
        turn = self.clock.now_ms() // MINUTE
        gates = in_turn([gate for gate, _ in self.gates.gates()], turn)
        for at in range(0, len(gates), _GATES_AT_A_TIME):
            if remaining_ms() < _MARGIN:
                return False
            some = gates[at : at + _GATES_AT_A_TIME]
            places = [(shard, gate) for gate in some for shard in self.shards]
            visits += self._visited(places, remaining_ms)
        return True

    def due(self, run: Run, now: int) -> Change | None:
        """What has to be done with an open run now but ringing, if anything: the first of the rules
        that applies.
        """
        op = self.ids.op()
        if run.is_terminal:
            return None  # the index of open runs lags behind
        if run.deadline_at <= now:
            return transitions.expire_deadline(run, now, op)
        if run.status is Status.RUNNING:
            return transitions.lose_lease(run, now, op) if _over(run.lease_until, now) else None
        if run.status is Status.WAITING:
            return transitions.expire_gate(run, now, op) if _over(run.gate_until, now) else None
        if is_rung(run) and is_flagged(run.workflow) and not self.worker_enabled:
            self.gates.note(WORKER_GATE, now)
            return transitions.park(
                run,
                now,
                op,
                actor=SWEEPER,
                gate=WORKER_GATE,
                reason=Reason.WORKER_DISABLED,
                timing=self.timing,
            )
        return None

    def ring(self, run: Run) -> bool:
        """Win a due ring and ring it."""
        rung = self.try_write(transitions.ring(run, self.clock.now_ms()), run)
        if rung is not None:
            ring_softly(self.doorbell, rung)
        return rung is not None

    def put_off(self, run: Run, turn: int) -> bool:
        """A ring that this sweep has no room for is looked at again by the sweep that has."""
        self.try_write(transitions.put_off_ring(run, self.clock.now_ms(), turn), run)
        return False

    def try_write(self, change: Change, run: Run) -> Run | None:
        """`write`; None also where the store was away: the run stands where it is due, and the next
        sweep tries again.
        """
        try:
            return self.write(change, run)
        except StoreError:
            log("sweep_failed", run_id=run.id)
            return None

    def write(self, change: Change, run: Run) -> Run | None:
        """Apply a change; None when somebody else was faster. Raises StoreError."""
        try:
            written = self.runs.apply(change)
        except GuardFailed:
            return None
        code = change.entry.code if change.entry else None
        log("run_swept", run_id=run.id, status=written.status, code=code)
        return written


class _Visit:
    """One partition in one sweep: what changed in it, and for which runs a ring is due."""

    def __init__(self, sweeper: Sweeper, remaining_ms: Callable[[], int]) -> None:
        self._sweeper, self._remaining = sweeper, remaining_ms
        self.changed, self.finished, self.lag = 0, True, 0
        self.to_ring: list[Run] = []

    def tend(self, shard: int, gate: str | None) -> "_Visit":
        position: str | None = None
        while True:
            if self._remaining() < _MARGIN:
                self.finished = False
                return self
            now = self._sweeper.clock.now_ms()
            try:
                found, position = self._sweeper.runs.due(shard, gate, now, position, PAGE)
            except StoreError:
                log("sweep_failed", why="partition")  # the others are tended all the same
                self.finished = False
                return self
            for due in found:
                self._look(due)
            if position is None:
                return self

    def _look(self, due: DueRun) -> None:
        run, now = due.run, self._sweeper.clock.now_ms()
        self.lag = max(self.lag, now - due.at)
        if isinstance(run, Unreadable):
            log("run_unreadable", run_id=run.id)
            self._postpone(due, now + HOUR)
            return
        change = self._sweeper.due(run, now)
        if change is not None:
            self._apply(change, run)
        elif is_rung(run) and run.ring_after <= now:
            self.to_ring.append(run)
        else:
            self._postpone(due, due_at(run) or now + HOUR)

    def _apply(self, change: Change, run: Run) -> None:
        written = self._sweeper.try_write(change, run)
        if written is None:
            return
        self.changed += 1
        if is_rung(written):
            ring_softly(self._sweeper.doorbell, written)

    def _postpone(self, due: DueRun, to: int) -> None:
        try:
            self._sweeper.runs.postpone(due, to)
        except StoreError:
            log("sweep_failed", run_id=due.run_id)


def _turn(run: Run) -> tuple[int, int]:
    """Who was rung for least comes first, then who has waited longest."""
    return run.ring_interval, run.ring_after


def _over(moment: int | None, now: int) -> bool:
    return moment is not None and moment <= now
