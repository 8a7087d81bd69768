"""The sweeper: what it does when, how often it rings, and that losing a race or a store costs it nothing."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice

import pytest

from shared.engine.sweeper import Health
from shared.errors import StoreError, StoreUnavailable
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.codes import FailureCode
from shared.runs.records import Dispatch, Run, Status
from shared.runs.timing import DAY, HOUR, MINUTE
from tests.fakes.run_store import InMemoryRunStore
from tests.support.engine_world import EngineWorld
from tests.support.intercepted import intercepted
from tests.support.samples import CLINICIAN, a_run_that_is

# --- rings ---------------------------------------------------------------------------------------------------------------


def test_a_backlog_is_not_rung_to_death(world: EngineWorld) -> None:
    """200 queued runs and nobody who takes them: an hour of sweeps rings each between three and ten times."""
    runs = [world.create() for _ in range(200)]
    world.doorbell.rings.clear()
    for _ in range(60):
        world.clock.advance(MINUTE)
        world.sweeper.sweep()
    counts = Counter(ring.run_id for ring in world.doorbell.rings)
    assert set(counts) == {run.id for run in runs}
    assert all(3 <= count <= 10 for count in counts.values())


def test_a_lost_ring_comes_a_minute_later(world: EngineWorld) -> None:
    world.doorbell.is_broken = True
    run = world.create()
    world.doorbell.is_broken = False
    world.clock.advance(MINUTE - 1)
    assert world.sweeper.sweep() == 0
    world.clock.advance(1)
    assert world.sweeper.sweep() == 1
    assert [ring.run_id for ring in world.doorbell.rings] == [run.id]


def test_two_sweepers_at_once_ring_once(world: EngineWorld) -> None:
    run = world.create()
    world.doorbell.rings.clear()
    world.clock.advance(MINUTE)
    stale = list(world.runs.open_runs())
    world.sweeper.sweep()
    second = world.sweeper
    world.runs = intercepted(world.runs, open_runs=lambda real, turn: iter(stale))
    assert world.sweeper.sweep() == 0
    assert second.sweep() == 0
    assert len(world.doorbell.rings_of(run.id)) == 1


def test_a_run_in_backoff_is_not_rung_before_it_is_due(world: EngineWorld) -> None:
    run = world.create()
    running = world.runs.apply(transitions.claim(run.id, world.clock.now_ms(), world.clock.now_ms() + HOUR, "claim"))
    due = world.clock.now_ms() + 10 * MINUTE
    world.runs.apply(transitions.release(running, world.clock.now_ms(), "op", "LLM_ERROR", step=None, available_at=due, usage=run.usage))
    world.doorbell.rings.clear()
    for _ in range(10):
        world.clock.advance(MINUTE)
        world.sweeper.sweep()
    assert world.doorbell.rings == []
    world.clock.advance(MINUTE)
    world.sweeper.sweep()
    assert len(world.doorbell.rings) == 1


def test_a_manual_run_is_never_rung(world: EngineWorld) -> None:
    run = world.create(dispatch=Dispatch.MANUAL)
    for _ in range(29 * 24):
        world.clock.advance(HOUR)
        world.sweeper.sweep()
    assert world.doorbell.rings == []
    assert world.now(run) == run


def test_a_run_that_a_worker_died_with_is_rung_alone_from_then_on(world: EngineWorld) -> None:
    run = world.create()
    world.probe.kill_before("gather")
    world.die(run)
    world.lose_lease(run)
    world.clock.advance(MINUTE)
    world.sweeper.sweep()
    assert [ring.isolated for ring in world.doorbell.rings_of(run.id)] == [False, True, True]


# --- bounds --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dispatch", "bound"), [(Dispatch.AUTO, DAY), (Dispatch.MANUAL, 30 * DAY)])
def test_a_run_that_nobody_executes_ends_at_its_deadline(world: EngineWorld, dispatch: Dispatch, bound: int) -> None:
    run = world.create(dispatch=dispatch)
    world.clock.advance(bound - 1)
    world.sweeper.sweep()
    assert world.now(run).status is Status.QUEUED
    world.clock.advance(1)
    world.sweeper.sweep()
    ended = world.now(run)
    assert (ended.status, ended.error_code, ended.completed_at) == (Status.FAILED, FailureCode.DEADLINE_EXCEEDED, world.clock.now_ms())
    assert list(world.runs.open_runs()) == []


def test_a_waiting_run_ends_when_its_gate_expires(world: EngineWorld) -> None:
    run = world.create("book", waiting=True)
    world.clock.advance(world.timing.gate - 1)
    assert world.sweeper.sweep() == 0
    world.clock.advance(1)
    world.sweeper.sweep()
    assert (world.now(run).status, world.now(run).error_code) == (Status.FAILED, FailureCode.GATE_EXPIRED)


def test_a_persons_lease_ends_their_run(world: EngineWorld) -> None:
    run = world.commands.take(world.create(dispatch=Dispatch.MANUAL), CLINICIAN)
    world.clock.advance(world.timing.person_lease - 1)
    assert world.sweeper.sweep() == 0
    world.clock.advance(1)
    world.sweeper.sweep()
    assert (world.now(run).status, world.now(run).error_code) == (Status.FAILED, FailureCode.LEASE_EXPIRED)


def test_whatever_becomes_of_it_a_run_ends_within_its_bound(world: EngineWorld) -> None:
    """Nobody works, nobody comes: every kind of open run is ended by sweeps alone."""
    runs = [world.create(), world.create(dispatch=Dispatch.MANUAL), world.create("book", waiting=True)]
    runs.append(world.commands.take(world.create(), CLINICIAN))
    world.probe.kill_before("gather")
    runs.append(world.die(world.create()))
    for _ in range(31 * 24):
        world.clock.advance(HOUR)
        world.sweeper.sweep()
        assert world.sweeper.inspect().past_due == 0
    assert all(world.now(run).is_terminal for run in runs)


# --- races and faults ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED])
@pytest.mark.parametrize("later", [MINUTE, 2 * DAY])
@pytest.mark.parametrize("enabled", [True, False])
def test_a_run_that_has_ended_since_is_left_alone(world: EngineWorld, status: Status, later: int, enabled: bool) -> None:
    """An index that lags may still show it as open."""
    ended = a_run_that_is(status)
    world.runs.create(ended)
    world.enabled = enabled
    world.clock.advance(later)
    world.runs = intercepted(world.runs, open_runs=lambda real, turn: iter([ended]))
    assert world.sweeper.sweep() == 0
    assert world.now(ended) == ended
    assert world.doorbell.rings == []


def test_a_run_that_was_claimed_since_is_left_alone(world: EngineWorld) -> None:
    run = world.create()
    world.clock.advance(DAY - 1)
    stale = list(world.runs.open_runs())
    done = world.work(run)
    world.clock.advance(1)
    world.runs = intercepted(world.runs, open_runs=lambda real, turn: iter(stale))
    assert world.sweeper.sweep() == 0
    assert world.now(run) == done


def test_a_sweeper_that_slept_through_a_whole_claim_breaks_no_lease_by_what_it_saw(world: EngineWorld) -> None:
    """It saw an attempt left, and there is none any more: queued by it, nobody could ever claim the run again."""
    run = world.create(max_attempts=2)
    world.probe.kill_before("gather")
    world.die(run)
    world.clock.advance(world.timing.lease)
    stale = list(world.runs.open_runs())
    world.sweeper.sweep()
    world.probe.kill_before("gather")
    world.die(run)
    world.clock.advance(world.timing.lease)
    real = world.runs
    world.runs = intercepted(real, open_runs=lambda walk, turn: iter(stale))
    assert world.sweeper.sweep() == 0
    world.runs = real
    world.sweeper.sweep()
    assert world.now(run).error_code == FailureCode.MAX_ATTEMPTS_REACHED


@pytest.mark.parametrize("exc", [StoreUnavailable("throttled"), StoreError("ValidationException")])
def test_one_run_that_cannot_be_written_does_not_stop_the_sweep(world: EngineWorld, exc: Exception) -> None:
    runs = [world.create() for _ in range(5)]
    world.clock.advance(DAY)

    def throttled(real: Callable[[Change], Run], change: Change) -> Run:
        if change.run_id == runs[1].id:
            raise exc
        return real(change)

    world.runs = intercepted(world.runs, apply=throttled)
    assert world.sweeper.sweep() == 4
    assert [world.now(run).status for run in runs].count(Status.FAILED) == 4


@pytest.mark.parametrize("enabled", [True, False])
def test_one_run_of_an_unknown_workflow_does_not_stop_the_sweep(world: EngineWorld, enabled: bool) -> None:
    """After a deployment that dropped a workflow its runs still reach their deadlines, and so do all others."""
    stray = a_run_that_is(Status.QUEUED, 99, workflow="retired")
    world.runs.create(stray)
    run = world.create("book", attributes={"auto_advance": True})
    world.enabled = enabled
    world.clock.advance(MINUTE)
    world.sweeper.sweep()
    assert len(world.doorbell.rings_of(run.id)) == 2
    world.clock.advance(DAY)
    world.sweeper.sweep()
    assert world.now(stray).error_code == world.now(run).error_code == FailureCode.DEADLINE_EXCEEDED


def test_one_run_that_cannot_be_read_is_reported_and_does_not_stop_the_sweep(
    world: EngineWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.runs = store = InMemoryRunStore()
    runs = [world.create() for _ in range(3)]
    store.spoil(runs[1])
    world.clock.advance(DAY)
    assert world.sweeper.inspect() == Health(open_runs=3, past_due=0, violations=1)
    assert world.sweeper.sweep() == 2
    assert [world.now(run).error_code for run in (runs[0], runs[2])] == [FailureCode.DEADLINE_EXCEEDED] * 2
    assert {"action": "run_unreadable", "level": "INFO", "run_id": runs[1].id} in map(json.loads, capsys.readouterr().out.splitlines())


def test_sweeps_that_are_cut_off_leave_no_run_out_for_ever(world: EngineWorld) -> None:
    """Each has time for one run only."""
    runs = [world.create() for _ in range(4)]
    world.clock.advance(DAY)
    real = world.runs
    for _ in range(4 * len(runs)):
        world.runs = intercepted(real, open_runs=lambda walk, turn: islice(walk(turn), 1))
        world.sweeper.sweep()
        world.clock.advance(MINUTE)
    world.runs = real
    assert all(world.now(run).is_terminal for run in runs)


def test_a_broken_doorbell_does_not_stop_the_sweep(world: EngineWorld) -> None:
    for _ in range(3):
        world.create()
    world.clock.advance(MINUTE)
    world.doorbell.is_broken = True
    assert world.sweeper.sweep() == 3


# --- health --------------------------------------------------------------------------------------------------------------


def test_inspecting_counts_open_late_and_impossible_runs_and_writes_nothing(world: EngineWorld) -> None:
    runs = [world.create(), world.create(dispatch=Dispatch.MANUAL), world.create("book", waiting=True)]
    assert world.sweeper.inspect() == Health(open_runs=3, past_due=0, violations=0)
    world.clock.advance(8 * DAY)
    before: Sequence[Run] = [world.now(run) for run in runs]
    assert world.sweeper.inspect() == Health(open_runs=3, past_due=2, violations=0)
    impossible = a_run_that_is(Status.RUNNING, 99, lessee=None, lease_until=world.clock.now_ms(), deadline_at=world.clock.now_ms())
    world.runs = intercepted(world.runs, open_runs=lambda real: iter([*real(), impossible]))
    assert world.sweeper.inspect() == Health(open_runs=4, past_due=2, violations=1)
    assert [world.now(run) for run in runs] == before
