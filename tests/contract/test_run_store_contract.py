"""shared.ports.RunStore: what is written comes back whole; lists and the open index.

Long because one suite holds the whole port.
"""

from dataclasses import replace

import pytest

from shared.errors import GuardFailed, IdempotencyKeyReused, RunUnreadable
from shared.ports import Only, Scope, Unreadable
from shared.records.money import TokenUsage, Usage
from shared.records.run import (
    WORKER,
    Dispatch,
    HistoryEntry,
    PayloadRef,
    Run,
    Status,
    StepRecord,
    Subject,
)
from shared.runs import transitions
from shared.runs.changes import IllegalChange
from shared.runs.timing import DAY, HOUR, Timing
from tests.contract.worlds import World
from tests.fakes.world import MORNING
from tests.support.samples import (
    ADMIN,
    CLINICIAN,
    ORG,
    OTHER_ORG,
    PATIENT,
    REF,
    a_run,
    a_run_that_is,
    a_step,
    run_id,
)
from tests.support.sweeping import all_open

TIMING = Timing()
SPENT = Usage(
    model="claude-sonnet-5-5",
    calls=3,
    lost_calls=1,
    reused_calls=2,
    tokens=TokenUsage(1, 2, 3, 4, 5),
    cost=500,
    uncertain=7,
    saved=600,
)
FULL = a_run_that_is(
    Status.SUCCEEDED,
    org_id="an org with # and | and ~tilde",
    created_by="auth0|someone",
    subject=Subject("patient", "not-a-uuid"),
    dispatch=Dispatch.MANUAL,
    round=2,
    claim_cost=0,
    history=(
        HistoryEntry(
            MORNING, "auth0|someone", Status.QUEUED, "op-1_a", 0, artifacts=(run_id(5), run_id(6))
        ),
        HistoryEntry(MORNING + 1, WORKER, Status.RUNNING, "op-2", None),
        HistoryEntry(MORNING + 2, "~worker", Status.SUCCEEDED, "op-3", 1, "persist", "SOME_CODE"),
    ),
    steps={
        "build_context": StepRecord(REF, SPENT, {"bytes": 12, "nested": {"a": [1.5, None]}}),
        "persist": StepRecord(),
    },
    usage=SPENT,
    tags=("urgent", "ärztlich"),
    metadata={"cloned_from": run_id(9), "deep": {"list": [1, "two", None, True]}},
    attributes={"assessment_id": PATIENT, "max_cost": 1_000_000},
)


# --- create and read ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "run",
    [a_run(), *(a_run_that_is(status) for status in Status), FULL],
    ids=lambda run: run.status,
)
def test_a_created_run_comes_back_whole(world: World, run: Run) -> None:
    assert world.runs.create(run) is None
    assert world.runs.get(run.id) == run


def test_the_first_create_wins_and_the_second_reads_it_untouched(world: World) -> None:
    first = a_run()
    assert world.runs.create(first) is None
    assert world.runs.create(replace(first, gen="other", fingerprint="99" * 32)) == first
    assert world.runs.get(first.id) == first


def test_a_run_that_the_state_machine_forbids_is_not_created(world: World) -> None:
    with pytest.raises(IllegalChange):
        world.runs.create(a_run(completed_at=MORNING))
    assert world.runs.get(run_id(1)) is None


def test_there_is_no_run_where_another_kind_of_thing_has_the_id(world: World) -> None:
    world.artifacts.use_key(run_id(1), "aa" * 32, run_id(1))
    assert world.runs.get(run_id(1)) is None
    with pytest.raises(IdempotencyKeyReused):
        world.runs.create(a_run())
    with pytest.raises(GuardFailed) as lost:
        world.runs.apply(transitions.claim(run_id(1), MORNING, MORNING + HOUR, "op"))
    assert lost.value.current is None


# --- apply ----------------------------------------------------------------------------------------


def test_a_change_answers_and_leaves_the_whole_run(world: World) -> None:
    run = a_run()
    world.runs.create(run)
    claimed = world.runs.apply(transitions.claim(run.id, MORNING, MORNING + HOUR, "op1"))
    expected = a_run(
        status=Status.RUNNING,
        started_at=MORNING,
        lessee=WORKER,
        lease_until=MORNING + HOUR,
        attempt=1,
        fence=1,
        available_at=0,
        ring_after=0,
        ring_interval=0,
        history=(*run.history, HistoryEntry(MORNING, WORKER, Status.RUNNING, "op1")),
    )
    assert claimed == expected == world.runs.get(run.id)


def test_a_checkpoint_keeps_step_usage_artifacts_and_lease(world: World) -> None:
    run = a_run_that_is(Status.RUNNING)
    world.runs.create(run)
    change = transitions.checkpoint(
        run,
        MORNING + 5,
        "op",
        "build_context",
        a_step(),
        lease_until=MORNING + DAY,
        usage=SPENT,
        artifacts=(run_id(7),),
    )
    entry = HistoryEntry(
        MORNING + 5, WORKER, Status.RUNNING, "op", 1, "build_context", artifacts=(run_id(7),)
    )
    assert world.runs.apply(change) == replace(
        run,
        lease_until=MORNING + DAY,
        usage=SPENT,
        steps={"build_context": a_step()},
        history=(*run.history, entry),
    )


def test_sums_take_the_values_before_the_write(world: World) -> None:
    """A claim after a continuation costs nothing, though the same write makes the next claim cost
    one.
    """
    world.runs.create(a_run(attempt=3, claim_cost=0))
    claimed = world.runs.apply(transitions.claim(run_id(1), MORNING, MORNING + HOUR, "op"))
    assert (claimed.attempt, claimed.claim_cost) == (3, 1)


def test_a_removed_field_is_gone(world: World) -> None:
    run = a_run_that_is(Status.FAILED)
    world.runs.create(run)
    queued = world.runs.apply(transitions.retry(run, CLINICIAN, MORNING, "op", TIMING))
    assert (queued.error_code, queued.error_detail, queued.started_at, queued.completed_at) == (
        None,
        None,
        None,
        None,
    )


def test_a_lost_guard_carries_the_run_as_it_is_and_changes_nothing(world: World) -> None:
    run = a_run_that_is(Status.CANCELLED)
    world.runs.create(run)
    with pytest.raises(GuardFailed) as lost:
        world.runs.apply(transitions.claim(run.id, MORNING, MORNING + HOUR, "op"))
    assert lost.value.current == run == world.runs.get(run.id)


def test_a_change_of_a_run_that_is_not_there(world: World) -> None:
    with pytest.raises(GuardFailed) as lost:
        world.runs.apply(transitions.claim(run_id(1), MORNING, MORNING + HOUR, "op"))
    assert lost.value.current is None
    assert world.runs.get(run_id(1)) is None


def test_a_write_that_was_applied_recognises_itself(world: World) -> None:
    world.runs.create(a_run())
    change = transitions.claim(run_id(1), MORNING, MORNING + HOUR, "op")
    claimed = world.runs.apply(change)
    assert world.runs.apply(change) == claimed
    assert world.runs.get(run_id(1)) == claimed


def test_an_applied_write_that_comes_again_after_others_answers_what_stands(world: World) -> None:
    world.runs.create(a_run())
    claim = transitions.claim(run_id(1), MORNING, MORNING + HOUR, "op")
    cancelled = world.runs.apply(
        transitions.cancel(world.runs.apply(claim), CLINICIAN, MORNING, "op2")
    )
    assert world.runs.apply(claim) == cancelled == world.runs.get(run_id(1))


# --- lists ----------------------------------------------------------------------------------------


def walk(world: World, scope: Scope, limit: int) -> list[Run]:
    found: list[Run] = []
    position: str | None = None
    while True:
        page = world.runs.page(scope, position, limit)
        assert len(page.runs) <= limit
        found += page.runs
        position = page.position
        if position is None:
            return found


SCOPES = {
    "subject": Scope("subject", ORG, f"patient#{PATIENT}"),
    "creator": Scope("creator", ORG, CLINICIAN),
    "organisation": Scope("organisation", ORG),
}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_a_list_is_newest_first_and_loses_nothing_between_pages(
    world: World, scope: Scope, limit: int
) -> None:
    mine = [a_run(n, created_at=MORNING + n // 2) for n in range(7)]
    others = [
        a_run(20, org_id=OTHER_ORG),
        a_run(21, created_by=ADMIN, subject=Subject("patient", run_id(99))),
    ]
    for run in mine + others:
        world.runs.create(run)
    expected = mine if scope.kind != "organisation" else [*mine, others[1]]
    newest_first = sorted(expected, key=lambda run: (run.created_at, run.id), reverse=True)
    assert walk(world, scope, limit) == newest_first


def test_a_list_shows_runs_as_they_are_now(world: World) -> None:
    run = a_run()
    world.runs.create(run)
    cancelled = world.runs.apply(transitions.cancel(run, CLINICIAN, MORNING, "op"))
    assert walk(world, SCOPES["creator"], 10) == [cancelled]


def test_a_position_stands_after_its_run_and_before_names_a_moment(world: World) -> None:
    runs = [a_run(n, created_at=MORNING + n) for n in range(4)]
    for run in runs:
        world.runs.create(run)
    scope = SCOPES["organisation"]
    assert world.runs.page(scope, world.runs.position_of(runs[2]), 10).runs == [runs[1], runs[0]]
    assert world.runs.page(scope, world.runs.before(MORNING + 2), 10).runs == [runs[1], runs[0]]


def test_rare_ends_are_listed_by_themselves_and_leave_the_list_with_a_retry(world: World) -> None:
    failed, cancelled = a_run_that_is(Status.FAILED, 1), a_run_that_is(Status.CANCELLED, 2)
    for run in (failed, cancelled, a_run_that_is(Status.SUCCEEDED, 3), a_run(4)):
        world.runs.create(run)
    assert walk(world, Scope("rare", ORG, "failed"), 10) == [failed]
    assert walk(world, Scope("rare", ORG, "cancelled"), 10) == [cancelled]
    world.runs.apply(transitions.retry(failed, CLINICIAN, MORNING, "op", TIMING))
    assert walk(world, Scope("rare", ORG, "failed"), 10) == []
    assert walk(world, Scope("rare", OTHER_ORG, "cancelled"), 10) == []


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (Only(), [0, 1, 2, 3, 4, 5, 6]),
        (Only({"waiting"}), [2]),
        (Only({"failed", "queued"}), [0, 4, 6]),
        (Only(workflow="analysis"), [6]),
        (Only({"queued"}, "analysis"), [6]),
        (Only({"failed"}, "analysis"), []),
    ],
)
def test_a_list_is_examined_as_far_for_some_of_its_runs_as_for_all(
    world: World, only: Only, found: list[int]
) -> None:
    runs = [a_run_that_is(status, n, created_at=MORNING + n) for n, status in enumerate(Status)]
    runs.append(a_run(6, workflow="analysis", created_at=MORNING + 6))
    for run in runs:
        world.runs.create(run)
    whole = world.runs.page(SCOPES["organisation"], None, 6)
    part = world.runs.page(SCOPES["organisation"], None, 6, only=only)
    assert part.runs == [runs[n] for n in reversed(found) if n > 0]
    assert (
        world.runs.at([world.runs.position_of(row) for row in whole.rows], only=only) == part.rows
    )
    assert part.position == whole.position
    assert part.position is not None
    rest = world.runs.page(SCOPES["organisation"], part.position, 6, only=only)
    assert rest.runs == [runs[n] for n in found if n == 0]


def test_open_runs_are_those_that_have_not_ended(world: World) -> None:
    runs = [a_run_that_is(status, n) for n, status in enumerate(Status)]
    for run in runs:
        world.runs.create(run)
    assert {run.id for run in listed_open(world)} == {run.id for run in runs if not run.is_terminal}


def test_a_run_leaves_the_open_runs_with_its_end_and_returns_with_a_retry(world: World) -> None:
    run = a_run_that_is(Status.RUNNING)
    world.runs.create(run)
    failed = world.runs.apply(
        transitions.fail(
            run,
            MORNING,
            "op1",
            "LLM_ERROR",
            step=None,
            detail=REF,
            usage=run.usage,
            new_round=False,
        )
    )
    assert listed_open(world) == []
    retried = world.runs.apply(transitions.retry(failed, CLINICIAN, MORNING, "op2", TIMING))
    assert listed_open(world) == [retried]


def test_a_spoiled_step_is_kept_as_such_until_it_is_done_again(world: World) -> None:
    run = a_run_that_is(Status.RUNNING)
    kept, spoiled = StepRecord(REF, SPENT, {"n": 1}), StepRecord(REF, SPENT, {"n": 1}, spoiled=True)
    run = replace(run, steps={"one": kept})
    world.runs.create(run)
    fail = transitions.fail(
        run,
        MORNING,
        "op1",
        "VALIDATION_ERROR",
        step="two",
        detail=REF,
        usage=SPENT,
        new_round=True,
        spoiled=("one", spoiled),
    )
    failed = world.runs.apply(fail)
    assert (failed.steps, failed.spoiled) == ({}, {"one": spoiled})
    assert world.runs.get(run.id) == failed
    retried = world.runs.apply(transitions.retry(failed, CLINICIAN, MORNING, "op2", TIMING))
    claimed = world.runs.apply(transitions.claim(run.id, MORNING, MORNING + 1, "op3"))
    assert retried.spoiled == claimed.spoiled == failed.spoiled
    done = transitions.checkpoint(
        claimed, MORNING, "op4", "one", StepRecord(REF), lease_until=MORNING + 1, usage=SPENT
    )
    assert (world.runs.apply(done).steps, world.runs.apply(done).spoiled) == (
        {"one": StepRecord(REF)},
        {},
    )


def test_more_open_runs_than_a_page_are_all_found(world: World) -> None:
    """Of one shard: their ids end alike."""
    for n in range(120):
        world.plant(a_run(16 * n))
    assert {run.id for run in listed_open(world)} == {run_id(16 * n) for n in range(120)}


def listed_open(world: World) -> list[Run]:
    return [run for run in all_open(world.runs) if isinstance(run, Run)]


def test_a_run_that_nobody_can_read_is_named_among_the_others_and_hides_none(world: World) -> None:
    runs = [a_run(number) for number in range(5)]
    for run in runs:
        world.plant(run)
    world.spoil(runs[2])
    lost = runs[2]
    unreadable = Unreadable(lost.id, ORG, lost.created_at, lost.subject, lost.created_by)
    found = {run if isinstance(run, Unreadable) else run.id for run in all_open(world.runs)}
    assert found == {run.id for run in runs if run is not runs[2]} | {unreadable}
    page = world.runs.page(Scope("organisation", ORG), None, 10)
    assert page.rows == [*runs[:2:-1], unreadable, *runs[1::-1]]
    assert page.runs == [*runs[:2:-1], *runs[1::-1]]
    assert world.runs.page(
        Scope("organisation", ORG), world.runs.position_of(unreadable), 10
    ).rows == [*runs[1::-1]]
    with pytest.raises(RunUnreadable):
        world.runs.get(runs[2].id)
    with pytest.raises(RunUnreadable):
        world.runs.apply(transitions.cancel(runs[2], CLINICIAN, MORNING, "op"))


def test_a_reference_keeps_its_size(world: World) -> None:
    run = a_run(input=PayloadRef("0f" * 32, 4_000_000_000))
    world.runs.create(run)
    assert world.runs.get(run.id) == run
