"""Every call that was paid for is accounted exactly once, whoever died, lost or was
stopped when.
"""

import pytest

from shared.errors import PermanentFailure, StoreUnavailable, TransientFailure
from shared.records.money import Usage
from shared.runs.model import ModelAnswer
from shared.workflows.steps import StepContext, StepResult
from tests.fakes.language_model import StillWanted
from tests.support.engine_world import EngineWorld
from tests.support.samples import CLINICIAN
from tests.support.workflows import a_request
from tests.unit.engine.paying import (
    COST,
    Paid,
    bought,
    fails_after_asking,
    paid,
    past_deadline,
    settle,
)

# --- one claim ------------------------------------------------------------------------------------


def test_a_run_that_goes_well(world: EngineWorld) -> None:
    run = settle(world, world.create())
    assert paid(run.usage) == bought(world) == Paid(1, COST)
    assert (run.usage.reused_calls, run.usage.saved) == (0, 0)


@pytest.mark.parametrize("step", ["write", "send"])
def test_a_claim_that_died_with_an_answer_stored(world: EngineWorld, step: str) -> None:
    """Before the checkpoint its successor accounts for it; after it, it stands in the run."""
    run = world.create()
    world.probe.kill_after(step)
    world.die(run)
    world.lose_lease(run)
    done = settle(world, run)
    assert paid(world.total_usage(run)) == bought(world) == Paid(1, COST)
    assert done.usage.reused_calls == int(step == "write")
    assert done.usage.saved == (COST if step == "write" else 0)


def test_a_claim_that_died_twice_with_an_answer_stored(world: EngineWorld) -> None:
    run = world.create()
    for _ in range(2):
        world.probe.kill_after("write")
        world.die(run)
        world.lose_lease(run)
    settle(world, run)
    assert paid(world.total_usage(run)) == bought(world) == Paid(1, COST)


@pytest.mark.parametrize(
    "exc", [TransientFailure("LLM_ERROR", "Busy."), StoreUnavailable("throttled")]
)
def test_a_claim_that_the_worker_released(world: EngineWorld, exc: Exception) -> None:
    fails_after_asking(world, exc)
    released = world.work(world.create())
    assert paid(released.usage) == Paid(1, COST)
    done = settle(world, released)
    assert paid(world.total_usage(done)) == bought(world) == Paid(1, COST)
    assert (done.usage.reused_calls, done.usage.saved) == (1, COST)


def test_a_claim_that_was_cancelled_with_its_answer_on_the_way(world: EngineWorld) -> None:
    run = world.create()

    def speech(still_wanted: StillWanted) -> ModelAnswer:
        world.commands.cancel(world.now(run), CLINICIAN)
        return world.model.says("Dear you")

    world.model.script(speech)
    world.work(run)
    assert paid(world.total_usage(run)) == bought(world) == Paid(1, COST)


# --- ended from outside, and retried --------------------------------------------------------------


def test_a_run_retried_after_its_deadline_ended_it_under_a_call(world: EngineWorld) -> None:
    run = world.create()

    def speech(still_wanted: StillWanted) -> ModelAnswer:
        past_deadline(world, run)
        return world.model.says("Dear you")

    world.model.script(speech)
    failed = world.work(run)
    assert (failed.error_code, paid(world.total_usage(run))) == ("DEADLINE_EXCEEDED", Paid(1, COST))
    settle(world, world.commands.retry(failed, CLINICIAN))
    assert paid(world.total_usage(run)) == bought(world) == Paid(1, COST)


def test_a_run_retried_before_its_old_worker_noticed_the_end(world: EngineWorld) -> None:
    """The worker's call goes on while the deadline ends the run, a person retries it and a
    successor asks for itself.
    """
    run = world.create()

    def speech(still_wanted: StillWanted) -> ModelAnswer:
        settle(world, world.commands.retry(past_deadline(world, run), CLINICIAN))
        return world.model.says("Dear you")

    world.model.script(speech)
    world.work(run)
    assert paid(world.total_usage(run)) == bought(world) == Paid(2, 2 * COST)


def test_a_run_retried_after_a_bug_that_followed_its_answer(world: EngineWorld) -> None:
    fails_after_asking(world, ValueError("a bug"))
    failed = world.work(world.create())
    assert paid(world.total_usage(failed)) == Paid(1, COST)
    settle(world, world.commands.retry(failed, CLINICIAN))
    assert paid(world.total_usage(failed)) == bought(world) == Paid(1, COST)


def test_a_run_retried_after_an_answer_that_was_at_fault(world: EngineWorld) -> None:
    fails_after_asking(world, PermanentFailure("VALIDATION_ERROR", "No.", new_round=True))
    failed = world.work(world.create())
    settle(world, world.commands.retry(failed, CLINICIAN))
    assert paid(world.total_usage(failed)) == bought(world) == Paid(2, 2 * COST)


# --- several calls in one step --------------------------------------------------------------------


def asks_twice(ctx: StepContext) -> StepResult:
    for prompt in ("first", "second"):
        ctx.ask(a_request(prompt))
    return StepResult({"text": "both"})


def test_a_step_of_two_calls_whose_second_fails_for_a_while(world: EngineWorld) -> None:
    world.do_step("letter", "write", asks_twice)
    world.model.script(world.model.says("one"), TransientFailure("LLM_ERROR", "Busy."))
    done = settle(world, world.work(world.create()))
    assert len(world.model.calls) == 3
    assert paid(done.usage) == Paid(2, 2 * COST)
    assert done.usage.reused_calls == 1


def test_a_step_of_two_calls_that_died_with_both_answers(world: EngineWorld) -> None:
    world.do_step("letter", "write", asks_twice)
    run = world.create()
    world.probe.kill_after("write")
    world.die(run)
    world.lose_lease(run)
    settle(world, run)
    assert paid(world.total_usage(run)) == bought(world) == Paid(2, 2 * COST)


def test_what_was_good_beside_a_bad_answer_is_not_bought_again(world: EngineWorld) -> None:
    """Twice bad: what is carried over is carried on, and the step's own usage tells of all that it
    took.
    """
    said: list[str] = []

    def asks_until_good(ctx: StepContext) -> StepResult:
        said[:] = [ctx.ask(a_request(prompt)).answer.text for prompt in ("first", "second")]
        if said[1] == "bad":
            raise PermanentFailure("VALIDATION_ERROR", "No.", new_round=True)
        return StepResult({"text": "both"})

    world.do_step("letter", "write", asks_until_good)
    world.model.script(*(world.model.says(text) for text in ("one", "bad", "bad", "two")))
    failed = world.work(world.create())
    failed = world.work(world.commands.retry(failed, CLINICIAN))
    done = settle(world, world.commands.retry(failed, CLINICIAN))
    assert said == ["one", "two"]
    assert paid(world.total_usage(done)) == bought(world) == Paid(4, 4 * COST)
    assert (done.usage.reused_calls, done.usage.saved) == (2, 2 * COST)
    assert paid(done.steps["write"].usage or Usage()) == Paid(2, 2 * COST)


def test_a_bad_answer_that_was_asked_for_twice_is_not_carried_over(world: EngineWorld) -> None:
    def asks_again(ctx: StepContext) -> StepResult:
        text = [ctx.ask(a_request("same")).answer.text for _ in range(2)][-1]
        if text == "bad":
            raise PermanentFailure("VALIDATION_ERROR", "No.", new_round=True)
        return StepResult({"text": text})

    world.do_step("letter", "write", asks_again)
    world.model.script(world.model.says("bad"))
    settle(world, world.commands.retry(world.work(world.create()), CLINICIAN))
    assert bought(world) == Paid(2, 2 * COST)


def test_asking_the_same_again_in_one_claim_is_free(world: EngineWorld) -> None:
    def asks_again(ctx: StepContext) -> StepResult:
        answers = {ctx.ask(a_request("same")).answer.text for _ in range(3)}
        return StepResult({"text": answers.pop()})

    world.do_step("letter", "write", asks_again)
    done = settle(world, world.create())
    assert paid(done.usage) == bought(world) == Paid(1, COST)
    assert done.usage.reused_calls == 2


def test_a_step_that_asks_the_same_again_is_not_charged_again(world: EngineWorld) -> None:
    def asks_again(ctx: StepContext) -> StepResult:
        answers = [ctx.ask(a_request("same")).answer.text for _ in range(3)]
        return StepResult({"text": answers[0]})

    world.do_step("letter", "write", asks_again)
    done = settle(world, world.create())
    assert done.steps["write"].usage == done.usage


def test_a_reused_answer_is_the_same_to_whoever_reads_it(world: EngineWorld) -> None:
    run = world.create()
    asked_at = world.clock.now_ms()
    world.probe.kill_after("write")
    world.die(run)
    world.lose_lease(run)
    done = settle(world, run)
    assert world.read(done, done.steps["write"].result) == {"text": "Dear you", "at": asked_at}
