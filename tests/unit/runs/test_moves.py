"""The moves: which actor may make which from which status, and what each leaves.

Long because every move of a run has its cases here, beside the table of moves.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from shared.errors import Conflict, GuardFailed
from shared.records.gate import Reason
from shared.records.money import Usage
from shared.records.run import (
    MAX_HISTORY,
    SWEEPER,
    WORKER,
    Dispatch,
    HistoryEntry,
    Run,
    Status,
    StepRecord,
)
from shared.runs import transitions
from shared.runs.changes import TRANSITIONS, Change, Guard, IllegalChange, check_state
from shared.runs.codes import FailureCode
from shared.runs.due import due_at
from shared.runs.invariants import violates
from shared.runs.timing import DAY, HOUR, MINUTE, RING_FIRST, RING_LAST, Timing
from shared.runs.transitions import Retry, retry
from tests.fakes.world import MORNING
from tests.support.samples import CLINICIAN, REF, STATE, a_run, a_run_that_is
from tests.support.story import GATE, Story

TIMING, NOW = Timing(), MORNING + HOUR
Move = Callable[[Run], Change]


def _end_taken(run: Run) -> Change:
    return transitions.end_taken(run, CLINICIAN, NOW, "op", output=REF, code=None, detail=None)


PERSON: dict[str, tuple[Move, set[Status]]] = {
    "take": (lambda r: transitions.take(r, CLINICIAN, NOW, "op", TIMING), {Status.QUEUED}),
    "execute": (lambda r: transitions.execute(r, CLINICIAN, NOW, "op", TIMING), {Status.QUEUED}),
    "attach": (lambda r: transitions.attach(r, CLINICIAN, NOW, "op", "artifact"), {Status.QUEUED}),
    "cancel": (
        lambda r: transitions.cancel(r, CLINICIAN, NOW, "op"),
        {Status.QUEUED, Status.RUNNING, Status.WAITING},
    ),
    "retry": (lambda r: transitions.retry(r, CLINICIAN, NOW, "op", TIMING), {Status.FAILED}),
    "advance": (
        lambda r: transitions.advance(r, CLINICIAN, NOW, "op", skip_validation=False),
        {Status.WAITING},
    ),
    "end_taken": (_end_taken, {Status.RUNNING}),
}
WORKER_MOVES: dict[str, Move] = {
    "claim": lambda r: transitions.claim(r.id, NOW, NOW + HOUR, "op"),
    "checkpoint": lambda r: transitions.checkpoint(
        r, NOW, "op", "s", StepRecord(), lease_until=NOW, usage=Usage()
    ),
    "complete": lambda r: transitions.complete(
        r, NOW, "op", "s", StepRecord(), output=REF, usage=Usage()
    ),
    "fail": lambda r: transitions.fail(
        r, NOW, "op", "LLM_ERROR", step="s", detail=None, usage=Usage(), new_round=False
    ),
    "release": lambda r: transitions.release(
        r, NOW, "op", "LLM_ERROR", step="s", available_at=NOW, usage=Usage()
    ),
    "continue_later": lambda r: transitions.continue_later(r, NOW, "op"),
    "refused_entry": lambda r: transitions.refused_entry(
        r,
        NOW,
        "op",
        gate=GATE,
        reason=Reason.PROVIDER_OVERLOADED,
        step="s",
        usage=Usage(),
        timing=TIMING,
    ),
    "pause": lambda r: transitions.pause(
        r, NOW, "op", step="s", record=StepRecord(), timing=TIMING, usage=Usage()
    ),
}
SWEEPER_MOVES: dict[str, Move] = {
    "lose_lease": lambda r: transitions.lose_lease(r, NOW, "op"),
    "expire_deadline": lambda r: transitions.expire_deadline(r, NOW, "op"),
    "expire_gate": lambda r: transitions.expire_gate(r, NOW, "op"),
    "park": lambda r: transitions.park(
        r, NOW, "op", actor=SWEEPER, gate=GATE, reason=Reason.PAUSED, timing=TIMING
    ),
    "unpark": lambda r: transitions.unpark(r, NOW, TIMING),
    "put_off_ring": lambda r: transitions.put_off_ring(r, NOW),
    "ring": lambda r: transitions.ring(r, NOW),
}


ALL_MOVES = WORKER_MOVES | SWEEPER_MOVES | {name: move for name, (move, _) in PERSON.items()}
SOURCES = [
    *map(a_run_that_is, Status),
    a_run(gate=GATE),
    a_run_that_is(Status.RUNNING, lessee=CLINICIAN),
]


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", PERSON)
def test_a_person_may_move_a_run_from_these_statuses_only(name: str, status: Status) -> None:
    move, allowed = PERSON[name]
    run = a_run_that_is(
        status,
        **({"lessee": CLINICIAN} if status is Status.RUNNING else {})
        | ({"fence": 0} if name == "attach" else {}),
    )
    if status not in allowed:
        with pytest.raises(Conflict, match=f"current: {status}"):
            move(run)
    else:
        guard = move(run).guard
        assert guard == Guard(frozenset({status}), version=run.version)


@pytest.mark.parametrize("name", sorted(WORKER_MOVES.keys() - {"claim"}))
def test_every_move_of_a_worker_guards_running_and_its_fence(name: str) -> None:
    guard = WORKER_MOVES[name](a_run_that_is(Status.RUNNING, fence=7)).guard
    assert guard == Guard(frozenset({Status.RUNNING}), fence=7)


def test_every_pair_of_the_table_has_a_move_that_makes_it() -> None:
    """And no move makes another, because such a Change cannot be built."""
    runs = [*SOURCES, Story(a_run_that_is(Status.WAITING)).expire_gate().run]
    made = {pair for run in runs for move in ALL_MOVES.values() for pair in _pairs(move, run)}
    assert made == {
        (source, target) for source, targets in TRANSITIONS.items() for target in targets
    }


def _pairs(move: Move, run: Run) -> set[tuple[Status, Status]]:
    try:
        change = move(run)
    except (Conflict, ValueError):
        return set()
    return {(source, change.target) for source in change.guard.statuses if change.target}


@pytest.mark.parametrize("name", ALL_MOVES)
def test_every_move_that_can_be_made_leaves_a_legal_run(name: str) -> None:
    made = 0
    for run, deadline in product(SOURCES, (MORNING, NOW + HOUR)):
        story = Story(replace(run, deadline_at=deadline, lease_until=run.lease_until and MORNING))
        try:
            story.apply(ALL_MOVES[name](story.run))
        except (Conflict, IllegalChange, GuardFailed):
            continue
        made += 1
        check_state({field: getattr(story.run, field) for field in Run.__slots__})
        assert story.run.history[-1].to is story.run.status
    assert made


# --- what they leave ------------------------------------------------------------------------------


def test_a_claim_counts_a_start_and_a_fence() -> None:
    run = Story().claim().run
    assert (run.status, run.attempt, run.fence, run.lessee) == (Status.RUNNING, 1, 1, WORKER)
    assert run.started_at == run.updated_at


def test_a_continuation_costs_no_attempt_and_the_claim_after_it_does_again() -> None:
    story = Story().claim().continue_later()
    assert story.run.claim_cost == 0
    assert (story.claim().run.attempt, story.run.claim_cost, story.run.fence) == (1, 1, 2)
    assert story.release("s").claim().run.attempt == 2


def test_a_person_who_takes_a_continued_run_spends_no_attempt_either() -> None:
    run = Story(a_run(max_attempts=1)).claim().continue_later().take().run
    assert (run.attempt, run.max_attempts, run.lessee, violates(run)) == (1, 1, CLINICIAN, False)


def test_going_back_to_the_queue_is_due_when_said_and_rung_a_minute_later() -> None:
    run = Story().claim().release("s", wait=5 * MINUTE).run
    assert run.available_at == run.updated_at + 5 * MINUTE
    assert (run.ring_after, run.ring_interval) == (run.available_at + RING_FIRST, RING_FIRST)


def test_rings_double_from_a_minute_to_a_quarter_of_an_hour() -> None:
    story = Story()
    intervals = []
    for _ in range(7):
        now = story.run.ring_after
        story.apply(transitions.ring(story.run, now))
        intervals.append((story.run.ring_after - now) // MINUTE)
    assert intervals == [2, 4, 8, 15, 15, 15, 15]
    assert RING_LAST == 15 * MINUTE


def test_a_failure_that_needs_another_answer_raises_the_round() -> None:
    running = Story().claim().run
    for new_round, expected in ((False, 0), (True, 1)):
        change = transitions.fail(
            running,
            NOW,
            "op",
            "VALIDATION_ERROR",
            step="s",
            detail=None,
            usage=Usage(),
            new_round=new_round,
        )
        assert change.set["round"] == expected


def test_a_retry_grants_at_least_one_more_attempt_and_takes_none_away() -> None:
    story = Story(a_run(max_attempts=2)).claim().fail("s").retry()
    assert (story.run.attempt, story.run.max_attempts) == (1, 2)
    assert story.claim().run.attempt == 2
    story.fail("s").retry().claim()
    assert (story.run.attempt, story.run.max_attempts) == (3, 3)
    failed = story.fail("s").run
    for asked, most in ((1, 4), (4, 4), (7, 7)):
        change = retry(failed, "p", MORNING, "op", TIMING, Retry(max_attempts=asked))
        assert change.set["max_attempts"] == most


def test_a_refreshed_run_begins_at_its_first_step_and_has_paid_for_what_it_did() -> None:
    spent = Usage("m", calls=1, cost=5)
    failed = Story().claim().checkpoint("one", spent).fail("two").run
    change = retry(failed, "p", MORNING, "op", TIMING, Retry(refresh=True, max_cost=7))
    assert {name: step.spoiled for name, step in change.again.items()} == {"one": True}
    assert change.set["attributes"] == {**failed.attributes, "max_cost": 7}
    assert not retry(failed, "p", MORNING, "op", TIMING).again


def test_a_retry_extends_a_deadline_that_is_over_and_keeps_one_that_is_later() -> None:
    retried = Story().expire_deadline().retry().run
    assert retried.deadline_at == retried.updated_at + TIMING.deadline_worker
    far = MORNING + 20 * DAY
    assert Story(a_run(deadline_at=far)).claim().fail("s").retry().run.deadline_at == far


def test_a_retry_keeps_what_was_finished_and_spent() -> None:
    spent = Usage("m", calls=1, cost=5)
    run = Story().claim().checkpoint("one", spent).fail("two").retry().run
    assert set(run.steps) == {"one"}
    assert run.usage == spent


def test_the_retry_of_an_expired_gate_goes_back_to_its_gate() -> None:
    run = Story(a_run_that_is(Status.WAITING)).expire_gate().retry().run
    assert (run.status, run.error_code, run.completed_at) == (Status.WAITING, None, None)
    assert run.gate_until == run.updated_at + TIMING.gate


def test_execute_is_accepted_once_per_queued_spell() -> None:
    story = Story(a_run(dispatch=Dispatch.MANUAL)).execute()
    assert (story.run.dispatch, story.run.deadline_at) == (
        Dispatch.AUTO,
        story.run.updated_at + TIMING.deadline_worker,
    )
    with pytest.raises(Conflict):
        story.execute()
    story.attach("artifact")
    with pytest.raises(Conflict):
        story.execute()
    story.claim().release("s", wait=HOUR)
    assert story.execute().run.available_at == story.run.updated_at


def test_execute_leaves_the_deadline_of_a_run_that_the_worker_had_anyway() -> None:
    assert Story().execute().run.deadline_at == MORNING + DAY


def test_a_workers_lease_is_no_persons_to_end_and_a_persons_is() -> None:
    with pytest.raises(Conflict, match="by the worker"):
        _end_taken(Story().claim().run)
    taken = Story().take()
    assert taken.apply(_end_taken(taken.run)).run.output == REF


def test_a_person_may_end_a_run_with_a_code_of_their_own() -> None:
    story = Story().take()
    story.apply(
        transitions.end_taken(
            story.run, CLINICIAN, NOW, "op", output=None, code="OUT_OF_SCOPE", detail=REF
        )
    )
    assert (story.run.status, story.run.error_code, story.run.error_detail) == (
        Status.FAILED,
        "OUT_OF_SCOPE",
        REF,
    )


def test_a_lost_lease_is_requeued_until_the_attempts_are_spent() -> None:
    story = Story(a_run(max_attempts=2)).claim().lose_lease()
    assert (story.run.status, story.run.lessee) == (Status.QUEUED, None)
    story.claim().lose_lease()
    assert (story.run.status, story.run.error_code) == (
        Status.FAILED,
        FailureCode.MAX_ATTEMPTS_REACHED,
    )


def test_a_persons_lost_lease_fails_the_run() -> None:
    run = Story().take().lose_lease().run
    assert (run.status, run.error_code, run.history[-1].actor) == (
        Status.FAILED,
        FailureCode.LEASE_EXPIRED,
        SWEEPER,
    )


def test_a_taken_run_has_a_persons_lease_and_deadline() -> None:
    run = Story().take().run
    assert (run.lessee, run.lease_until) == (CLINICIAN, run.updated_at + TIMING.person_lease)
    assert run.deadline_at == run.updated_at + TIMING.deadline_people


def test_a_run_parked_for_people_has_their_deadline_and_is_due_when_its_gate_opens() -> None:
    story = Story().park()
    assert (story.run.gate, story.run.deadline_at) == (
        GATE,
        story.run.updated_at + TIMING.deadline_people,
    )
    assert transitions.parking_reason(story.run) is Reason.PAUSED
    story.unpark()
    assert (story.run.gate, story.run.available_at) == (None, story.now)
    assert story.run.deadline_at == story.now + TIMING.deadline_worker
    assert [entry.code for entry in story.run.history[1:]] == [Reason.PAUSED]


def test_a_refused_entry_parks_the_run_without_spending_an_attempt() -> None:
    claimed = Story().claim().run
    change = transitions.refused_entry(
        claimed,
        NOW,
        "op",
        gate=GATE,
        reason=Reason.PROVIDER_OVERLOADED,
        step="draft",
        usage=Usage(),
        timing=TIMING,
    )
    assert (change.set["gate"], change.set["claim_cost"], change.places) == (GATE, 0, True)
    assert change.set["deadline_at"] == change.due == claimed.deadline_at


@pytest.mark.parametrize("name", ALL_MOVES)
def test_every_move_says_when_the_run_is_next_due(name: str) -> None:
    """Of a run that stays open, never later than anything that is due to it."""
    for run in SOURCES:
        try:
            change = ALL_MOVES[name](run)
        except (Conflict, ValueError):
            continue
        after = replace(run, **change.set)
        if change.org_id is None:
            assert change.due == after.lease_until
        else:
            assert (change.due, change.gate) == (due_at(after), after.gate)
            assert change.places or not run.is_terminal


def test_a_step_held_by_its_checks_is_kept_as_pending_in_a_new_round() -> None:
    run = Story().claim().pause("draft", held=True).run
    assert (set(run.steps), run.round) == ({transitions.pending("draft")}, 1)
    assert run.history[-1].code == FailureCode.CHECKS_FAILED
    passed = Story().claim().pause("draft").run
    assert (set(passed.steps), passed.round, passed.history[-1].code) == ({"draft"}, 0, None)


def test_each_gated_step_has_its_own_attempts() -> None:
    story = Story().claim().release("s").claim().pause("draft")
    assert story.run.attempt == 2
    assert story.advance().run.attempt == 0
    assert story.claim().run.attempt == 1


def test_artifacts_are_attached_before_the_first_start_only() -> None:
    assert Story().attach("one").attach("two").run.artifacts == ("one", "two")
    with pytest.raises(Conflict, match="before the first start"):
        Story().claim().release("s").attach("late")


def full_history(status: Status) -> tuple[HistoryEntry, ...]:
    entries = (HistoryEntry(MORNING, WORKER, Status.RUNNING, str(n)) for n in range(MAX_HISTORY))
    return (*entries, HistoryEntry(MORNING, CLINICIAN, status, "last"))


@pytest.mark.parametrize("name", sorted(PERSON.keys() - {"attach", "retry", "advance"}))
def test_a_full_history_can_still_be_executed_and_ended(name: str) -> None:
    move, statuses = PERSON[name]
    for status in sorted(statuses):
        taken = {"lessee": CLINICIAN} if status is Status.RUNNING else {}
        move(a_run_that_is(status, **taken, history=full_history(status)))


@pytest.mark.parametrize("name", ["attach", "retry", "advance"])
def test_a_full_history_takes_no_more_spells(name: str) -> None:
    move, (status,) = PERSON[name]
    fields = {} if name == "attach" else STATE[status]
    entries = tuple(
        HistoryEntry(MORNING, WORKER, Status.RUNNING, str(n)) for n in range(MAX_HISTORY - 1)
    )
    almost = a_run(status=status, **fields, history=entries)
    move(almost)
    with pytest.raises(Conflict, match="takes no more"):
        move(
            a_run(
                status=status,
                **fields,
                history=(*entries, HistoryEntry(MORNING, WORKER, status, "last")),
            )
        )
