"""Losing a run: to a crash and its lease, to a successor, to a person who cancels.

Whoever lost it writes nothing more to it.

Long because each way to lose a run is played at each moment of a step.
"""

from collections.abc import Callable
from uuid import UUID

import pytest

from shared.engine.inspection import FAR
from shared.errors import GuardFailed, StoreUnavailable
from shared.records.money import Usage
from shared.records.run import Run, Status
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.codes import EventCode, FailureCode
from shared.runs.due import OPEN_SHARDS
from shared.runs.model import ModelAnswer
from shared.runs.timing import HOUR, SECOND
from shared.workflows.steps import StepContext, StepResult
from tests.fakes.language_model import StillWanted
from tests.fakes.run_store import InMemoryRunStore
from tests.support.engine_world import EngineWorld, codes
from tests.support.intercepted import intercepted
from tests.support.samples import CLINICIAN, a_run_that_is
from tests.support.workflows import LETTER, a_request, step_of

STEPS = pytest.mark.parametrize("step", LETTER.steps)
COST = 4_000


def meanwhile(world: EngineWorld, happens: Callable[[], object]) -> None:
    """The next model call takes six seconds, in which something happens."""

    def speech(still_wanted: StillWanted) -> ModelAnswer:
        happens()
        world.clock.advance(6 * SECOND)
        still_wanted()
        return world.model.says("Dear you")

    world.model.script(speech)


# --- crashes --------------------------------------------------------------------------------------


@STEPS
@pytest.mark.parametrize("is_before", [True, False])
def test_a_worker_killed_at_any_step_costs_an_attempt_and_no_second_call(
    world: EngineWorld, step: str, is_before: bool
) -> None:
    run = world.create()
    (world.probe.kill_before if is_before else world.probe.kill_after)(step)
    assert world.die(run).status is Status.RUNNING
    world.clock.advance(world.timing.lease - 1)
    assert world.sweeper.sweep().changed == 0
    world.clock.advance(1)
    assert world.sweeper.sweep().changed == 1
    requeued = world.now(run)
    assert (requeued.status, codes(requeued)[-1]) == (Status.QUEUED, EventCode.LEASE_LOST)
    assert len(world.doorbell.rings_of(run.id)) == 2
    done = world.work(run)
    assert (done.status, done.attempt, done.fence) == (Status.SUCCEEDED, 2, 2)
    assert len(world.model.calls) == 1
    assert len(done.artifacts) == 1
    assert [entry.step for entry in done.history if entry.step] == list(LETTER.steps)


def test_crashes_for_ever_end_when_the_attempts_are_spent(world: EngineWorld) -> None:
    run = world.create()
    for _ in range(3):
        world.probe.kill_before("gather")
        world.die(run)
        world.lose_lease(run)
    assert (world.now(run).status, world.now(run).error_code) == (
        Status.FAILED,
        FailureCode.MAX_ATTEMPTS_REACHED,
    )


# --- a successor ----------------------------------------------------------------------------------


@STEPS
def test_a_worker_that_wakes_late_changes_nothing(world: EngineWorld, step: str) -> None:
    """It sleeps inside a step until its lease is lost and a successor has finished the run."""
    do = step_of(world.workflows["letter"], step)
    finished: list[Run] = []

    def sleeping(ctx: StepContext) -> StepResult:
        if ctx.run.fence == 1:
            world.lose_lease(ctx.run)
            finished.append(world.work(ctx.run))
        return do(ctx)

    world.do_step("letter", step, sleeping)
    run = world.create()
    world.work(run)
    assert finished[0].status is Status.SUCCEEDED
    assert world.now(run) == finished[0]
    assert len(world.model.calls) == 1


@pytest.mark.parametrize("lost", ["claim", "gather", "write"])
def test_a_worker_whose_answer_came_after_its_lease_does_not_work_under_its_successors_fence(
    world: EngineWorld, lost: str
) -> None:
    """A write recognises itself in the history; but the run that stands is another
    claim's by then.
    """
    run = world.create()
    seen: list[int] = []

    def is_it(change: Change) -> bool:
        return (
            change.step is not None and change.step[0] == lost
            if lost != "claim"
            else change.target is Status.RUNNING
        )

    def apply(real: Callable[[Change], Run], change: Change) -> Run:
        answer = real(change)
        if seen or not is_it(change):
            return answer
        seen.append(0)
        world.lose_lease(run)
        claim = transitions.claim(
            run.id, world.clock.now_ms(), world.clock.now_ms() + world.timing.lease, "successor"
        )
        seen.append(real(claim).version)
        return real(change)

    world.runs = intercepted(world.runs, apply=apply)
    after = world.work(run)
    assert (after.version, after.history[-1].op) == (seen[1], "successor")


def test_a_run_of_a_workflow_that_this_worker_lacks_is_left_to_one_that_has_it(
    world: EngineWorld,
) -> None:
    """Deployments shift functions one by one: a message may come to a worker of an
    earlier version.
    """
    run = a_run_that_is(Status.QUEUED, workflow="later")
    world.runs.create(run)
    assert world.work(run) == run


def test_a_run_that_this_worker_cannot_read_is_left_alone_and_its_message_is_acknowledged(
    world: EngineWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.runs = store = InMemoryRunStore()
    run = world.create()
    store.spoil(run)
    world.worker.execute(run.id, lambda: HOUR)
    assert "run_unreadable" in capsys.readouterr().out
    assert store.due(UUID(run.id).bytes[-1] % OPEN_SHARDS, None, FAR, None, 1)[0][0].at == (
        run.ring_after
    )


def test_a_call_whose_run_was_claimed_by_a_successor_stops_as_the_answer_streams_in(
    world: EngineWorld,
) -> None:
    """The run is running all the same, but not here."""
    run = world.create()

    def succeeded() -> None:
        world.lose_lease(run)
        world.runs.apply(
            transitions.claim(
                run.id, world.clock.now_ms(), world.clock.now_ms() + world.timing.lease, "successor"
            )
        )

    meanwhile(world, succeeded)
    world.work(run)
    assert world.now(run).history[-1].op == "successor"
    assert_all_uncertain(world.total_usage(run))


def test_a_call_that_outlives_its_lease_stops_where_the_store_cannot_be_asked(
    world: EngineWorld,
) -> None:
    """By then the run may be a successor's, who asks the same."""

    def away(real: Callable[[str], Run | None], run_id: str) -> Run | None:
        raise StoreUnavailable("throttled")

    run, real = world.create(), world.runs
    world.runs = intercepted(real, get=away)
    meanwhile(world, lambda: world.clock.advance(world.timing.lease))
    with pytest.raises(StoreUnavailable):
        world.work(run)  # the test's own look
    world.runs = real
    assert world.total_usage(run) == Usage()
    world.lose_lease(run)
    assert_all_uncertain(world.total_usage(run))


def assert_all_uncertain(spent: Usage) -> None:
    """A call that was begun and closed, of which the stream had said nothing: it may cost all that
    it could.
    """
    assert (spent.calls, spent.lost_calls, spent.cost) == (1, 1, 0)
    assert spent.uncertain > COST


# --- a person -------------------------------------------------------------------------------------


def test_a_run_cancelled_during_a_call_stops_as_the_answer_streams_in(world: EngineWorld) -> None:
    run = world.create()
    meanwhile(world, lambda: world.commands.cancel(world.now(run), CLINICIAN))
    after = world.work(run)
    assert (after.status, after.history[-1].actor, set(after.steps)) == (
        Status.CANCELLED,
        CLINICIAN,
        {"gather"},
    )
    assert_all_uncertain(world.total_usage(run))
    assert world.payloads.get_answer(run, f"write#0#{a_request('the weather').sha256()}") is None


def test_an_answer_that_came_all_the_same_is_accounted_beside_the_cancelled_run(
    world: EngineWorld,
) -> None:
    """Between two looks at the run an answer may be whole before anybody notices."""
    run = world.create()

    def speech(still_wanted: StillWanted) -> ModelAnswer:
        world.commands.cancel(world.now(run), CLINICIAN)
        return world.model.says("Dear you")

    world.model.script(speech)
    after = world.work(run)
    assert (after.status, after.usage) == (Status.CANCELLED, Usage())
    assert (world.total_usage(run).calls, world.total_usage(run).cost) == (1, COST)


def test_what_a_step_spent_before_the_call_that_was_cancelled_is_accounted(
    world: EngineWorld,
) -> None:
    def twice(ctx: StepContext) -> StepResult:
        ctx.ask(a_request("first"))
        ctx.ask(a_request("second"))
        return StepResult({"text": "never"})

    run = world.create()
    world.do_step("letter", "write", twice)
    world.model.script(world.model.says("one"))
    meanwhile(world, lambda: world.commands.cancel(world.now(run), CLINICIAN))
    world.work(run)
    spent = world.total_usage(run)
    assert (spent.calls, spent.lost_calls, spent.cost) == (2, 1, COST)
    assert spent.uncertain > 0


def test_a_look_at_the_run_that_fails_does_not_throw_a_paid_answer_away(world: EngineWorld) -> None:
    looks: list[str] = []

    def blind_once(real: Callable[[str], Run | None], run_id: str) -> Run | None:
        looks.append(run_id)
        if len(looks) == 1:
            raise StoreUnavailable("throttled")
        return real(run_id)

    world.runs = intercepted(world.runs, get=blind_once)
    meanwhile(world, lambda: None)
    assert world.work(world.create()).status is Status.SUCCEEDED
    assert len(world.model.calls) == 1


def test_cancel_wins_against_a_success_that_arrives_later(world: EngineWorld) -> None:
    send = step_of(world.workflows["letter"], "send")

    def cancelled_while_sending(ctx: StepContext) -> StepResult:
        world.commands.cancel(world.now(ctx.run), CLINICIAN)
        return send(ctx)

    world.do_step("letter", "send", cancelled_while_sending)
    after = world.work(world.create())
    assert (after.status, after.output, after.artifacts) == (Status.CANCELLED, None, ())
    assert after.usage.calls == 1


def test_the_deadline_ends_a_run_under_its_worker(world: EngineWorld) -> None:
    run = world.create()

    def deadline() -> None:
        world.clock.advance(world.timing.deadline_worker)
        world.sweeper.sweep()

    meanwhile(world, deadline)
    after = world.work(run)
    assert (after.status, after.error_code) == (Status.FAILED, FailureCode.DEADLINE_EXCEEDED)


def test_a_run_is_looked_at_every_five_seconds_while_its_answer_streams_in(
    world: EngineWorld,
) -> None:
    looks: list[str] = []

    def counting(real: Callable[[str], Run | None], run_id: str) -> Run | None:
        looks.append(run_id)
        return real(run_id)

    def streaming(still_wanted: StillWanted) -> ModelAnswer:
        for _ in range(60):
            world.clock.advance(SECOND)
            still_wanted()
        return world.model.says("Dear you")

    run = world.create()
    world.runs = intercepted(world.runs, get=counting)
    world.model.script(streaming)
    world.work(run)
    assert len(looks) == 12 + 1  # and one by the test


def test_a_zombies_write_is_refused_by_its_fence(world: EngineWorld) -> None:
    run = world.create()
    world.probe.kill_before("gather")
    zombie = world.die(run)
    world.lose_lease(run)
    world.probe.kill_before("gather")
    successor = world.die(run)
    with pytest.raises(GuardFailed):
        world.runs.apply(transitions.continue_later(zombie, world.clock.now_ms(), "zombie"))
    assert world.now(run) == successor
