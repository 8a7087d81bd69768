"""A worker that is killed while 20 runs of two organisations are under way harms its own run alone.

The real worker and sweeper over the stores, each delivery in a thread of its own, as each is an
invocation of its own.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from shared.engine.creation import Key, NewRun
from shared.engine.worker import Worker
from shared.records.run import Run, Status, Subject
from shared.runs.timing import MINUTE
from shared.workflows.steps import StepContext, StepResult
from tests.fakes.world import Killed
from tests.support.engine_world import PLENTY, EngineWorld
from tests.support.samples import CLINICIAN, ORG, OTHER_ORG, PATIENT
from tests.support.workflows import step_of

pytestmark = pytest.mark.rule("R-QUEUE-2")
RUNS = 20


def test_a_worker_killed_beside_nineteen_others_costs_one_run_one_attempt(
    world: EngineWorld,
) -> None:
    runs = [_create(world, ORG if number % 2 else OTHER_ORG) for number in range(RUNS)]
    victim, together = runs[7], Barrier(RUNS, timeout=30)
    gather = step_of(world.workflows["letter"], "gather")

    def under_way(ctx: StepContext) -> StepResult:
        if ctx.run.attempt == 1:
            together.wait()  # all twenty are claimed now
        if ctx.run.id == victim.id and ctx.run.attempt == 1:
            raise Killed
        made: StepResult = gather(ctx)
        return made

    world.do_step("letter", "gather", under_way)
    with ThreadPoolExecutor(RUNS) as pool:
        killed = sum(pool.map(lambda run: _deliver(world, run), runs))
    assert killed == 1
    before = {run.id: world.now(run) for run in runs}
    assert [run.status for run in before.values()].count(Status.SUCCEEDED) == RUNS - 1
    assert before[victim.id].status is Status.RUNNING
    world.clock.advance(world.timing.lease + MINUTE)
    world.sweeper.sweep()
    world.work_until_settled(victim)
    after = {run.id: world.now(run) for run in runs}
    assert {run.status for run in after.values()} == {Status.SUCCEEDED}
    assert [run_id for run_id, run in after.items() if run.attempt != 1] == [victim.id]
    assert after[victim.id].attempt == 2
    assert all(after[one] == before[one] for one in after if one != victim.id)


def _create(world: EngineWorld, org_id: str) -> Run:
    new = NewRun("letter", org_id, Subject("patient", PATIENT), CLINICIAN, {"about": "rain"})
    key = Key(world.ids.unique(), "ab" * 32, repeatable=False)
    run, _ = world.creator.create(new, key)
    return run


def _deliver(world: EngineWorld, run: Run) -> bool:
    """One message to an invocation of its own; whether that died."""
    try:
        Worker(world.kit, worker_enabled=True).execute(run.id, lambda: PLENTY)
    except Killed:
        return True
    return False
