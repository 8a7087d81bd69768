"""When the provider's gate closes, for how long, and what opens it: pure decisions."""

import pytest

from shared.errors import RefusedBecause
from shared.records.provider import OPEN, ProviderState
from shared.runs.provider_gate import (
    BACKOFF_CAP,
    BETWEEN_PROBES,
    LET_IN_FIRST,
    PROBE_LEASE,
    is_open,
    may_pass,
    opened,
    probing,
    refused,
    wants_probe,
    without_result,
)
from shared.runs.timing import HOUR, MINUTE, SECOND

NOW = 1_800_000_000_000
OVERLOADED, LIMITED, SPEND = (
    RefusedBecause.OVERLOADED,
    RefusedBecause.RATE_LIMITED,
    RefusedBecause.SPEND_LIMIT,
)


def after(*moments: tuple[int, float | None], reason: RefusedBecause = OVERLOADED) -> ProviderState:
    """The gate after refusals at these moments, with the waits that they asked for."""
    state = OPEN
    for at, wait in moments:
        state = refused(state, reason, wait, at, 0.5)
    return state


def test_a_gate_that_nothing_closed_lets_everybody_pass() -> None:
    assert is_open(OPEN, NOW)
    assert may_pass(OPEN, NOW, 1_000) == 1_000
    assert not wants_probe(OPEN, NOW)


def test_a_time_that_was_named_is_kept_to_the_end_and_then_opens_the_gate_by_itself() -> None:
    state = after((NOW, 36_000.0), reason=LIMITED)
    assert (state.reason, state.since) == (LIMITED, NOW)
    assert not is_open(state, NOW + 10 * HOUR - 1)
    assert is_open(state, NOW + 10 * HOUR)
    assert not wants_probe(state, NOW + 10 * HOUR)
    # Only a few may try at first: its end is no herd.
    assert may_pass(state, NOW + 10 * HOUR, 1_000) == LET_IN_FIRST


def test_a_second_refusal_in_a_row_needs_a_probe_whatever_time_it_names() -> None:
    state = after((NOW, 2.0), (NOW + 3 * SECOND, 2.0))
    assert (state.refusals, state.since) == (2, NOW)
    assert not is_open(state, NOW + HOUR)
    assert not wants_probe(state, state.closed_until - 1)
    assert wants_probe(state, state.closed_until)
    assert state.closed_until >= NOW + 5 * SECOND


def test_without_a_time_the_first_refusal_waits_for_a_probe() -> None:
    state = after((NOW, None))
    assert not is_open(state, NOW + HOUR)
    assert wants_probe(state, NOW + HOUR)


@pytest.mark.parametrize("jitter", [0.0, 0.3, 1.0])
def test_the_backoff_is_jittered_in_full_and_capped(jitter: float) -> None:
    state, waits = OPEN, []
    for _ in range(12):
        at = state.closed_until or NOW
        state = refused(probing(state, at) if state.reason else state, OVERLOADED, None, at, jitter)
        waits.append(state.closed_until - at)
    assert waits == sorted(waits)
    assert waits[-1] == max(SECOND, int(BACKOFF_CAP * jitter))


def test_calls_that_were_under_way_when_it_closed_change_nothing() -> None:
    state = after((NOW, 30.0))
    for wait in (None, 1.0, 30.0):
        assert refused(state, OVERLOADED, wait, NOW, 0.5) == state
    assert refused(state, OVERLOADED, 40.0, NOW, 0.5).closed_until == NOW + 40 * SECOND
    assert refused(state, SPEND, None, NOW + 1, 0.5).needs_probe


def test_a_spend_limit_is_probed_once_a_minute_for_as_long_as_it_lasts() -> None:
    state = after((NOW, None), reason=SPEND)
    for minute in range(1, 500):
        at = NOW + minute * MINUTE
        assert not is_open(state, at)
        assert wants_probe(state, at)
        asked = probing(state, at)
        assert not wants_probe(asked, at + 1)
        state = refused(asked, SPEND, None, at + SECOND, 0.9)
        assert not wants_probe(state, at + 2 * SECOND)


def test_a_lost_probe_ends_with_its_lease() -> None:
    asked = probing(after((NOW, None)), NOW + MINUTE)
    assert not wants_probe(asked, NOW + MINUTE + PROBE_LEASE - 1)
    assert wants_probe(asked, NOW + MINUTE + PROBE_LEASE)


def test_a_probe_that_told_nothing_is_followed_by_another() -> None:
    state = without_result(probing(after((NOW, None)), NOW + MINUTE), NOW + MINUTE)
    assert not is_open(state, NOW + HOUR)
    assert not wants_probe(state, NOW + MINUTE)
    assert wants_probe(state, NOW + MINUTE + BETWEEN_PROBES)


def test_what_was_let_in_opens_it_for_all() -> None:
    state = opened(after((NOW, 2.0), (NOW + 3 * SECOND, 2.0)))
    assert may_pass(state, NOW, 7) == 7
    assert state.refusals == 0


def test_every_change_follows_the_version_before_it() -> None:
    state = OPEN
    for number, change in enumerate(
        (
            lambda s: refused(s, OVERLOADED, None, NOW, 0.1),
            lambda s: probing(s, NOW),
            lambda s: without_result(s, NOW),
            opened,
        ),
        start=1,
    ):
        state = change(state)
        assert state.version == number
