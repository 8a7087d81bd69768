"""What a sweep does with its time: a backlog's rings leave some for the gates, and a gate's runs
some for other gates; what was not done is said, and done by the next sweep.
"""

from shared.records.gate import WORKER_GATE, pause_gate
from shared.records.organisation import Organisation
from shared.runs.timing import MINUTE, SECOND
from tests.support.engine_world import EngineWorld
from tests.support.samples import ORG


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
