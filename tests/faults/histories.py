"""A history by its name: what is played, which faults strike, and what came of it.

The name is all that a replay needs.

`lifecycle` is a scenario without faults, `lifecycle/17=crash_after,23=zombie@claimed` one with
named faults at named calls, `random/4711` a scenario and faults that a seed makes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

import shared.observability
from shared.records.run import Engine, Run
from tests.faults.endings import judge
from tests.faults.faults import Drawn, Plan, Planned, fault
from tests.faults.people import People
from tests.faults.scenarios import LIFECYCLES, Scenario, drawn
from tests.faults.scheduler import Livelock
from tests.faults.watcher import Violation
from tests.faults.world import World

PROFILES = ("random", "people", "phases")
_MOST_FAULTS, _WITHIN = 8, (25, 45, 80)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`sorts`: one letter for each call that was made; `faults`: those that struck; `moves`: what
    the runs' histories show, as `queued > running worker`; `trace`: lines, when asked for.
    """

    name: str
    violations: tuple[Violation, ...]
    sorts: str
    faults: tuple[str, ...]
    moves: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()


def play(name: str, *, traced: bool = False) -> Outcome:
    """Run the history of that name to its end, and judge it."""
    scenario, plan, random = _made(name)
    trace: list[str] | None = [] if traced else None
    world = World(scenario, plan, random, trace)
    people = People(world)
    people.arrange()
    with _listening(world):
        try:
            world.platform.run()
            judge(world, people)
        except Livelock:
            world.watcher.require(False, "every history ends", "it went on and on")
    return Outcome(
        name=name,
        violations=tuple(world.watcher.violations),
        sorts="".join(world.calls.sorts),
        faults=tuple(map(str, world.calls.faults)),
        moves=tuple(move for run in world.watcher.runs.values() for move in _moves(run)),
        trace=tuple(trace or ()),
    )


def _moves(run: Run) -> Iterator[str]:
    before = "nothing"
    for entry in run.history:
        actor = entry.actor.value if isinstance(entry.actor, Engine) else "person"
        yield f"{before} > {entry.to} {actor} {entry.code or ''}".rstrip()
        before = entry.to


def _made(name: str) -> tuple[Scenario, Plan, Random]:
    profile, _, rest = name.partition("/")
    if profile in LIFECYCLES:
        planned = {
            int(at): fault(kind)
            for at, _, kind in (part.partition("=") for part in rest.split(",") if part)
        }
        return LIFECYCLES[profile], Planned(planned), Random(0)
    if profile not in PROFILES:
        raise ValueError(f"{name!r}: a history is of {', '.join([*LIFECYCLES, *PROFILES])}")
    random = Random(name)
    scenario = drawn(profile, random)
    return scenario, Drawn(random, random.randint(0, _MOST_FAULTS), random.choice(_WITHIN)), random


@contextmanager
def _listening(world: World) -> Iterator[None]:
    """Logs go to the history instead of stdout."""
    write = shared.observability._write
    shared.observability._write = lambda record: (
        world.bug(record) if record.get("level") == "ERROR" else None
    )
    try:
        yield
    finally:
        shared.observability._write = write
