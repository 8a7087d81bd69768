"""DIAGNOSIS_WORKER_ENABLED: off means no flagged run is executed or rung; turning it on
loses none.
"""

from shared.records.gate import WORKER_GATE, Reason
from shared.records.run import Dispatch, Status
from shared.runs.timing import DAY, HOUR, MINUTE
from shared.runs.transitions import parking_reason
from tests.support.engine_world import EngineWorld
from tests.support.samples import CLINICIAN


def test_a_run_created_while_off_is_held_and_waits_for_people(world: EngineWorld) -> None:
    world.enabled = False
    run = world.create()
    assert (run.status, run.gate, run.deadline_at) == (
        Status.QUEUED,
        WORKER_GATE,
        run.created_at + world.timing.deadline_people,
    )
    assert world.doorbell.rings == []
    assert world.work(run) == run


def test_a_run_that_was_rung_before_is_not_executed_and_the_sweeper_holds_it(
    world: EngineWorld,
) -> None:
    run = world.create()
    world.enabled = False
    assert world.work(run) == run
    world.clock.advance(MINUTE)
    world.sweeper.sweep()
    held = world.now(run)
    assert (held.gate, held.status) == (WORKER_GATE, Status.QUEUED)
    assert parking_reason(held) is Reason.WORKER_DISABLED
    assert held.deadline_at == world.clock.now_ms() + world.timing.deadline_people
    assert len(world.doorbell.rings) == 1
    assert world.sweeper.sweep().changed == 0


def test_held_runs_are_not_rung_and_not_ended_by_the_workers_deadline(world: EngineWorld) -> None:
    world.enabled = False
    run = world.create()
    for _ in range(48):
        world.clock.advance(HOUR)
        world.sweeper.sweep()
    assert world.now(run) == run
    assert world.doorbell.rings == []
    assert world.inspect().past_due == 0


def test_turning_it_on_loses_none(world: EngineWorld) -> None:
    world.enabled = False
    runs = [world.create() for _ in range(5)]
    world.clock.advance(2 * DAY)
    world.enabled = True
    assert world.sweeper.sweep().changed == 5
    assert {ring.run_id for ring in world.doorbell.rings} == {run.id for run in runs}
    for run in runs:
        resumed = world.now(run)
        assert (resumed.gate, resumed.deadline_at) == (
            None,
            world.clock.now_ms() + world.timing.deadline_worker,
        )
        assert world.work(run).status is Status.SUCCEEDED


def test_a_worker_that_still_has_the_old_flag_claims_nothing_held(world: EngineWorld) -> None:
    world.enabled = False
    run = world.create()
    world.enabled = True
    assert world.work(run) == run


def test_a_manual_run_stays_manual_through_off_and_on(world: EngineWorld) -> None:
    run = world.create(dispatch=Dispatch.MANUAL)
    for world.enabled in (False, True):
        world.sweeper.sweep()
    assert world.now(run) == run
    world.commands.execute(run, CLINICIAN)
    assert world.work(run).status is Status.SUCCEEDED


def test_a_running_run_ends_though_the_flag_goes_off(world: EngineWorld) -> None:
    run = world.create()
    world.probe.kill_before("write")
    world.die(run)
    world.enabled = False
    assert world.lose_lease(run).status is Status.QUEUED
    world.clock.advance(MINUTE)
    world.sweeper.sweep()
    assert world.now(run).gate == WORKER_GATE
    world.enabled = True
    world.sweeper.sweep()
    assert world.work(run).status is Status.SUCCEEDED


def test_workflows_without_the_flag_do_not_notice(world: EngineWorld) -> None:
    world.enabled = False
    run = world.create("book", attributes={"auto_advance": True})
    assert run.dispatch is Dispatch.AUTO
    assert world.work(run).status is Status.SUCCEEDED
    waiting = world.create("book", waiting=True)
    world.clock.advance(MINUTE)
    world.sweeper.sweep()
    assert world.now(waiting) == waiting
