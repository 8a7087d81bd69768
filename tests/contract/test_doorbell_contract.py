"""shared.ports.Doorbell: a message names a run and nothing else."""

from shared.runs.timing import HOUR, SECOND
from tests.contract.worlds import Heard, World
from tests.support.samples import a_run, run_id


def test_a_ring_carries_the_runs_id_and_nothing_else(world: World) -> None:
    world.doorbell.ring(a_run())
    assert world.heard() == [Heard({"run_id": run_id(1)})]


def test_a_delayed_ring_is_not_heard_yet(world: World) -> None:
    world.doorbell.ring(a_run(), 30 * SECOND)
    world.doorbell.ring(a_run(), 1)
    assert world.heard() == []
    assert world.delayed() == 2


def test_a_delay_beyond_the_queues_is_cut(world: World) -> None:
    world.doorbell.ring(a_run(), 9 * HOUR)
    assert world.delayed() == 1


def test_repeating_a_ring_is_harmless(world: World) -> None:
    world.doorbell.ring(a_run())
    world.doorbell.ring(a_run())
    assert [heard.body for heard in world.heard()] == [{"run_id": run_id(1)}] * 2
