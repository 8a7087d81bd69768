"""Gated runs: a person stands between the steps, and between a step and its failed checks."""

import pytest

from shared.errors import Conflict, PermanentFailure, TransientFailure
from shared.records.run import Run, Status
from shared.runs.codes import EventCode, FailureCode
from shared.runs.timing import DAY, MINUTE
from shared.workflows.steps import Step, StepContext, StepResult
from tests.support.engine_world import EngineWorld, codes
from tests.support.samples import ADMIN, CLINICIAN, ORG
from tests.support.workflows import step_of


def next_step(world: EngineWorld, run: Run, *, skip_validation: bool = False) -> Run:
    advanced = world.commands.advance(
        world.now(run), CLINICIAN, world.ids.op(), skip_validation=skip_validation
    )
    return world.work(advanced)


def hold_until_round(world: EngineWorld, name: str, passes_in: int) -> None:
    """The step's blocking checks fail in every round before that one."""
    do = step_of(world.workflows["book"], name)

    def checked(ctx: StepContext) -> StepResult:
        done = do(ctx)
        held = ctx.run.round < passes_in
        return StepResult(done.value, done.artifacts, {"held": held}, done.output, held=held)

    world.do_step("book", name, checked)


# --- through the gates ----------------------------------------------------------------------------


def test_a_run_waits_for_its_first_next_and_is_rung_by_nobody(world: EngineWorld) -> None:
    run = world.create("book", waiting=True)
    assert (run.status, run.gate_until) == (Status.WAITING, run.created_at + world.timing.gate)
    assert world.doorbell.rings == []
    assert world.work(run) == run


def test_each_next_does_one_step_and_stops_at_the_next_gate(world: EngineWorld) -> None:
    run = world.create("book", waiting=True)
    outlined = next_step(world, run)
    assert (outlined.status, set(outlined.steps), outlined.lessee) == (
        Status.WAITING,
        {"outline"},
        None,
    )
    assert outlined.gate_until == world.clock.now_ms() + world.timing.gate
    drafted = next_step(world, run)
    assert (drafted.status, set(drafted.steps)) == (Status.WAITING, {"outline", "draft"})
    printed = next_step(world, run)
    assert (printed.status, world.read(printed, printed.output)) == (
        Status.SUCCEEDED,
        {"last": "print"},
    )
    assert len(printed.artifacts) == 3
    assert [artifact.phase for artifact in world.artifacts.get_many(ORG, printed.artifacts)] == [
        "outline",
        "draft",
        "print",
    ]
    assert len(world.model.calls) == 3


def test_a_run_that_advances_by_itself_goes_through(world: EngineWorld) -> None:
    run = world.work(world.create("book", attributes={"auto_advance": True}))
    assert (run.status, set(run.steps)) == (Status.SUCCEEDED, {"outline", "draft", "print"})
    assert EventCode.NEXT not in codes(run)


def test_only_a_waiting_run_can_be_advanced_and_only_once(world: EngineWorld) -> None:
    waiting = world.create("book", waiting=True)
    world.commands.advance(waiting, CLINICIAN, "first", skip_validation=False)
    with pytest.raises(Conflict):
        world.commands.advance(waiting, ADMIN, "second", skip_validation=False)
    with pytest.raises(Conflict, match="current: queued"):
        world.commands.advance(world.now(waiting), ADMIN, "third", skip_validation=False)


def test_the_same_next_repeated_recognises_itself(world: EngineWorld) -> None:
    waiting = world.create("book", waiting=True)
    advanced = world.commands.advance(waiting, CLINICIAN, "same", skip_validation=False)
    assert world.commands.advance(waiting, CLINICIAN, "same", skip_validation=False) == advanced


# --- attempts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("auto_advance", [False, True])
def test_every_step_has_its_own_attempts(world: EngineWorld, auto_advance: bool) -> None:
    """Each of three steps is tried three times, and none of them fails the run."""
    busy = TransientFailure("LLM_ERROR", "Busy.")
    run = world.create("book", waiting=not auto_advance, attributes={"auto_advance": auto_advance})
    for _ in range(3):
        world.model.script(busy, busy, world.model.says("text"))
    while not (run := world.now(run)).is_terminal:
        if run.status is Status.WAITING:
            world.commands.advance(run, CLINICIAN, world.ids.op(), skip_validation=False)
        world.clock.advance(MINUTE)
        world.work(run)
    assert (run.status, len(world.model.calls), run.attempt) == (Status.SUCCEEDED, 9, 3)


def test_a_failed_step_is_taken_up_by_a_retry_and_the_rest_is_kept(world: EngineWorld) -> None:
    run = world.create("book", waiting=True)
    next_step(world, run)
    world.model.script(PermanentFailure("LLM_ERROR", "No."))
    failed = next_step(world, run)
    assert (failed.status, failed.error_code, set(failed.steps)) == (
        Status.FAILED,
        "LLM_ERROR",
        {"outline"},
    )
    drafted = world.work(world.commands.retry(failed, CLINICIAN))
    assert (drafted.status, set(drafted.steps)) == (Status.WAITING, {"outline", "draft"})
    assert len(world.model.calls) == 3


def test_the_retry_of_one_step_takes_no_attempts_from_the_next(world: EngineWorld) -> None:
    run = world.create("book", waiting=True)
    world.model.script(PermanentFailure("LLM_ERROR", "No."))
    world.work(world.commands.retry(next_step(world, run), CLINICIAN))
    world.model.script(
        TransientFailure("LLM_ERROR", "Busy."), TransientFailure("LLM_ERROR", "Busy.")
    )
    drafting = next_step(world, run)
    while drafting.status is Status.QUEUED:
        world.clock.advance(MINUTE)
        drafting = world.work(drafting)
    assert (drafting.status, set(drafting.steps)) == (Status.WAITING, {"outline", "draft"})


def test_the_retry_of_one_step_gives_none_to_a_next_one_that_comes_by_itself(
    world: EngineWorld,
) -> None:
    """With one attempt a step, the second step has one, although the first had two."""
    run = world.create("book", max_attempts=1, attributes={"auto_advance": True, "max_attempts": 1})
    world.model.script(
        PermanentFailure("LLM_ERROR", "No."),
        world.model.says("text"),
        TransientFailure("LLM_ERROR", "Busy."),
    )
    drafting = world.work(world.commands.retry(world.work(run), CLINICIAN))
    assert (drafting.status, drafting.error_code, set(drafting.steps)) == (
        Status.FAILED,
        "MAX_ATTEMPTS_REACHED",
        {"outline"},
    )


def test_a_worker_killed_in_a_step_repeats_no_finished_one(world: EngineWorld) -> None:
    run = world.create("book", waiting=True)
    next_step(world, run)
    world.probe.kill_after("draft")
    world.die(
        world.commands.advance(world.now(run), CLINICIAN, world.ids.op(), skip_validation=False)
    )
    world.lose_lease(run)
    drafted = world.work(run)
    assert (drafted.status, set(drafted.steps), len(drafted.artifacts)) == (
        Status.WAITING,
        {"outline", "draft"},
        2,
    )
    assert len(world.model.calls) == 2


# --- blocking checks ------------------------------------------------------------------------------


def test_failed_checks_stop_in_the_same_step_and_next_does_it_again_with_a_new_answer(
    world: EngineWorld,
) -> None:
    hold_until_round(world, "outline", passes_in=1)
    run = world.create("book", waiting=True)
    held = next_step(world, run)
    assert (held.status, set(held.steps), held.round) == (Status.WAITING, {"outline!"}, 1)
    assert (held.history[-1].code, held.history[-1].step) == (FailureCode.CHECKS_FAILED, "outline")
    passed = next_step(world, run)
    assert {"outline"} < set(passed.steps)
    assert len(world.model.calls) == 2
    assert len(set(passed.artifacts)) == 2


def test_what_was_held_can_be_accepted_as_it_is(world: EngineWorld) -> None:
    hold_until_round(world, "outline", passes_in=99)
    run = world.create("book", waiting=True)
    held = next_step(world, run)
    accepted = next_step(world, run, skip_validation=True)
    assert accepted.status is Status.WAITING
    assert world.read(accepted, accepted.steps["outline"].result) == world.read(
        held, held.steps["outline!"].result
    ) | {"accepted": True}
    assert accepted.artifacts == held.artifacts
    assert (len(world.model.calls), accepted.usage) == (1, held.usage)
    assert EventCode.SKIP_VALIDATION in codes(accepted)


def test_accepting_one_step_does_not_accept_the_next(world: EngineWorld) -> None:
    hold_until_round(world, "outline", passes_in=99)
    hold_until_round(world, "draft", passes_in=99)
    run = world.create("book", waiting=True)
    next_step(world, run)
    next_step(world, run, skip_validation=True)
    held = next_step(world, run)
    assert (held.status, "draft" in held.steps, "draft!" in held.steps) == (
        Status.WAITING,
        False,
        True,
    )


def test_skipping_validation_where_nothing_is_held_does_the_step(world: EngineWorld) -> None:
    run = next_step(world, world.create("book", waiting=True), skip_validation=True)
    assert (run.status, len(world.model.calls)) == (Status.WAITING, 1)


def test_a_held_last_step_ends_the_run_when_accepted(world: EngineWorld) -> None:
    hold_until_round(world, "print", passes_in=99)
    run = world.create("book", attributes={"auto_advance": True})
    held = world.work(run)
    assert (held.status, held.output) == (Status.WAITING, None)
    done = next_step(world, run, skip_validation=True)
    assert (done.status, world.read(done, done.output)) == (Status.SUCCEEDED, {"accepted": True})


def test_a_step_that_cannot_be_accepted_is_done_again(world: EngineWorld) -> None:
    hold_until_round(world, "outline", passes_in=1)
    book = world.workflows["book"]
    steps = {name: Step(step.run) for name, step in book.steps.items()}
    world.workflows["book"] = type(book)(book.definition, steps)
    run = world.create("book", waiting=True)
    next_step(world, run)
    assert "outline" in next_step(world, run, skip_validation=True).steps
    assert len(world.model.calls) == 2


# --- time -----------------------------------------------------------------------------------------


def test_an_expired_gate_is_opened_again_by_a_retry(world: EngineWorld) -> None:
    run = world.create("book", waiting=True)
    next_step(world, run)
    world.clock.advance(world.timing.gate)
    world.sweeper.sweep()
    retried = world.commands.retry(world.now(run), CLINICIAN)
    assert (retried.status, set(retried.steps)) == (Status.WAITING, {"outline"})
    assert len(world.doorbell.rings) == 1
    assert set(next_step(world, run).steps) == {"outline", "draft"}


def test_a_run_stopped_by_its_checks_waits_as_long_as_a_gate_says(world: EngineWorld) -> None:
    """It was made for the worker, with a day; but now it waits for a person."""
    hold_until_round(world, "outline", passes_in=99)
    run = world.work(world.create("book", attributes={"auto_advance": True}))
    world.clock.advance(world.timing.gate - MINUTE)
    world.sweeper.sweep()
    assert world.now(run).status is Status.WAITING


def test_a_run_whose_deadline_passed_at_its_gate_is_not_executed_by_a_retry(
    world: EngineWorld,
) -> None:
    run = world.create("book", waiting=True)
    world.clock.advance(30 * DAY)
    world.sweeper.sweep()
    assert world.now(run).error_code in (FailureCode.DEADLINE_EXCEEDED, FailureCode.GATE_EXPIRED)
    assert world.commands.retry(world.now(run), CLINICIAN).status is Status.WAITING
