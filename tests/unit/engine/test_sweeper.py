"""The sweeper: what it does when, how often it rings, and that losing a race or a store costs it
nothing.

Long because each thing that falls due has its cases here.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from shared.engine.inspection import FAR
from shared.errors import StoreError, StoreUnavailable
from shared.ports import DueRun
from shared.records.run import Dispatch, Run, Status
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.codes import FailureCode
from shared.runs.due import OPEN_SHARDS
from shared.runs.health import Health
from shared.runs.timing import DAY, HOUR, MINUTE
from tests.fakes.run_store import InMemoryRunStore
from tests.support.engine_world import EngineWorld
from tests.support.intercepted import intercepted
from tests.support.samples import CLINICIAN, a_run_that_is
from tests.support.sweeping import all_open


def at_hand(world: EngineWorld) -> list[DueRun]:
    """What a sweeper reads now."""
    now = world.clock.now_ms()
    return [
        due
        for shard in range(OPEN_SHARDS)
        for due in world.runs.due(shard, None, now, None, 100)[0]
    ]


def only(found: list[DueRun]) -> Callable[..., tuple[list[DueRun], None]]:
    """An index that shows this and nothing else, whatever has become of it."""
    return lambda real, shard, gate, until, position, limit: (
        found if (shard, gate) == (0, None) else [],
        None,
    )


# --- rings ----------------------------------------------------------------------------------------


def test_a_backlog_is_not_rung_to_death(world: EngineWorld) -> None:
    """200 queued runs and nobody who takes them: an hour of sweeps rings each between three and ten
    times.
    """
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
    assert world.sweeper.sweep().changed == 0
    world.clock.advance(1)
    assert world.sweeper.sweep().changed == 1
    assert [ring.run_id for ring in world.doorbell.rings] == [run.id]


def test_two_sweepers_at_once_ring_once(world: EngineWorld) -> None:
    run = world.create()
    world.doorbell.rings.clear()
    world.clock.advance(MINUTE)
    stale = at_hand(world)
    world.sweeper.sweep()
    second = world.sweeper
    world.runs = intercepted(world.runs, due=only(stale))
    assert world.sweeper.sweep().changed == 0
    assert second.sweep().changed == 0
    assert len(world.doorbell.rings_of(run.id)) == 1


def test_a_run_in_backoff_is_not_rung_before_it_is_due(world: EngineWorld) -> None:
    run = world.create()
    running = world.runs.apply(
        transitions.claim(run.id, world.clock.now_ms(), world.clock.now_ms() + HOUR, "claim")
    )
    due = world.clock.now_ms() + 10 * MINUTE
    world.runs.apply(
        transitions.release(
            running,
            world.clock.now_ms(),
            "op",
            "LLM_ERROR",
            step=None,
            available_at=due,
            usage=run.usage,
        )
    )
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


def test_a_backlog_beyond_a_sweeps_rings_is_looked_at_again_a_minute_later(
    world: EngineWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing stays at the head of the line: who was not rung for comes first the next time."""
    monkeypatch.setattr("shared.engine.sweeper.RINGS_AT_MOST", 2)
    runs = [world.create() for _ in range(5)]
    world.doorbell.rings.clear()
    for _ in range(3):
        world.clock.advance(MINUTE)
        world.sweeper.sweep()
    assert {ring.run_id for ring in world.doorbell.rings} == {run.id for run in runs}


# --- bounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dispatch", "bound"), [(Dispatch.AUTO, DAY), (Dispatch.MANUAL, 30 * DAY)])
def test_a_run_that_nobody_executes_ends_at_its_deadline(
    world: EngineWorld, dispatch: Dispatch, bound: int
) -> None:
    run = world.create(dispatch=dispatch)
    world.clock.advance(bound - 1)
    world.sweeper.sweep()
    assert world.now(run).status is Status.QUEUED
    world.clock.advance(1)
    world.sweeper.sweep()
    ended = world.now(run)
    assert (ended.status, ended.error_code, ended.completed_at) == (
        Status.FAILED,
        FailureCode.DEADLINE_EXCEEDED,
        world.clock.now_ms(),
    )
    assert all_open(world.runs) == []


def test_a_waiting_run_ends_when_its_gate_expires(world: EngineWorld) -> None:
    run = world.create("book", waiting=True)
    world.clock.advance(world.timing.gate - 1)
    assert world.sweeper.sweep().changed == 0
    world.clock.advance(1)
    world.sweeper.sweep()
    assert (world.now(run).status, world.now(run).error_code) == (
        Status.FAILED,
        FailureCode.GATE_EXPIRED,
    )


def test_a_persons_lease_ends_their_run(world: EngineWorld) -> None:
    run = world.commands.take(world.create(dispatch=Dispatch.MANUAL), CLINICIAN)
    world.clock.advance(world.timing.person_lease - 1)
    assert world.sweeper.sweep().changed == 0
    world.clock.advance(1)
    world.sweeper.sweep()
    assert (world.now(run).status, world.now(run).error_code) == (
        Status.FAILED,
        FailureCode.LEASE_EXPIRED,
    )


def test_whatever_becomes_of_it_a_run_ends_within_its_bound(world: EngineWorld) -> None:
    """Nobody works, nobody comes: every kind of open run is ended by sweeps alone."""
    runs = [
        world.create(),
        world.create(dispatch=Dispatch.MANUAL),
        world.create("book", waiting=True),
    ]
    runs.append(world.commands.take(world.create(), CLINICIAN))
    world.probe.kill_before("gather")
    runs.append(world.die(world.create()))
    for _ in range(31 * 24):
        world.clock.advance(HOUR)
        world.sweeper.sweep()
        assert world.inspect().past_due == 0
    assert all(world.now(run).is_terminal for run in runs)


# --- races and faults -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED])
@pytest.mark.parametrize("later", [MINUTE, 2 * DAY])
@pytest.mark.parametrize("enabled", [True, False])
def test_a_run_that_has_ended_since_is_left_alone(
    world: EngineWorld, status: Status, later: int, enabled: bool
) -> None:
    """An index that lags may still show it as open."""
    ended = a_run_that_is(status)
    world.runs.create(ended)
    world.enabled = enabled
    world.clock.advance(later)
    world.runs = intercepted(world.runs, due=only([DueRun(ended, 0)]))
    assert world.sweeper.sweep().changed == 0
    assert world.now(ended) == ended
    assert world.doorbell.rings == []


def test_a_run_that_was_claimed_since_is_left_alone(world: EngineWorld) -> None:
    run = world.create()
    world.clock.advance(DAY - 1)
    stale = at_hand(world)
    done = world.work(run)
    world.clock.advance(1)
    world.runs = intercepted(world.runs, due=only(stale))
    assert world.sweeper.sweep().changed == 0
    assert world.now(run) == done


def test_a_sweeper_that_slept_through_a_whole_claim_breaks_no_lease_by_what_it_saw(
    world: EngineWorld,
) -> None:
    """It saw an attempt left, and there is none any more: queued by it, nobody could ever claim the
    run again.
    """
    run = world.create(max_attempts=2)
    world.probe.kill_before("gather")
    world.die(run)
    world.clock.advance(world.timing.lease)
    stale = at_hand(world)
    world.sweeper.sweep()
    world.probe.kill_before("gather")
    world.die(run)
    world.clock.advance(world.timing.lease)
    real = world.runs
    world.runs = intercepted(real, due=only(stale))
    assert world.sweeper.sweep().changed == 0
    world.runs = real
    world.sweeper.sweep()
    assert world.now(run).error_code == FailureCode.MAX_ATTEMPTS_REACHED


@pytest.mark.parametrize("exc", [StoreUnavailable("throttled"), StoreError("ValidationException")])
def test_one_run_that_cannot_be_written_does_not_stop_the_sweep(
    world: EngineWorld, exc: Exception
) -> None:
    runs = [world.create() for _ in range(5)]
    world.clock.advance(DAY)

    def throttled(real: Callable[[Change], Run], change: Change) -> Run:
        if change.run_id == runs[1].id:
            raise exc
        return real(change)

    world.runs = intercepted(world.runs, apply=throttled)
    assert world.sweeper.sweep().changed == 4
    assert [world.now(run).status for run in runs].count(Status.FAILED) == 4


@pytest.mark.parametrize("enabled", [True, False])
def test_one_run_of_an_unknown_workflow_does_not_stop_the_sweep(
    world: EngineWorld, enabled: bool
) -> None:
    """After a deployment that dropped a workflow its runs still reach their deadlines, and so do
    all others.
    """
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
    assert world.inspect() == Health(open_runs=3, past_due=0, violations=1)
    assert world.sweeper.sweep().changed == 2
    assert [world.now(run).error_code for run in (runs[0], runs[2])] == [
        FailureCode.DEADLINE_EXCEEDED
    ] * 2
    assert {"action": "run_unreadable", "level": "INFO", "run_id": runs[1].id} in map(
        json.loads, capsys.readouterr().out.splitlines()
    )


def test_one_partition_that_cannot_be_read_stops_no_other(world: EngineWorld) -> None:
    runs = [world.create() for _ in range(40)]
    world.clock.advance(DAY)
    real, away = world.runs, UUID(runs[0].id).bytes[-1] % OPEN_SHARDS

    def due(real: Callable[..., Any], shard: int, *rest: Any) -> Any:
        if shard == away:
            raise StoreUnavailable
        return real(shard, *rest)

    world.runs = intercepted(real, due=due)
    elsewhere = [run for run in runs if UUID(run.id).bytes[-1] % OPEN_SHARDS != away]
    swept = world.sweeper.sweep()
    assert (swept.changed, swept.finished) == (len(elsewhere), False)


def test_sweeps_that_are_cut_off_leave_no_run_out_for_ever(world: EngineWorld) -> None:
    """Each has time for one partition only, and says so."""
    runs = [world.create() for _ in range(40)]
    world.clock.advance(DAY)
    for _ in range(OPEN_SHARDS):
        assert not world.sweeper.sweep(partial(next, iter([MINUTE]), 0)).finished
        world.clock.advance(MINUTE)
    assert all(world.now(run).is_terminal for run in runs)


def test_leases_go_before_rings(world: EngineWorld) -> None:
    """However many rings are due, a lost lease behind them is noticed in the same sweep."""
    lost = world.create()
    world.probe.kill_before("gather")
    world.die(lost)
    for _ in range(300):
        world.create()
    world.clock.advance(world.timing.lease)
    order: list[str] = []

    def noted(real: Callable[[Change], Run], change: Change) -> Run:
        order.append(change.run_id)
        return real(change)

    world.runs = intercepted(world.runs, apply=noted)
    world.sweeper.sweep()
    assert order[0] == lost.id
    assert len(set(order)) == 301


def test_what_is_not_due_is_not_read_again_before_it_is(world: EngineWorld) -> None:
    """A run that waits a month for a person is looked at a few times, not 43,200."""
    world.create(dispatch=Dispatch.MANUAL)
    read: list[int] = []

    def counted(real: Callable[..., Any], *args: Any) -> Any:
        found = real(*args)
        if args[2] < FAR:
            read.append(len(found[0]))
        return found

    world.runs = intercepted(world.runs, due=counted)
    for _ in range(29 * 24):
        world.clock.advance(HOUR)
        world.sweeper.sweep()
    assert sum(read) <= 3


def test_a_broken_doorbell_does_not_stop_the_sweep(world: EngineWorld) -> None:
    for _ in range(3):
        world.create()
    world.clock.advance(MINUTE)
    world.doorbell.is_broken = True
    assert world.sweeper.sweep().changed == 3


# --- health ---------------------------------------------------------------------------------------


def test_inspecting_counts_open_late_and_impossible_runs_and_writes_nothing(
    world: EngineWorld,
) -> None:
    world.runs = store = InMemoryRunStore()
    runs = [
        world.create(),
        world.create(dispatch=Dispatch.MANUAL),
        world.create("book", waiting=True),
    ]
    assert world.inspect() == Health(open_runs=3, past_due=0, violations=0)
    world.clock.advance(8 * DAY)
    before: Sequence[Run] = [world.now(run) for run in runs]
    assert world.inspect() == Health(open_runs=3, past_due=2, violations=0)
    impossible = a_run_that_is(
        Status.RUNNING,
        99,
        lessee=None,
        lease_until=world.clock.now_ms(),
        deadline_at=world.clock.now_ms(),
    )
    store.plant(impossible)
    assert world.inspect() == Health(open_runs=4, past_due=2, violations=1)
    assert [world.now(run) for run in runs] == before
