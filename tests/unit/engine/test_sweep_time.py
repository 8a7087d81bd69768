"""What a sweep does with its time: a backlog's rings leave some for the gates, and a gate's runs
some for other gates; what was not done is said, and done by the next sweep.
"""

from collections.abc import Callable
from typing import Any

from shared.engine.creation import Key, NewRun
from shared.records.gate import WORKER_GATE, budget_gate, in_turn, owner_of, pause_gate
from shared.records.organisation import Organisation
from shared.records.run import Subject
from shared.runs.timing import MINUTE, SECOND
from tests.support.engine_world import EngineWorld
from tests.support.intercepted import intercepted
from tests.support.samples import CLINICIAN, ORG, OTHER_ORG, PATIENT


class Running:
    """An invocation's time, of which each look at it takes a little."""

    def __init__(self, left: int, step: int) -> None:
        self._left, self._step = left, step

    def __call__(self) -> int:
        self._left -= self._step
        return self._left


def test_a_backlog_of_rings_leaves_time_for_what_a_gate_lets_go_on(world: EngineWorld) -> None:
    world.enabled = False
    parked = [world.create() for _ in range(5)]
    world.enabled = True
    for _ in range(500):
        world.create()
    world.clock.advance(2 * MINUTE)
    swept = world.sweeper.sweep(Running(60 * SECOND, 100))
    assert not swept.finished
    assert [world.now(run).gate for run in parked] == [None] * 5


def test_every_gate_has_its_turn_where_one_has_more_runs_than_there_is_time(
    world: EngineWorld,
) -> None:
    world.enabled = False
    held = [world.create() for _ in range(300)]
    paused = Organisation(ORG, paused_workflows=("letter",), version=1)
    assert world.organisations.put(paused)
    world.enabled = True
    assert {world.now(run).gate for run in held} == {WORKER_GATE}
    sweeps = 0
    while any(world.now(run).gate for run in held):
        world.clock.advance(MINUTE)
        assert world.sweeper.sweep(Running(20 * SECOND, 100)).changed > 0
        sweeps += 1
    assert 1 < sweeps < 10
    assert pause_gate(ORG, "letter") not in [gate for gate, _ in world.gates.gates()]


def test_whoever_has_very_many_gates_holds_up_nobody_elses(world: EngineWorld) -> None:
    """A neighbour's paused workflow is resumed, and their run past its deadline is ended, within a
    sweep or two, though no sweep has time for all gates of the other organisation.
    """
    now = world.clock.now_ms()
    for number in range(400):
        world.gates.note(budget_gate(ORG, f"project:{number}"), now)
    theirs = Organisation(OTHER_ORG, paused_workflows=("letter",), version=1)
    assert world.organisations.put(theirs)
    world.gates.note(pause_gate(OTHER_ORG, "letter"), now)
    new = NewRun("letter", OTHER_ORG, Subject("patient", PATIENT), CLINICIAN, {"about": "rain"})
    run, _ = world.creator.create(new, Key(world.ids.unique(), "ab" * 32, repeatable=False))
    assert world.work(run).gate == pause_gate(OTHER_ORG, "letter")
    world.organisations.put(Organisation(OTHER_ORG, version=2))
    looked: list[str | None] = []

    def due(real: Callable[..., Any], shard: int, gate: str | None, *rest: Any) -> Any:
        looked.append(gate)
        return real(shard, gate, *rest)

    world.runs = intercepted(world.runs, due=due)
    world.clock.advance(MINUTE)
    world.sweeper.sweep(Running(60 * SECOND, 50))
    assert world.now(run).gate is None
    first = dict.fromkeys(gate for gate in looked if gate is not None)
    assert list(first).index(pause_gate(OTHER_ORG, "letter")) < 2


def test_in_time_every_gate_of_many_is_tended(world: EngineWorld) -> None:
    gates = [budget_gate(ORG, f"project:{number}") for number in range(40)]
    gates += [budget_gate(OTHER_ORG, "organisation"), WORKER_GATE]
    seen: set[str] = set()
    for turn in range(60):
        ordered = in_turn(gates, turn)
        assert sorted(ordered) == sorted(gates)
        assert {owner_of(gate) for gate in ordered[:3]} == {ORG, OTHER_ORG, None}
        seen |= set(ordered[:5])
    assert seen == set(gates)


def test_a_gate_whose_name_means_nothing_stops_no_other(world: EngineWorld) -> None:
    world.gates.note("budget#alone", world.clock.now_ms())
    world.enabled = False
    run = world.create()
    world.enabled = True
    world.clock.advance(MINUTE)
    world.sweeper.sweep()
    assert world.now(run).gate is None
