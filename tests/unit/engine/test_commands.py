"""What people do, alone and all at once: each is one decision over the run as it stands, or a
conflict.

Long because every command is played against every status.
"""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from shared.errors import Conflict, NotFound
from shared.records.run import Dispatch, Run, Status
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.codes import EventCode, FailureCode
from shared.runs.timing import HOUR, MINUTE
from tests.support.engine_world import EngineWorld, codes
from tests.support.intercepted import intercepted
from tests.support.samples import ADMIN, CLINICIAN, a_run, run_id

DETAIL = {"message": "Out of my depth."}


def before_next_write(world: EngineWorld, happens: Callable[[], object]) -> None:
    """Somebody else writes between this person's reading and writing."""
    done: list[bool] = []

    def apply(real: Callable[[Change], Run], change: Change) -> Run:
        if not done:
            done.append(True)
            happens()
        return real(change)

    world.runs = intercepted(world.runs, apply=apply)


# --- execute --------------------------------------------------------------------------------------


def test_execute_rings_for_a_manual_run(world: EngineWorld) -> None:
    run = world.create(dispatch=Dispatch.MANUAL)
    asked = world.commands.execute(run, CLINICIAN)
    assert (asked.dispatch, asked.history[-1].actor, codes(asked)[-1]) == (
        Dispatch.AUTO,
        CLINICIAN,
        EventCode.EXECUTE_ASKED,
    )
    assert [ring.run_id for ring in world.doorbell.rings] == [run.id]
    assert world.work(run).status is Status.SUCCEEDED


def test_execute_is_accepted_once_per_spell_however_stale_the_second_reader_is(
    world: EngineWorld,
) -> None:
    run = world.create()
    world.commands.execute(run, CLINICIAN)
    for seen in (run, world.now(run)):
        with pytest.raises(Conflict, match="current: queued"):
            world.commands.execute(seen, ADMIN)


def test_execute_after_a_harmless_write_of_somebody_else_is_decided_again(
    world: EngineWorld,
) -> None:
    run = world.create()
    before_next_write(
        world,
        lambda: world.runs.apply(
            transitions.attach(run, ADMIN, world.clock.now_ms(), "theirs", run_id(77))
        ),
    )
    asked = world.commands.execute(run, CLINICIAN)
    assert codes(asked)[-2:] == [EventCode.ARTIFACT_ATTACHED, EventCode.EXECUTE_ASKED]


def test_execute_that_lost_to_another_execute_is_a_conflict(world: EngineWorld) -> None:
    run = world.create()
    before_next_write(
        world,
        lambda: world.runs.apply(
            transitions.execute(run, ADMIN, world.clock.now_ms(), "theirs", world.timing)
        ),
    )
    with pytest.raises(Conflict):
        world.commands.execute(run, CLINICIAN)


def test_execute_that_lost_to_the_worker_is_a_conflict(world: EngineWorld) -> None:
    run = world.create()
    before_next_write(world, lambda: world.work(run))
    with pytest.raises(Conflict, match="current: succeeded"):
        world.commands.execute(run, CLINICIAN)


def test_execute_that_saw_an_earlier_spell_is_a_conflict(world: EngineWorld) -> None:
    """Queued again, but not the queue that the person saw."""
    run = world.create()

    def claimed_and_released() -> None:
        now = world.clock.now_ms()
        running = world.runs.apply(transitions.claim(run.id, now, now + HOUR, "theirs"))
        world.runs.apply(transitions.continue_later(running, now, "theirs-too"))

    before_next_write(world, claimed_and_released)
    with pytest.raises(Conflict):
        world.commands.execute(run, CLINICIAN)


def test_execute_clears_a_backoff(world: EngineWorld) -> None:
    run = world.create()
    now = world.clock.now_ms()
    running = world.runs.apply(transitions.claim(run.id, now, now + HOUR, "op1"))
    released = world.runs.apply(
        transitions.release(
            running,
            now,
            "op2",
            "LLM_ERROR",
            step=None,
            available_at=now + 10 * MINUTE,
            usage=run.usage,
        )
    )
    assert world.work(run) == released
    world.commands.execute(released, CLINICIAN)
    assert world.work(run).status is Status.SUCCEEDED


def test_thirty_two_executes_at_once_are_one(world: EngineWorld) -> None:
    run = world.create(dispatch=Dispatch.MANUAL)
    assert sorted(at_once(32, lambda n: world.commands.execute(run, f"person-{n}"))) == [
        "Conflict"
    ] * 31 + ["done"]
    assert codes(world.now(run)).count(EventCode.EXECUTE_ASKED) == 1


def at_once(count: int, act: Callable[[int], object]) -> list[str]:
    """What became of so many threads that start together."""
    barrier, outcomes = Barrier(count), [""] * count

    def one(number: int) -> None:
        barrier.wait()
        try:
            act(number)
        except Conflict:
            outcomes[number] = "Conflict"
        else:
            outcomes[number] = "done"

    threads = [Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


# --- a run in a person's hands --------------------------------------------------------------------


def test_a_person_takes_and_ends_a_run(world: EngineWorld) -> None:
    taken = world.commands.take(world.create(dispatch=Dispatch.MANUAL), CLINICIAN)
    assert (taken.status, taken.lessee, taken.attempt) == (Status.RUNNING, CLINICIAN, 1)
    ended = world.commands.succeed(taken, CLINICIAN, {"diagnosis": "none"})
    assert (ended.status, world.read(ended, ended.output), ended.lessee) == (
        Status.SUCCEEDED,
        {"diagnosis": "none"},
        None,
    )


def test_a_person_fails_a_run_with_a_reason(world: EngineWorld) -> None:
    taken = world.commands.take(world.create(), CLINICIAN)
    failed = world.commands.fail(taken, CLINICIAN, "OUT_OF_SCOPE", DETAIL)
    assert (failed.status, failed.error_code, world.read(failed, failed.error_detail)) == (
        Status.FAILED,
        "OUT_OF_SCOPE",
        DETAIL,
    )


def test_a_taken_run_is_not_the_workers(world: EngineWorld) -> None:
    taken = world.commands.take(world.create(), CLINICIAN)
    assert world.work(taken) == taken


def test_what_the_worker_does_is_no_persons_to_end(world: EngineWorld) -> None:
    run = world.create()
    world.probe.kill_before("gather")
    running = world.die(run)
    with pytest.raises(Conflict, match="by the worker"):
        world.commands.succeed(running, ADMIN, {})
    with pytest.raises(Conflict, match="by the worker"):
        world.commands.fail(running, ADMIN, "X", {})
    assert world.now(run) == running


def test_an_end_that_lost_to_another_is_a_conflict(world: EngineWorld) -> None:
    taken = world.commands.take(world.create(), CLINICIAN)
    before_next_write(
        world,
        lambda: world.runs.apply(transitions.cancel(taken, ADMIN, world.clock.now_ms(), "theirs")),
    )
    with pytest.raises(Conflict, match="current: cancelled"):
        world.commands.succeed(taken, CLINICIAN, {})


# --- attach ---------------------------------------------------------------------------------------


def test_artifacts_are_attached_in_order_and_each_once(world: EngineWorld) -> None:
    run = world.create()
    for artifact in (run_id(60), run_id(61), run_id(60)):
        run = world.commands.attach(run, CLINICIAN, artifact)
    assert run.artifacts == (run_id(60), run_id(61))


def test_two_who_attach_the_same_at_once_attach_it_once(world: EngineWorld) -> None:
    run = world.create()
    before_next_write(
        world,
        lambda: world.runs.apply(
            transitions.attach(run, ADMIN, world.clock.now_ms(), "theirs", run_id(60))
        ),
    )
    world.commands.attach(run, CLINICIAN, run_id(60))
    assert world.now(run).artifacts == (run_id(60),)


def test_nothing_is_attached_after_the_first_start(world: EngineWorld) -> None:
    run = world.create()
    with pytest.raises(Conflict, match="before the first start"):
        world.commands.attach(world.work(run, 0), CLINICIAN, run_id(60))


def test_an_attachment_that_lost_to_the_first_start_is_a_conflict(world: EngineWorld) -> None:
    run = world.create()
    before_next_write(world, lambda: world.work(run, 0))
    with pytest.raises(Conflict):
        world.commands.attach(run, CLINICIAN, run_id(60))


# --- cancel and retry -----------------------------------------------------------------------------


ENDS: dict[Status, Callable[[EngineWorld, Run], object]] = {
    Status.SUCCEEDED: lambda world, run: world.work(run),
    Status.FAILED: lambda world, run: world.commands.fail(
        world.commands.take(run, CLINICIAN), CLINICIAN, "X", {}
    ),
    Status.CANCELLED: lambda world, run: world.commands.cancel(run, CLINICIAN),
}


@pytest.mark.parametrize("status", ENDS)
def test_an_ended_run_is_not_cancelled(world: EngineWorld, status: Status) -> None:
    run = world.create()
    ENDS[status](world, run)
    with pytest.raises(Conflict, match=f"current: {status}"):
        world.commands.cancel(world.now(run), CLINICIAN)


def test_cancel_catches_a_run_that_keeps_moving(world: EngineWorld) -> None:
    run = world.create()
    before_next_write(world, lambda: world.work(run, 0))
    assert world.commands.cancel(run, CLINICIAN).status is Status.CANCELLED


def test_a_retry_rings_and_is_granted_once(world: EngineWorld) -> None:
    failed = world.commands.fail(
        world.commands.take(world.create(dispatch=Dispatch.MANUAL), CLINICIAN), CLINICIAN, "X", {}
    )
    retried = world.commands.retry(failed, CLINICIAN)
    assert (retried.status, retried.dispatch, retried.max_attempts) == (
        Status.QUEUED,
        Dispatch.AUTO,
        3,
    )
    assert [ring.run_id for ring in world.doorbell.rings] == [failed.id]
    with pytest.raises(Conflict):
        world.commands.retry(failed, ADMIN)
    assert world.work(retried).status is Status.SUCCEEDED


def test_a_persons_code_that_sounds_like_a_gate_sends_no_run_to_one(world: EngineWorld) -> None:
    failed = world.commands.fail(
        world.commands.take(world.create(), CLINICIAN), CLINICIAN, "GATE_EXPIRED", {}
    )
    assert world.commands.retry(failed, CLINICIAN).status is Status.QUEUED


def test_a_run_that_is_not_there_is_not_found(world: EngineWorld) -> None:
    with pytest.raises(NotFound):
        world.commands.cancel(a_run(50), CLINICIAN)


def test_a_broken_doorbell_fails_nobodys_request(world: EngineWorld) -> None:
    world.doorbell.is_broken = True
    assert world.commands.execute(world.create(), CLINICIAN).status is Status.QUEUED


# --- people who are called like the engine --------------------------------------------------------

ENGINES_NAMES = pytest.mark.parametrize("name", ["worker", "sweeper", "", "*", "="])


@ENGINES_NAMES
def test_whatever_a_person_is_called_what_they_took_is_theirs_to_end(
    world: EngineWorld, name: str
) -> None:
    taken = world.commands.take(world.create(dispatch=Dispatch.MANUAL), name)
    assert taken.awaits_person
    assert world.commands.succeed(taken, name, {"by": "hand"}).status is Status.SUCCEEDED


@ENGINES_NAMES
def test_whatever_a_person_is_called_the_worker_does_not_get_what_they_left_lying(
    world: EngineWorld, name: str
) -> None:
    taken = world.commands.take(world.create(), name)
    world.clock.advance(world.timing.person_lease)
    world.sweeper.sweep()
    assert (world.now(taken).status, world.now(taken).error_code) == (
        Status.FAILED,
        FailureCode.LEASE_EXPIRED,
    )
