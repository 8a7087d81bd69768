"""Runs that go wrong: lasting failures end them at once, passing ones send them back until their
attempts are spent.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.errors import (
    PayloadMissing,
    PermanentFailure,
    StoreError,
    StoreUnavailable,
    TransientFailure,
)
from shared.records.run import Run, Status
from shared.runs.changes import Change
from shared.runs.codes import FailureCode
from shared.runs.timing import MAX_DELAY, MINUTE, SECOND, Timing, backoff
from shared.workflows.steps import StepContext, StepResult
from tests.support.engine_world import EngineWorld, codes
from tests.support.intercepted import intercepted
from tests.support.workflows import Do, step_of

BUSY = TransientFailure("LLM_ERROR", "The model service is busy.")
INVALID = PermanentFailure(
    "VALIDATION_ERROR",
    "No letter.",
    validation_errors=["text: missing"],
    raw_response="Dear Jane",
    new_round=True,
)


def raising(exc: Exception) -> Do:
    def step(ctx: StepContext) -> StepResult:
        raise exc

    return step


# --- for good -------------------------------------------------------------------------------------


def test_a_lasting_failure_ends_the_run_with_its_code_and_protected_detail(
    world: EngineWorld,
) -> None:
    world.do_step("letter", "send", raising(INVALID))
    run = world.work(world.create())
    assert (run.status, run.error_code, run.attempt, run.output) == (
        Status.FAILED,
        "VALIDATION_ERROR",
        1,
        None,
    )
    assert world.read(run, run.error_detail) == {
        "message": "No letter.",
        "validation_errors": ["text: missing"],
        "raw_response": "Dear Jane",
    }
    assert (run.history[-1].step, run.history[-1].code) == ("send", "VALIDATION_ERROR")
    assert set(run.steps) == {"gather", "write"}
    assert run.usage.calls == 1


@pytest.mark.parametrize("new_round", [True, False])
def test_a_retry_buys_another_answer_only_where_the_old_one_was_at_fault(
    world: EngineWorld, new_round: bool
) -> None:
    """The first write has its answer, and fails over it."""
    write = step_of(world.workflows["letter"], "write")

    def failing_once(ctx: StepContext) -> StepResult:
        done = write(ctx)
        if ctx.run.attempt == 1:
            raise PermanentFailure("VALIDATION_ERROR", "No.", new_round=new_round)
        return done

    world.do_step("letter", "write", failing_once)
    failed = world.work(world.create())
    assert failed.round == int(new_round)
    done = world.work(world.commands.retry(failed, "admin"))
    assert (done.status, len(world.model.calls)) == (Status.SUCCEEDED, 2 if new_round else 1)
    assert (done.usage.calls, done.usage.reused_calls) == ((2, 0) if new_round else (1, 1))


def test_a_retry_does_the_step_again_that_asked_for_the_answer_at_fault(world: EngineWorld) -> None:
    """The letter turns out to be none when it is sent: it has to be written anew."""
    send = step_of(world.workflows["letter"], "send")

    def refusing_once(ctx: StepContext) -> StepResult:
        if ctx.run.attempt == 1:
            raise PermanentFailure("VALIDATION_ERROR", "No letter.", new_round=True, redo="write")
        return send(ctx)

    world.do_step("letter", "send", refusing_once)
    failed = world.work(world.create())
    assert (failed.status, set(failed.steps)) == (Status.FAILED, {"gather"})
    done = world.work(world.commands.retry(failed, "admin"))
    assert (done.status, len(world.model.calls), done.usage.calls) == (Status.SUCCEEDED, 2, 2)


def test_a_bug_ends_only_its_run_and_its_words_stay_inside(
    world: EngineWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.do_step("letter", "send", raising(ValueError("Jane Doe, born 1970")))
    run = world.work(world.create())
    assert (run.status, run.error_code, run.error_detail) == (
        Status.FAILED,
        FailureCode.EXECUTION_ERROR,
        None,
    )
    assert run.history[-1].step == "send"
    logged = capsys.readouterr().out
    assert "ValueError" in logged
    assert "Jane" not in logged


def test_a_payload_that_is_gone_is_lasting_with_the_steps_own_code(world: EngineWorld) -> None:
    for step, code in (
        ("gather", FailureCode.CONTEXT_FETCH_ERROR),
        ("send", FailureCode.PERSISTENCE_ERROR),
    ):
        world.do_step("letter", step, raising(PayloadMissing("gone")))
        run = world.work(world.create())
        assert (run.status, run.error_code) == (Status.FAILED, code)
        world.do_step("letter", step, step_of(EngineWorld().workflows["letter"], step))


# --- for a while ----------------------------------------------------------------------------------


def test_a_passing_failure_goes_back_to_the_queue_and_is_tried_again_when_due(
    world: EngineWorld,
) -> None:
    world.model.script(BUSY)
    run = world.create()
    released = world.work(run)
    wait = backoff(run.id, 1, world.timing, None)
    assert (released.status, released.attempt, released.available_at) == (
        Status.QUEUED,
        1,
        world.clock.now_ms() + wait,
    )
    assert world.doorbell.rings_of(run.id)[-1].delay_ms == min(wait, MAX_DELAY)
    assert world.work(run) == released
    world.clock.advance(wait)
    done = world.work(run)
    assert (done.status, done.attempt, done.fence) == (Status.SUCCEEDED, 2, 2)
    assert [entry.step for entry in done.history].count("gather") == 1


def test_two_passing_failures_then_an_answer_succeed_at_the_third_attempt(
    world: EngineWorld,
) -> None:
    world.model.script(BUSY, BUSY)
    done = world.work_until_settled(world.create())
    assert (done.status, done.attempt, done.usage.calls) == (Status.SUCCEEDED, 3, 1)
    assert codes(done) == [None, None, None, "LLM_ERROR", None, "LLM_ERROR", None, None, None]


@pytest.mark.parametrize("attempts", [1, 3, 10])
def test_passing_failures_for_ever_end_when_the_attempts_are_spent(
    world: EngineWorld, attempts: int
) -> None:
    world.model.script(*[BUSY] * attempts)
    run = world.work_until_settled(world.create(max_attempts=attempts))
    assert (run.status, run.attempt, run.error_code) == (
        Status.FAILED,
        attempts,
        FailureCode.MAX_ATTEMPTS_REACHED,
    )
    assert run.history[-1].step == "write"
    assert world.read(run, run.error_detail) == {"message": "The model service is busy."}
    assert len(world.model.calls) == attempts
    assert len(world.doorbell.rings_of(run.id)) == attempts


@pytest.mark.parametrize(("asked", "expected"), [(120.0, 120 * SECOND), (5_000.0, MAX_DELAY)])
def test_what_the_model_asks_to_wait_is_waited_as_far_as_the_queue_can(
    world: EngineWorld, asked: float, expected: int
) -> None:
    """And then some jitter, so that those who were told the same do not come together."""
    world.model.script(TransientFailure("LLM_ERROR", "Too many calls.", retry_after=asked))
    run = world.work(world.create())
    wait = run.available_at - world.clock.now_ms()
    assert expected <= wait < expected + min(expected, world.timing.backoff_cap)
    assert world.doorbell.rings_of(run.id)[-1].delay_ms == min(wait, MAX_DELAY)


def test_an_unavailable_store_is_passing_with_the_steps_own_code(world: EngineWorld) -> None:
    world.do_step("letter", "gather", raising(StoreUnavailable("throttled")))
    run = world.work(world.create())
    assert (run.status, run.history[-1].code) == (Status.QUEUED, FailureCode.CONTEXT_FETCH_ERROR)


def test_a_doorbell_that_cannot_ring_costs_a_minute_and_no_run(world: EngineWorld) -> None:
    world.doorbell.is_broken = True
    world.model.script(BUSY)
    run = world.work(world.create())
    assert run.status is Status.QUEUED
    world.doorbell.is_broken = False
    world.clock.advance(run.ring_after - world.clock.now_ms())
    world.sweeper.sweep()
    assert [ring.run_id for ring in world.doorbell.rings] == [run.id]
    assert world.work(run).status is Status.SUCCEEDED


# --- the table is away ----------------------------------------------------------------------------


def away(world: EngineWorld, step: str, times: int, *, is_applied: bool = False) -> None:
    """From a step's checkpoint on, so many writes fail; whether they were applied before, the
    worker cannot know.
    """
    left = [times]

    def apply(real: Callable[[Change], Run], change: Change) -> Run:
        has_begun = left[0] < times or (change.step is not None and change.step[0] == step)
        if not (has_begun and left[0]):
            return real(change)
        left[0] -= 1
        if is_applied:
            real(change)
        raise StoreUnavailable("the table is away")

    world.runs = intercepted(world.runs, apply=apply)


@pytest.mark.parametrize("step", ["gather", "write", "send"])
@pytest.mark.parametrize("is_applied", [False, True])
def test_a_checkpoint_that_the_table_does_not_answer_fails_no_run(
    world: EngineWorld, step: str, is_applied: bool
) -> None:
    run = world.create()
    away(world, step, 1, is_applied=is_applied)
    done = world.work_until_settled(run)
    assert (done.status, len(world.model.calls), world.total_usage(run).calls) == (
        Status.SUCCEEDED,
        1,
        1,
    )
    assert [entry.step for entry in done.history].count(step) <= 2


def test_a_table_that_stays_away_leaves_the_message_to_be_delivered_again(
    world: EngineWorld,
) -> None:
    run = world.create()
    away(world, "write", 2)
    with pytest.raises(StoreError):
        world.work(run)
    assert world.now(run).status is Status.RUNNING
    world.lose_lease(run)
    assert world.work(run).status is Status.SUCCEEDED
    assert len(world.model.calls) == 1


def test_an_execution_that_cannot_begin_fails_its_run_visibly(world: EngineWorld) -> None:
    """A deployment of the workflow without one of its steps."""
    run, letter = world.create(), world.workflows["letter"]
    world.workflows["letter"] = replace(letter, steps={})
    assert world.work(run).error_code == FailureCode.EXECUTION_ERROR


def test_short_waits_stay_short(world: EngineWorld) -> None:
    world.timing = Timing(backoff_base=SECOND, backoff_cap=2 * SECOND)
    world.model.script(*[BUSY] * 9)
    run = world.create(max_attempts=10)
    done = world.work_until_settled(run)
    assert done.status is Status.SUCCEEDED
    assert world.clock.now_ms() - run.created_at < MINUTE


def test_what_was_spent_before_a_passing_failure_is_kept(world: EngineWorld) -> None:
    write: Callable[[StepContext], StepResult] = step_of(world.workflows["letter"], "write")

    def storing_fails_once(ctx: StepContext) -> StepResult:
        done = write(ctx)
        if ctx.run.attempt == 1:
            raise StoreUnavailable("throttled")
        return done

    world.do_step("letter", "write", storing_fails_once)
    released = world.work(world.create())
    assert released.usage.calls == 1
    world.clock.advance(MINUTE)
    done = world.work(released)
    assert done.steps["write"].usage == done.usage
    assert (done.usage.calls, done.usage.reused_calls, done.usage.cost) == (
        1,
        1,
        released.usage.cost,
    )
