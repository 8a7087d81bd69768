"""The index of open runs: a run stands no later than when something is due to it, and moves as
seldom as that allows.
"""

from dataclasses import replace

import pytest

from shared.errors import GuardFailed
from shared.ports import DueRun, Unreadable
from shared.records.gate import WORKER_GATE, Reason, budget_gate, pause_gate, provider_gate
from shared.records.run import SWEEPER, Run, Status
from shared.runs import transitions
from shared.runs.due import ALL_SHARDS, due_at
from shared.runs.health import Health, HealthSeen, Place
from shared.runs.timing import DAY, HOUR, MINUTE, Timing
from tests.contract.worlds import World
from tests.fakes.world import MORNING
from tests.support.samples import CLINICIAN, ORG, OTHER_ORG, a_run, a_run_that_is

TIMING = Timing()
FAR = MORNING + 365 * DAY
AT_SHARD_0 = 16


def placed(world: World, gate: str | None = None) -> dict[str, int]:
    """Where every run of a partition's kind stands."""
    pages = [world.runs.due(shard, gate, FAR, None, 100)[0] for shard in ALL_SHARDS]
    return {due.run_id: due.at for page in pages for due in page}


def read(world: World, run: Run, gate: str | None = None) -> DueRun:
    found = [due for s in ALL_SHARDS for due in world.runs.due(s, gate, FAR, None, 100)[0]]
    return next(due for due in found if due.run_id == run.id)


@pytest.mark.parametrize("status", Status)
def test_a_new_run_stands_where_it_is_due(world: World, status: Status) -> None:
    run = a_run_that_is(status)
    world.runs.create(run)
    assert placed(world) == ({} if run.is_terminal else {run.id: due_at(run)})


def test_what_is_due_comes_earliest_first_a_page_at_a_time(world: World) -> None:
    runs = [a_run(AT_SHARD_0 * n, ring_after=MORNING + (n * 7 % 5)) for n in range(5)]
    for run in runs:
        world.runs.create(run)
    found: list[int] = []
    position: str | None = None
    while True:
        page, position = world.runs.due(0, None, MORNING + 3, position, 2)
        found += [due.at - MORNING for due in page]
        if position is None:
            break
    assert found == [0, 1, 2, 3]


def test_a_claim_leaves_a_run_where_it_stands(world: World) -> None:
    """It is due earlier there than its lease ends, so nothing is missed, and the index costs
    nothing.
    """
    run = a_run(ring_after=MORNING + MINUTE)
    world.runs.create(run)
    world.runs.apply(transitions.claim(run.id, MORNING, MORNING + HOUR, "op"))
    assert placed(world) == {run.id: MORNING + MINUTE}


def test_a_write_that_makes_a_run_due_earlier_moves_it(world: World) -> None:
    """Whatever wrote its place before: here a ring that is due in two hours."""
    run = a_run(ring_after=MORNING + 2 * HOUR)
    world.runs.create(run)
    claimed = world.runs.apply(transitions.claim(run.id, MORNING, MORNING + HOUR, "op"))
    assert claimed.status is Status.RUNNING
    assert placed(world) == {run.id: MORNING + HOUR}


def test_a_write_that_loses_its_guard_too_moves_nothing(world: World) -> None:
    run = a_run(ring_after=MORNING + 2 * HOUR, available_at=MORNING + HOUR)
    world.runs.create(run)
    with pytest.raises(GuardFailed):
        world.runs.apply(transitions.claim(run.id, MORNING, MORNING + HOUR, "op"))
    assert placed(world) == {run.id: MORNING + 2 * HOUR}


def test_a_run_to_which_nothing_is_due_yet_moves_on(world: World) -> None:
    run = a_run(ring_after=MORNING)
    world.runs.create(run)
    claimed = world.runs.apply(transitions.claim(run.id, MORNING, MORNING + HOUR, "op"))
    due = read(world, run)
    assert world.runs.postpone(due, MORNING + HOUR)
    assert not world.runs.postpone(due, MORNING + DAY)
    assert placed(world) == {run.id: MORNING + HOUR}
    assert world.runs.get(run.id) == claimed


def test_a_run_that_was_written_since_it_was_read_moves_nowhere(world: World) -> None:
    """The write may have made it due earlier than the sweeper knows, at a place that suits both."""
    run = a_run(ring_after=MORNING)
    world.runs.create(run)
    due = read(world, run)
    world.runs.apply(transitions.claim(run.id, MORNING, MORNING + HOUR, "op"))
    assert not world.runs.postpone(due, MORNING + DAY)
    assert placed(world) == {run.id: MORNING}


def test_what_nobody_can_read_moves_too(world: World) -> None:
    run = a_run(ring_after=MORNING)
    world.runs.create(run)
    world.spoil(run)
    due = read(world, run)
    assert isinstance(due.run, Unreadable)
    assert world.runs.postpone(due, MORNING + HOUR)
    assert placed(world) == {run.id: MORNING + HOUR}


def test_a_parked_run_stands_at_its_gate_until_its_deadline(world: World) -> None:
    run = a_run(ring_after=MORNING + MINUTE)
    world.runs.create(run)
    parked = world.runs.apply(
        transitions.park(
            run,
            MORNING,
            "op",
            actor=SWEEPER,
            gate=WORKER_GATE,
            reason=Reason.WORKER_DISABLED,
            timing=TIMING,
        )
    )
    assert (placed(world), placed(world, WORKER_GATE)) == ({}, {run.id: parked.deadline_at})
    assert read(world, run, WORKER_GATE).run == parked
    free = world.runs.apply(transitions.unpark(parked, MORNING + 5, TIMING))
    assert (placed(world), placed(world, WORKER_GATE)) == ({run.id: free.ring_after}, {})


def test_a_parked_run_cannot_be_claimed(world: World) -> None:
    run = a_run(gate=WORKER_GATE)
    world.runs.create(run)
    with pytest.raises(GuardFailed):
        world.runs.apply(transitions.claim(run.id, MORNING, MORNING + HOUR, "op"))
    assert world.runs.get(run.id) == run


@pytest.mark.parametrize("gate", [None, WORKER_GATE])
def test_a_run_leaves_the_index_with_its_end(world: World, gate: str | None) -> None:
    run = a_run(gate=gate)
    world.runs.create(run)
    world.runs.apply(transitions.cancel(run, CLINICIAN, MORNING, "op"))
    assert placed(world, gate) == {}


def test_a_new_run_may_be_parked_at_once(world: World) -> None:
    run = replace(a_run(), gate=WORKER_GATE)
    world.runs.create(run)
    assert (placed(world), placed(world, WORKER_GATE)) == ({}, {run.id: run.deadline_at})


# --- gates and health -----------------------------------------------------------------------------
# -----------------------


def test_gates_in_use_are_known_until_they_are_forgotten(world: World) -> None:
    assert world.gates.gates() == []
    world.gates.note("pause#a#b", MORNING)
    world.gates.note(WORKER_GATE, MORNING + 1)
    world.gates.note("pause#a#b", MORNING + 2)
    assert world.gates.gates() == [("pause#a#b", MORNING + 2), (WORKER_GATE, MORNING + 1)]
    world.gates.forget("pause#a#b", MORNING)
    assert len(world.gates.gates()) == 2
    world.gates.forget("pause#a#b", MORNING + 2)
    assert world.gates.gates() == [(WORKER_GATE, MORNING + 1)]


def test_a_claim_looks_at_no_budgets_gate(world: World) -> None:
    gates = [pause_gate("a b", "diagnosis"), provider_gate("anthropic", "m"), WORKER_GATE]
    for gate in [*gates, budget_gate("a", "organisation"), budget_gate("zz", "workflow:letter")]:
        world.gates.note(gate, MORNING)
    assert world.gates.before_claims() == sorted(gates)
    assert len(world.gates.gates()) == 5


def test_a_lap_counts_every_slice_once_and_is_shown_when_it_has_ended(world: World) -> None:
    one, two = Health(3, 2, 1), Health(10, 0, 0)
    start, middle, end = Place(), Place(1, "0@x"), Place(2)
    assert world.health.place() == start
    world.health.add(start, middle, {None: one, ORG: one}, MORNING)
    assert world.health.of(ORG) == HealthSeen(Health(), None)
    world.health.add(start, middle, {None: one, ORG: one}, MORNING)
    assert world.health.place() == middle
    world.health.add(middle, end, {None: two, OTHER_ORG: two}, MORNING + 1)
    assert world.health.place() == end
    assert world.health.of(None) == HealthSeen(one + two, MORNING + 1)
    assert world.health.of(ORG) == HealthSeen(one, MORNING + 1)
    assert world.health.of(OTHER_ORG) == HealthSeen(two, MORNING + 1)
    world.health.add(end, Place(2, "1@y"), {None: one, OTHER_ORG: one}, MORNING + 2)
    assert world.health.of(OTHER_ORG) == HealthSeen(two, MORNING + 1)
    world.health.add(Place(2, "1@y"), Place(3), {None: Health()}, MORNING + 3)
    assert world.health.of(OTHER_ORG) == HealthSeen(one, MORNING + 3)
    assert world.health.of(ORG) == HealthSeen(Health(), MORNING + 3)
