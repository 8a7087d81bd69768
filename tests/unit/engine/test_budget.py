"""The budget: the highest cost of a call is held before it is made; what would go over spends
nothing.
"""

import pytest

from shared.errors import PermanentFailure
from shared.records.money import Usage
from shared.records.run import Status
from shared.runs.codes import FailureCode
from shared.workflows.steps import StepContext, StepResult
from tests.support.engine_world import EngineWorld
from tests.support.samples import CLINICIAN
from tests.support.workflows import a_request, step_of

COST = 4_000
REQUEST = a_request("the weather")
PROMPT_TOKENS = -(-len(REQUEST.system + REQUEST.prompt) // 4)
HIGHEST = -(-11 * (PROMPT_TOKENS * 2 + REQUEST.max_output_tokens * 10) // 10)
"""Every input token at $2, every output token allowed at $10 the million, and a tenth more where
the workspace may be served in the US; in micro-dollars.
"""


def test_a_run_without_a_budget_counts_nothing(world: EngineWorld) -> None:
    assert world.work(world.create()).status is Status.SUCCEEDED
    assert world.model.counted == 0


def test_a_call_that_just_fits_is_made(world: EngineWorld) -> None:
    run = world.work(world.create(attributes={"max_cost": HIGHEST}))
    assert (run.status, run.usage.cost) == (Status.SUCCEEDED, COST)
    assert world.model.counted == 1


def test_a_call_that_could_go_over_is_not_made_and_nothing_is_spent(world: EngineWorld) -> None:
    run = world.work(world.create(attributes={"max_cost": HIGHEST - 1}))
    assert (run.status, run.error_code, run.attempt) == (
        Status.FAILED,
        FailureCode.BUDGET_EXCEEDED,
        1,
    )
    assert world.model.calls == []
    assert world.total_usage(run) == Usage()
    assert "$0.000001 are missing" in world.read(run, run.error_detail)["message"]


@pytest.mark.parametrize(("spare", "calls"), [(0, 2), (-1, 1)])
def test_what_was_spent_is_held_against_the_next_call(
    world: EngineWorld, spare: int, calls: int
) -> None:
    def asks_twice(ctx: StepContext) -> StepResult:
        for prompt in ("the weather", "the weathre"):
            ctx.ask(a_request(prompt))
        return StepResult({"text": "both"})

    world.do_step("letter", "write", asks_twice)
    run = world.work(world.create(attributes={"max_cost": COST + HIGHEST + spare}))
    assert len(world.model.calls) == calls == run.usage.calls
    assert run.status is (Status.SUCCEEDED if calls == 2 else Status.FAILED)


def test_what_earlier_attempts_spent_is_held_too(world: EngineWorld) -> None:
    write = step_of(world.workflows["letter"], "write")

    def invalid_once(ctx: StepContext) -> StepResult:
        done = write(ctx)
        if ctx.run.attempt == 1:
            raise PermanentFailure("VALIDATION_ERROR", "No.", new_round=True)
        return done

    world.do_step("letter", "write", invalid_once)
    failed = world.work(world.create(attributes={"max_cost": HIGHEST}))
    again = world.work(world.commands.retry(failed, CLINICIAN))
    assert (again.error_code, again.usage.calls) == (FailureCode.BUDGET_EXCEEDED, 1)


def test_a_stored_answer_needs_no_budget(world: EngineWorld) -> None:
    run = world.create(attributes={"max_cost": HIGHEST})
    world.probe.kill_after("write")
    world.die(run)
    world.lose_lease(run)
    assert world.work(run).status is Status.SUCCEEDED
    assert world.model.counted == 1
