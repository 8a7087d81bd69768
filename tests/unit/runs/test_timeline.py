"""What a history tells: events with their attempts, when steps began and ended, and what failed."""

from itertools import pairwise

from shared.records.run import Status
from shared.runs.codes import EventCode, FailureCode
from shared.runs.timeline import (
    StepTimes,
    current_step,
    events,
    failures,
    is_done,
    reached_step,
    skips_validation,
    step_times,
)
from tests.fakes.world import MORNING
from tests.support.samples import a_run
from tests.support.story import Story

STEPS = ("one", "two")


def test_events_are_gapless_and_each_begins_where_the_last_ended() -> None:
    told = events(Story().claim().checkpoint("one").release("two").claim().complete("two").run)
    assert [event.seq for event in told] == [1, 2, 3, 4, 5, 6]
    assert told[0].before is None
    assert all(later.before is earlier.entry.to for earlier, later in pairwise(told))


def test_a_claim_has_the_attempt_that_it_began() -> None:
    told = events(Story().claim().checkpoint("one").release("two").claim().complete("two").run)
    assert [(event.entry.to.value, event.attempt) for event in told] == [
        ("queued", 0), ("running", 1), ("running", 1), ("queued", 1), ("running", 2),
        ("succeeded", 2),
    ]  # fmt: skip


def test_the_claim_that_stands_last_has_the_runs_attempt() -> None:
    assert events(Story().claim().lose_lease().claim().run)[-1].attempt == 2


def test_a_continuation_stays_in_its_attempt() -> None:
    assert [event.attempt for event in events(Story().claim().continue_later().claim().run)] == [
        0,
        1,
        1,
        1,
    ]


def test_gated_steps_count_their_attempts_anew() -> None:
    told = events(Story().claim().release("one").claim().pause("one").advance().claim().run)
    assert [event.attempt for event in told] == [0, 1, 1, 2, 2, 2, 1]


def test_the_current_step_is_the_first_without_a_result() -> None:
    story = Story()
    assert current_step(story.run, STEPS) == "one"
    assert current_step(story.claim().checkpoint("one").run, STEPS) == "two"
    assert current_step(story.complete("two").run, STEPS) is None


def test_a_step_begins_where_the_entry_before_it_stands() -> None:
    run = Story().claim().checkpoint("one").complete("two").run
    claimed, first, second = (MORNING + n * 1_000 for n in (1, 2, 3))
    assert step_times(run, STEPS) == {
        "one": StepTimes(claimed, first, 1),
        "two": StepTimes(first, second, 1),
    }


def test_a_running_step_has_begun_and_the_next_has_not() -> None:
    run = Story().claim().checkpoint("one").run
    assert step_times(run, (*STEPS, "three"))["two"] == StepTimes(MORNING + 2_000, None, 1)
    assert step_times(run, (*STEPS, "three"))["three"] == StepTimes()


def test_a_failed_step_shows_its_last_failure_until_it_succeeds() -> None:
    story = Story().claim().release("one")
    assert step_times(story.run, STEPS)["one"] == StepTimes(
        MORNING + 1_000, None, 1, FailureCode.LLM_ERROR
    )
    story.claim().checkpoint("one")
    assert step_times(story.run, STEPS)["one"] == StepTimes(MORNING + 3_000, MORNING + 4_000, 2)


def test_a_queued_run_has_no_step_under_way() -> None:
    assert step_times(Story().run, STEPS) == {"one": StepTimes(), "two": StepTimes()}


def test_a_run_has_reached_the_step_it_failed_in_and_goes_back_to_a_spoiled_one() -> None:
    story = Story().claim().checkpoint("one").fail("two", redo="one")
    assert (reached_step(story.run, STEPS), is_done(story.run, "one", STEPS)) == ("two", True)
    assert step_times(story.run, STEPS)["one"] == StepTimes(MORNING + 1_000, MORNING + 2_000, 1)
    story.retry()
    assert (reached_step(story.run, STEPS), is_done(story.run, "one", STEPS)) == ("one", False)
    story.claim().fail("one")
    assert (reached_step(story.run, STEPS), is_done(story.run, "one", STEPS)) == ("one", False)
    story.retry().claim().checkpoint("one").complete("two")
    assert (reached_step(story.run, STEPS), story.run.spoiled) == (None, {})


def test_failures_are_transient_ones_lost_leases_and_ends() -> None:
    run = (
        Story(a_run(max_attempts=3))
        .claim()
        .release("one")
        .claim()
        .lose_lease()
        .claim()
        .fail("one", FailureCode.VALIDATION_ERROR)
        .run
    )
    codes = [(event.entry.code, event.entry.step, event.attempt) for event in failures(run)]
    assert codes == [
        (FailureCode.LLM_ERROR, "one", 1),
        (EventCode.LEASE_LOST, None, 2),
        (FailureCode.VALIDATION_ERROR, "one", 3),
    ]


def test_what_people_asked_is_no_failure() -> None:
    assert failures(Story().execute().claim().continue_later().cancel().run) == []


def test_a_persons_own_code_is_a_failure() -> None:
    assert [
        event.entry.code for event in failures(Story().claim().fail("one", "OUT_OF_SCOPE").run)
    ] == ["OUT_OF_SCOPE"]


def test_validation_is_skipped_only_by_the_last_advance() -> None:
    story = Story().claim().pause("one", held=True)
    assert not skips_validation(story.run)
    assert skips_validation(story.advance(skip_validation=True).run)
    assert skips_validation(story.claim().run)
    assert not skips_validation(story.pause("one").advance().run)


def test_updated_at_is_the_last_entrys() -> None:
    story = Story().claim()
    assert story.run.updated_at == MORNING + 1_000
    assert story.cancel().run.updated_at == MORNING + 2_000
    assert story.run.status is Status.CANCELLED
