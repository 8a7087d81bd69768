"""The deployed creator and worker with the deployed adapters over DynamoDB Local. The workflow is
registered here and nowhere else; its doorbell is a list in this process, since SQS is no part of
what is compared.

A step whose result is checkpointed is not run again; one that was cut is.
"""

import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from queue import SimpleQueue
from typing import Any, cast

from bench.meter import Meter
from bench.peers import work
from bench.peers.playing import AT_ONCE, Play, serve
from shared import bootstrap
from shared.adapters.clock import SystemClock
from shared.bootstrap import Services
from shared.bootstrap_worker import build_worker
from shared.engine.creation import Key, NewRun, keyed_id
from shared.ports import Doorbell
from shared.records.run import Status, Subject
from shared.runs.timing import MINUTE, SECOND
from shared.settings import load
from shared.workflows.definitions import DEFINITIONS, Definition
from shared.workflows.steps import Step, StepContext, StepResult, Workflow
from tests.fakes.world import RememberingDoorbell
from tests.races.servers import with_old_items

ORG = "bench"
PERSON = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_NAMES = ("first", "second", "third")
THREE_STEPS = Definition(
    "three_steps", "number", _NAMES, build="bench.peers.on_ours:build", asks_model=False
)
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


def register() -> None:
    cast(MutableMapping[str, Definition], DEFINITIONS)[THREE_STEPS.name] = THREE_STEPS


def build(services: Services) -> Workflow:
    return Workflow(
        THREE_STEPS, {name: Step(_step(number)) for number, name in enumerate(_NAMES, 1)}
    )


def _step(number: int) -> Callable[[StepContext], StepResult]:
    def run(ctx: StepContext) -> StepResult:
        before = ctx.result(_NAMES[number - 2])["text"] if number > 1 else ""
        made = {"text": work.result(ctx.input()["run"], number, before)}
        return StepResult(output=made) if number == work.STEPS[-1] else StepResult(made)

    return run


class _Services(Services):
    """As deployed, but for the queue, and for what DynamoDB Local of 2020 cannot do."""

    @cached_property
    def _dynamodb(self) -> Any:
        return with_old_items(super()._dynamodb)

    @cached_property
    def doorbell(self) -> Doorbell:
        return RememberingDoorbell()


class _Instance:
    """What one instance of the creating and one of the executing function have."""

    def __init__(self) -> None:
        self.services = _Services(load())
        self.worker = build_worker(self.services)
        self.creator = self.services.creator

    def play(self, number: int) -> None:
        run_id = _id(number)
        new = NewRun(THREE_STEPS.name, ORG, Subject("number", run_id), PERSON, {"run": number})
        self.creator.create(new, Key(run_id, "0" * 64, repeatable=False))
        self.execute(run_id)

    def execute(self, run_id: str) -> None:
        self.worker.execute(run_id, lambda: 14 * MINUTE)

    def has_ended(self, number: int) -> bool:
        run = self.services.runs.get(_id(number))
        return run is not None and run.status is Status.SUCCEEDED


def _id(number: int) -> str:
    return keyed_id(ORG, "peers", str(number))


class Ours:
    def __init__(self, clock: "_LateClock") -> None:
        self._clock = clock
        # One after the other: building clients is not for two threads at once.
        self._instances = [_Instance() for _ in range(max(AT_ONCE))]

    @contextmanager
    def working(self, at_once: int) -> Iterator[Play]:
        free: SimpleQueue[_Instance] = SimpleQueue()
        for instance in self._instances[:at_once]:
            free.put(instance)

        def play_one(number: int) -> float:
            began, instance = time.perf_counter(), free.get()
            try:
                instance.play(number)
            finally:
                free.put(instance)
            played.append(number)
            return time.perf_counter() - began

        played: list[int] = []
        with ThreadPoolExecutor(at_once) as pool:
            yield lambda numbers: list(pool.map(play_one, numbers))
        if not all(map(self._instances[0].has_ended, played)):
            raise SystemExit("not every run succeeded")

    @contextmanager
    def counting(self) -> Iterator[Callable[[], Mapping[str, float]]]:
        meter = Meter("")
        with meter.watching():
            yield lambda: {
                "requests": meter.spent.of("dynamodb"),
                "writes": meter.spent.of("dynamodb", *_WRITES),
                "write units": meter.spent.written.total(),
                "read units": meter.spent.read,
            }

    def take_up(self, run: int, died_at: float) -> Mapping[str, float | None]:
        """Sweeps minute by minute, as its schedule has it, on a clock that does not wait for it."""
        one = self._instances[0]
        bell = cast(RememberingDoorbell, one.services.doorbell)
        while not one.has_ended(run):
            self._clock.pass_by(MINUTE)
            bell.rings.clear()
            one.services.sweeper.sweep()
            for ring in tuple(bell.rings):
                self._clock.pass_by(ring.delay_ms)
                one.execute(ring.run_id)
        return {"by the sweeper": (self._clock.now_ms() - died_at * SECOND) / SECOND}


class _LateClock(SystemClock):
    """The system's, and what was passed by."""

    def __init__(self) -> None:
        self._passed = 0

    def now_ms(self) -> int:
        return super().now_ms() + self._passed

    def pass_by(self, milliseconds: int) -> None:
        self._passed += milliseconds


@contextmanager
def opened() -> Iterator[Ours]:
    register()
    clock = _LateClock()
    bootstrap.use_clock(clock)
    yield Ours(clock)


if __name__ == "__main__":
    serve(opened())
