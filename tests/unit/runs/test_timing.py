"""Backoff: capped, fully jittered, never under what the other side asked for, and no herd."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runs.timing import MAX_DELAY, MINUTE, SECOND, Timing, backoff

ATTEMPTS, RUNS = st.integers(1, 10), st.uuids().map(str)
TIMINGS = st.builds(
    Timing, backoff_base=st.integers(1, 60_000), backoff_cap=st.integers(1, 600_000)
)


@given(RUNS, ATTEMPTS, TIMINGS)
def test_the_wait_lies_under_a_doubling_ceiling(run_id: str, attempt: int, timing: Timing) -> None:
    ceiling = min(timing.backoff_cap, timing.backoff_base * 2 ** (attempt - 1))
    assert 0 <= backoff(run_id, attempt, timing, None) < ceiling


@given(RUNS, ATTEMPTS, st.floats(0, 10_000))
def test_what_the_other_side_asked_is_a_floor_up_to_what_the_queue_can_wait(
    run_id: str, attempt: int, asked: float
) -> None:
    wait = backoff(run_id, attempt, Timing(), asked)
    floor = min(MAX_DELAY, int(asked * SECOND))
    assert floor <= wait < floor + max(Timing().backoff_cap, 1)


@given(RUNS, ATTEMPTS, st.none() | st.floats(0, 1_000))
def test_a_replayed_write_computes_the_same_moment(
    run_id: str, attempt: int, asked: float | None
) -> None:
    assert backoff(run_id, attempt, Timing(), asked) == backoff(run_id, attempt, Timing(), asked)


def test_runs_that_failed_together_come_back_spread_out() -> None:
    waits = {backoff(f"run-{n}", 3, Timing(), None) for n in range(200)}
    assert len(waits) > 150
    assert max(waits) - min(waits) > 7 * SECOND


@pytest.mark.parametrize("asked", [1, 30, 900, 2_000])
def test_runs_that_were_told_the_same_retry_after_come_back_spread_out(asked: int) -> None:
    """1,000 runs at one moment would be turned away together again."""
    waits = [backoff(f"run-{n}", 1, Timing(), asked) for n in range(1_000)]
    assert len(set(waits)) > 700
    assert min(waits) >= min(MAX_DELAY, asked * SECOND)
    assert max(waits) - min(waits) > min(asked, 300) * SECOND * 0.95


def test_the_defaults_stay_under_five_minutes() -> None:
    assert max(backoff("run", attempt, Timing(), None) for attempt in range(1, 11)) <= 5 * MINUTE
