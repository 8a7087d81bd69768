"""Two misfortunes to one run, and answers that nobody uses again: what was paid is accounted
exactly once all the same.
"""

from collections.abc import Callable

import pytest

from shared.errors import StoreUnavailable, TransientFailure
from shared.records.money import Usage
from shared.records.run import Run, Status
from shared.runs.changes import Change
from shared.runs.model import ModelAnswer
from shared.workflows.steps import StepContext, StepResult
from tests.fakes.language_model import StillWanted
from tests.support.engine_world import EngineWorld
from tests.support.intercepted import intercepted
from tests.support.samples import CLINICIAN
from tests.support.workflows import step_of
from tests.unit.engine.paying import (
    COST,
    Paid,
    bought,
    fails_after_asking,
    paid,
    past_deadline,
    settle,
)

# --- two misfortunes ------------------------------------------------------------------------------


def test_a_dead_claims_answer_that_its_successor_accounted_for_before_it_released(
    world: EngineWorld,
) -> None:
    run = world.create()
    fails_after_asking(world, TransientFailure("LLM_ERROR", "Busy."), in_fence=2)
    world.probe.kill_after("write")
    world.die(run)
    world.lose_lease(run)
    released = world.work(run)
    assert (released.status, paid(world.total_usage(run))) == (Status.QUEUED, Paid(1, COST))
    settle(world, run)
    assert paid(world.total_usage(run)) == bought(world) == Paid(1, COST)


def test_a_dead_claims_answer_whose_user_was_ended_by_the_deadline(world: EngineWorld) -> None:
    run = world.create()
    world.probe.kill_after("write")
    world.die(run)
    world.lose_lease(run)
    write = step_of(world.workflows["letter"], "write")

    def overtaken(ctx: StepContext) -> StepResult:
        done = write(ctx)
        if ctx.run.fence == 2:
            past_deadline(world, run)
        return done

    world.do_step("letter", "write", overtaken)
    failed = world.work(run)
    assert (failed.error_code, paid(world.total_usage(run))) == ("DEADLINE_EXCEEDED", Paid(1, COST))
    settle(world, world.commands.retry(failed, CLINICIAN))
    assert paid(world.total_usage(run)) == bought(world) == Paid(1, COST)


def test_a_worker_that_wakes_late_and_reads_its_successors_answer(world: EngineWorld) -> None:
    write = step_of(world.workflows["letter"], "write")

    def sleeping(ctx: StepContext) -> StepResult:
        if ctx.run.fence == 1:
            world.lose_lease(ctx.run)
            assert world.work(ctx.run).status is Status.SUCCEEDED
        return write(ctx)

    world.do_step("letter", "write", sleeping)
    run = world.create()
    world.work(run)
    assert paid(world.total_usage(run)) == bought(world) == Paid(1, COST)


@pytest.mark.parametrize("late", [1, 2])
def test_workers_that_asked_at_once_all_paid(world: EngineWorld, late: int) -> None:
    """The lease of each but the last ran out during its call; its successor asked again, and all
    answers came.
    """
    run = world.create()

    def speech(still_wanted: StillWanted) -> ModelAnswer:
        world.lose_lease(run)
        world.work(run)
        return world.model.says("Dear late you")

    world.model.script(*[speech] * late)
    world.work(run)
    assert world.now(run).status is Status.SUCCEEDED
    assert paid(world.total_usage(run)) == bought(world) == Paid(late + 1, (late + 1) * COST)


# --- answers that nobody uses again ---------------------------------------------------------------


def test_a_dead_claims_answer_of_a_run_that_is_cancelled_before_it_is_used(
    world: EngineWorld,
) -> None:
    run = world.create()
    world.probe.kill_after("write")
    world.die(run)
    world.commands.cancel(world.lose_lease(run), CLINICIAN)
    assert paid(world.total_usage(run)) == bought(world) == Paid(1, COST)


def test_a_dead_claims_answer_of_a_run_whose_attempts_are_spent(world: EngineWorld) -> None:
    run = world.create(max_attempts=1)
    world.probe.kill_after("write")
    world.die(run)
    assert world.lose_lease(run).status is Status.FAILED
    assert paid(world.total_usage(run)) == bought(world) == Paid(1, COST)


@pytest.mark.parametrize("is_applied", [False, True])
def test_an_answer_whose_storing_was_not_answered(world: EngineWorld, is_applied: bool) -> None:
    """It was paid for, so the worker puts it down once more before it lets the run go."""
    failed: list[bool] = []

    def put_answer(
        real: Callable[..., bytes], run: Run, key: str, data: bytes, usage: Usage
    ) -> bytes:
        if failed:
            return real(run, key, data, usage)
        failed.append(True)
        if is_applied:
            real(run, key, data, usage)
        raise StoreUnavailable("throttled")

    world.payloads = intercepted(world.payloads, put_answer=put_answer)
    run = settle(world, world.work(world.create()))
    assert paid(world.total_usage(run)) == bought(world) == Paid(1, COST)


def test_a_success_whose_write_was_applied_and_not_answered(world: EngineWorld) -> None:
    """The last step asked the model itself, and the worker cannot know that its success stands."""
    lost: list[bool] = []

    def apply(real: Callable[[Change], Run], change: Change) -> Run:
        after = real(change)
        if after.status is Status.SUCCEEDED and not lost:
            lost.append(True)
            raise StoreUnavailable("timed out")
        return after

    world.runs = intercepted(world.runs, apply=apply)
    run = world.work(world.create("book", attributes={"auto_advance": True}))
    assert (run.status, lost) == (Status.SUCCEEDED, [True])
    assert paid(world.total_usage(run)) == bought(world) == Paid(3, 3 * COST)
