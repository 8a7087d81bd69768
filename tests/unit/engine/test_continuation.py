"""An invocation ends before the work does: the run goes on in the next one, at no
attempt's cost.
"""

import pytest

from shared.errors import TransientFailure
from shared.records.run import Dispatch, Status
from shared.runs.codes import EventCode, FailureCode
from shared.runs.timing import DAY, MINUTE, SECOND
from shared.workflows.steps import StepContext, StepResult
from tests.support.engine_world import EngineWorld, codes
from tests.support.samples import CLINICIAN
from tests.support.workflows import a_request

MARGIN = 15 * SECOND


def test_a_run_goes_on_in_the_next_invocation(world: EngineWorld) -> None:
    run = world.create()
    paused = world.work(run, MARGIN)
    assert (paused.status, paused.claim_cost, paused.attempt, set(paused.steps)) == (
        Status.QUEUED,
        0,
        1,
        {"gather"},
    )
    assert paused.available_at == world.clock.now_ms()
    assert [ring.delay_ms for ring in world.doorbell.rings_of(run.id)] == [0, 0]
    done = world.work(run)
    assert (done.status, done.attempt, done.fence, done.claim_cost) == (Status.SUCCEEDED, 1, 2, 1)
    assert [entry.step for entry in done.history].count("gather") == 1
    assert EventCode.CONTINUATION in codes(done)


def test_each_invocation_does_at_least_one_step(world: EngineWorld) -> None:
    run = world.create()
    for _ in range(3):
        world.work(run, 0)
    done = world.now(run)
    assert (done.status, done.attempt, done.fence) == (Status.SUCCEEDED, 1, 3)


@pytest.mark.parametrize(("to_spare", "calls"), [(-1, 0), (0, 1)])
def test_a_model_call_is_begun_only_where_it_can_end(
    world: EngineWorld, to_spare: int, calls: int
) -> None:
    world.work(world.create(), world.timing.model + MARGIN + to_spare)
    assert len(world.model.calls) == calls


def asks_twice(ctx: StepContext) -> StepResult:
    said = " ".join(ctx.ask(a_request(prompt)).answer.text for prompt in ("first", "second"))
    return StepResult({"text": said, "about": said})


def test_a_step_of_two_calls_goes_on_between_them(world: EngineWorld) -> None:
    """What the first one said stands in the ledger, so the next invocation asks only the second; no
    attempt is spent.
    """
    world.do_step("letter", "write", asks_twice)
    world.model.script(world.model.says("one"), world.model.says("two"))
    run = world.create(max_attempts=1)
    world.work(run, MARGIN)
    paused = world.work(run, MARGIN)
    assert (paused.status, paused.claim_cost, len(world.model.calls), set(paused.steps)) == (
        Status.QUEUED,
        0,
        1,
        {"gather"},
    )
    assert codes(paused)[-1] == EventCode.CONTINUATION
    done = world.work(run)
    assert (done.status, done.attempt, len(world.model.calls)) == (Status.SUCCEEDED, 1, 2)
    assert world.read(done, done.steps["write"].result) == {"text": "one two", "about": "one two"}
    assert (done.usage.calls, done.usage.reused_calls) == (2, 1)


@pytest.mark.parametrize(("to_spare", "calls"), [(-1, 1), (0, 3)])
def test_a_second_call_is_made_only_where_it_can_end(
    world: EngineWorld, to_spare: int, calls: int
) -> None:
    world.do_step("letter", "gather", asks_twice)
    world.work(world.create(), world.timing.model + MARGIN + to_spare)
    assert len(world.model.calls) == calls  # the next step's is the third


def test_a_step_that_only_reads_the_ledger_again_goes_on_to_its_next_call(
    world: EngineWorld,
) -> None:
    """However short the invocations are, each gets one call further."""
    world.do_step("letter", "write", asks_twice)
    run = world.create()
    for _ in range(4):
        world.work(run, 0)
    assert (world.now(run).status, len(world.model.calls)) == (Status.SUCCEEDED, 2)


def test_the_last_attempt_may_be_continued(world: EngineWorld) -> None:
    run = world.create(max_attempts=1)
    world.work(run, 0)
    assert world.work(run).status is Status.SUCCEEDED


def test_a_crash_after_a_continuation_spends_an_attempt(world: EngineWorld) -> None:
    run = world.create(max_attempts=1)
    world.work(run, 0)
    world.probe.kill_before("write")
    world.die(run)
    assert world.lose_lease(run).error_code == FailureCode.MAX_ATTEMPTS_REACHED


def test_a_retry_of_what_ended_between_two_invocations_is_one_attempt_and_not_two(
    world: EngineWorld,
) -> None:
    run = world.work(world.create(max_attempts=1), 0)
    world.clock.advance(DAY)
    world.sweeper.sweep()
    retried = world.commands.retry(world.now(run), CLINICIAN)
    world.probe.kill_before("write")
    world.die(retried)
    assert world.lose_lease(run).error_code == FailureCode.MAX_ATTEMPTS_REACHED


def test_a_passing_failure_after_a_continuation_counts_from_the_attempt_that_goes_on(
    world: EngineWorld,
) -> None:
    run = world.create()
    world.work(run, 0)
    world.model.script(TransientFailure("LLM_ERROR", "Busy."))
    world.work(run)
    world.clock.advance(MINUTE)
    assert world.work(run).attempt == 2


def test_a_continued_run_may_be_taken_by_a_person(world: EngineWorld) -> None:
    run = world.work(world.create(max_attempts=1), 0)
    taken = world.commands.take(run, CLINICIAN)
    assert (taken.status, taken.attempt) == (Status.RUNNING, 1)
    assert world.inspect().violations == 0


def test_continuation_and_cancel(world: EngineWorld) -> None:
    run = world.work(world.create(dispatch=Dispatch.AUTO), 0)
    cancelled = world.commands.cancel(run, CLINICIAN)
    assert world.work(run) == cancelled
