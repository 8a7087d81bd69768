"""What a run's steps have cost makes up what the run has cost, whatever happened to it."""

from collections.abc import Callable

import pytest

from shared.engine.account import usage_by_step
from shared.errors import PermanentFailure, TransientFailure
from shared.records.money import Usage
from shared.records.run import Run, Status
from shared.workflows.steps import StepContext, StepResult
from tests.support.engine_world import EngineWorld
from tests.support.workflows import step_of

CUT = TransientFailure("LLM_ERROR", "cut", may_be_billed=True)


def cut_thrice(world: EngineWorld) -> Run:
    world.model.script(CUT, CUT, CUT)
    return world.work_until_settled(world.create(max_attempts=5))


def cut_for_good(world: EngineWorld) -> Run:
    world.model.script(CUT, CUT)
    return world.work_until_settled(world.create(max_attempts=2))


def bad_answer_and_a_retry(world: EngineWorld) -> Run:
    write, done = step_of(world.workflows["letter"], "write"), []

    def step(ctx: StepContext) -> StepResult:
        result = write(ctx)
        done.append(1)
        if len(done) == 1:
            raise PermanentFailure("VALIDATION_ERROR", "bad", new_round=True)
        return result

    world.do_step("letter", "write", step)
    run = world.work(world.create())
    assert run.status is Status.FAILED
    return world.work_until_settled(world.commands.retry(run, "someone"))


def killed_with_its_answer(world: EngineWorld) -> Run:
    world.probe.kill_after("write")
    return world.work_until_settled(world.lose_lease(world.die(world.create())))


def two_phases_of_a_book(world: EngineWorld) -> Run:
    run = world.create("book", waiting=True)
    world.model.script(CUT)
    for _ in range(2):
        seen, op = world.now(run), world.ids.op()
        asked = world.commands.advance(seen, "someone", op, skip_validation=False)
        run = world.work_until_settled(asked)
    return run


def untouched(world: EngineWorld) -> Run:
    return world.create()


@pytest.mark.rule("R-LEDGER-2")
@pytest.mark.parametrize(
    "happens",
    [
        cut_thrice,
        cut_for_good,
        bad_answer_and_a_retry,
        killed_with_its_answer,
        two_phases_of_a_book,
        untouched,
    ],
)
def test_the_parts_make_up_the_whole(
    world: EngineWorld, happens: Callable[[EngineWorld], Run]
) -> None:
    run = happens(world)
    whole, by_step = usage_by_step(world.payloads, world.now(run))
    assert whole == world.total_usage(run)
    found = sum(by_step.values(), Usage())
    assert found == whole or (not by_step and whole.calls == 0)


def test_lost_calls_stand_in_the_step_that_made_them(world: EngineWorld) -> None:
    _, by_step = usage_by_step(world.payloads, cut_thrice(world))
    assert by_step.keys() == {"write"}
    assert (by_step["write"].calls, by_step["write"].lost_calls) == (4, 3)
    _, by_step = usage_by_step(world.payloads, cut_for_good(world))
    assert (by_step["write"].calls, by_step["write"].lost_calls) == (2, 2)
