"""Backoff: capped, jittered in its upper half, never under what the other side asked for, never over what SQS can wait."""

from hypothesis import given
from hypothesis import strategies as st

from shared.runs.timing import MAX_DELAY, MINUTE, SECOND, Timing, backoff

ATTEMPTS, RUNS = st.integers(1, 10), st.uuids().map(str)
TIMINGS = st.builds(Timing, backoff_base=st.integers(1, 60_000), backoff_cap=st.integers(1, 600_000))


@given(RUNS, ATTEMPTS, TIMINGS)
def test_the_wait_lies_in_the_upper_half_of_a_doubling_ceiling(run_id: str, attempt: int, timing: Timing) -> None:
    ceiling = min(timing.backoff_cap, timing.backoff_base * 2 ** (attempt - 1))
    assert ceiling // 2 <= backoff(run_id, attempt, timing, None) <= ceiling


@given(RUNS, ATTEMPTS, st.floats(0, 10_000))
def test_what_the_other_side_asked_is_a_floor_up_to_what_the_queue_can_wait(run_id: str, attempt: int, asked: float) -> None:
    wait = backoff(run_id, attempt, Timing(), asked)
    assert min(MAX_DELAY, int(asked * SECOND)) <= wait <= MAX_DELAY
    assert wait >= backoff(run_id, attempt, Timing(), None)


@given(RUNS, ATTEMPTS, st.none() | st.floats(0, 1_000))
def test_a_replayed_write_computes_the_same_moment(run_id: str, attempt: int, asked: float | None) -> None:
    assert backoff(run_id, attempt, Timing(), asked) == backoff(run_id, attempt, Timing(), asked)


def test_runs_that_failed_together_come_back_spread_out() -> None:
    waits = {backoff(f"run-{n}", 3, Timing(), None) for n in range(200)}
    assert len(waits) > 150
    assert max(waits) - min(waits) > 3 * SECOND


def test_the_defaults_stay_under_five_minutes() -> None:
    assert max(backoff("run", attempt, Timing(), None) for attempt in range(1, 11)) <= 5 * MINUTE
