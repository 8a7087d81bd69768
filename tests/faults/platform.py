"""What Lambda, SQS and the schedule do: invocations that are killed at their limit, messages that
come back, a sweep a minute.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from shared.adapters.dynamodb import keys
from shared.records.run import Run
from shared.runs.timing import MINUTE, SECOND
from shared.sqs.messages import run_id_of
from tests.faults.scenarios import DIAGNOSIS
from tests.faults.scheduler import Process
from tests.faults.stored import due_at

if TYPE_CHECKING:
    from tests.faults.world import World

START = 1_795_000_020_000
"""A whole minute of the year 2026, in milliseconds."""
WORKER_LIMIT, SWEEPER_LIMIT, REQUEST_LIMIT = 300 * SECOND, 60 * SECOND, 29 * SECOND
VISIBILITY, MOST_RECEIVES = 330 * SECOND, 5
EXPECTED = frozenset({"StoreUnavailable", "Conflict", "NotFound", "IdempotencyKeyReused"})
"""What a process may end with; anything else is a bug."""


@dataclass(eq=False, slots=True)
class _Message:
    body: str
    received: int = 0


class Platform:
    """`overdue`: how many workers came to their time limit, which slow calls may bring about."""

    def __init__(self, world: "World", random: Random) -> None:
        self._world, self._random = world, random
        self._flips = {START + second * SECOND for second in world.scenario.flag_off or ()}
        self._last_tick, self._workers, self._sweeps = START, 0, 0
        self.overdue = 0

    def run(self) -> None:
        """Let everything happen that is arranged, until nothing is left to happen."""
        for second in self._world.scenario.sweeps:
            self._world.scheduler.at(START + second * SECOND, self._sweep)
        for second in self._world.scenario.redriven:
            self._world.scheduler.at(START + second * SECOND, self._redrive)
        self._world.scheduler.run(self._next_tick, self._tick)

    def spawn(
        self,
        name: str,
        kind: str,
        body: Callable[[], Any],
        limit: int,
        on_end: Callable[[Process], None],
        after: int = 0,
    ) -> Process:
        moment = self._world.scheduler.now + after

        def ended(process: Process) -> None:
            self._judge_end(process)
            on_end(process)

        return self._world.scheduler.spawn(moment, Process(name, kind, body, moment + limit, ended))

    def _judge_end(self, process: Process) -> None:
        self.overdue += process.kind == "worker" and process.scars[-1:] == ["time limit"]
        how = (
            "killed"
            if process.killed
            else f"raised {type(process.error).__name__}"
            if process.error
            else "ended"
        )
        self._world.calls.note(f"{process.name} {how}")
        if process.error is not None:
            name = type(process.error).__name__
            self._world.watcher.require(
                name in EXPECTED,
                "nothing ends in a bug",
                lambda: f"{process.name}: {name}: {process.error}",
            )

    def accept(self, body: str, delay: int) -> None:
        """The queue took a message, to be seen after `delay` ms; now and then it is delivered
        twice.
        """
        moment = self._world.scheduler.now + delay + 20
        self._world.scheduler.at(moment, partial(self._receive, _Message(body)))
        if self._world.scenario.double_messages and self._random.random() < 0.3:
            again = self._random.choice((0, 10, 1_000, 15_000, 400_000))
            self._world.scheduler.at(moment + again, partial(self._receive, _Message(body)))

    def _receive(self, message: _Message) -> None:
        """The event source: a message becomes an invocation of the worker, and comes back unless
        that ends well.
        """
        message.received += 1
        if message.received > MOST_RECEIVES:
            return
        self._workers += 1
        until = self._world.scheduler.now + VISIBILITY
        named = run_id_of(message.body)
        assert named is not None

        def ended(process: Process) -> None:
            if process.killed or process.error is not None:
                self._world.scheduler.at(until, partial(self._receive, message))

        process = self.spawn(f"worker {self._workers}", "worker", lambda: None, WORKER_LIMIT, ended)
        process.notes["pk"] = keys.thing_pk(named)
        dies_at = process.dies_at
        process.body = lambda: self._world.worker.execute(
            named, lambda: dies_at - self._world.scheduler.now
        )

    def _redrive(self) -> None:
        """Somebody puts messages back from the dead letters, whatever has become of their runs."""
        strangers = (keys.id_of(pk) for pk, _ in self._world.watcher.strangers)
        for run_id in (*(run.id for run in self._world.watcher.runs.values()), *strangers):
            self.accept(json.dumps({"run_id": run_id}), 0)

    # --- sweeps -----------------------------------------------------------------------------------

    def _next_tick(self) -> int | None:
        """The first minute at which a sweep has something to do.

        Those between only read, so they are left out.
        """
        moments = [
            due for run in self._world.watcher.runs.values() if (due := self._due(run)) is not None
        ]
        if not moments:
            return None
        due = max(min(moments), self._last_tick + 1)
        return START + -(-(due - START) // MINUTE) * MINUTE

    def _due(self, run: Run) -> int | None:
        due = due_at(run)
        if due is None or not self._flips or run.workflow != DIAGNOSIS:
            return due
        # A flag that is on again lets go what is parked, at the next sweep; one that is off is
        # noticed when a ring is due.
        if run.gate is None:
            return due
        if self._world.is_on():
            return self._world.scheduler.now
        return min([due, *(flip for flip in self._flips if flip > self._world.scheduler.now)])

    def _tick(self) -> None:
        self._last_tick = self._world.scheduler.now
        for _ in range(
            2 if self._world.scenario.double_sweeps and self._random.random() < 0.5 else 1
        ):
            self._sweep()

    def _sweep(self) -> None:
        self._sweeps += 1
        now = self._world.scheduler.now
        indexed = now - self._world.scenario.index_lag
        due = {
            key: run
            for key, run in self._world.watcher.runs.items()
            if (moment := due_at(run)) is not None
            and moment <= now
            and self._world.watcher.listed.get(key, 0) < indexed
        }

        def ended(process: Process) -> None:
            if not process.killed and process.error is None and not process.scars:
                for key, run in due.items():
                    tended = self._world.watcher.runs[key] is not run
                    self._world.watcher.require(
                        tended, "a sweep does what is due", f"{key} stood as it was"
                    )

        self.spawn(
            f"sweep {self._sweeps}", "sweeper", self._world.sweeper.sweep, SWEEPER_LIMIT, ended
        )
