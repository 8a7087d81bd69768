"""The provider's gate: when a refusal closes it, for how long, and what opens it again. Pure: knows
no store and no clock.

A first refusal that names a time is believed: time alone opens the gate. After that, and where no
time is named, a probe has to be let in first, so that the end of an outage is no herd and its
length costs the waiting runs nothing.
"""

from dataclasses import replace

from shared.errors import RefusedBecause
from shared.records.provider import OPEN, ProviderState
from shared.runs.timing import MINUTE, SECOND

BACKOFF_BASE = 2 * SECOND
BACKOFF_CAP = 5 * MINUTE
PROBE_LEASE = MINUTE
"""How long a probe has, so that a lost one ends."""
BETWEEN_PROBES = 50 * SECOND
"""Short of the minute between two sweeps, so that each of them sends one."""
LET_IN_FIRST = 5
"""So many runs may try where only time has opened the gate; the first answer lets all others in."""


def is_open(state: ProviderState, now: int) -> bool:
    """Whether a worker may claim a run that will ask this model."""
    return state.reason is None or (not state.needs_probe and state.closed_until <= now)


def wants_probe(state: ProviderState, now: int) -> bool:
    """Whether somebody should find out if calls are let in again."""
    return (
        state.reason is not None
        and state.needs_probe
        and state.closed_until <= now
        and state.probe_until <= now
    )


def may_pass(state: ProviderState, now: int, at_most: int) -> int:
    """How many of the runs that wait at the gate may go on now."""
    if not is_open(state, now):
        return 0
    return at_most if state.reason is None else min(at_most, LET_IN_FIRST)


def refused(
    state: ProviderState,
    reason: RefusedBecause,
    retry_after: float | None,
    now: int,
    jitter: float,
) -> ProviderState:
    """The gate after a refusal. `retry_after` in seconds; `jitter` from 0 to 1, drawn anew each
    time.

    Calls that were under way when it closed change nothing, but for a later time or a reason that
    weighs more.
    """
    asked = int(retry_after * SECOND) if retry_after else 0
    if state.reason is not None and not is_open(state, now) and state.probe_until <= now:
        return _still_closed(state, reason, now + asked)
    refusals = state.refusals + 1
    since = now if state.reason is None else state.since
    if reason is RefusedBecause.SPEND_LIMIT:
        return _closed(state, reason, since, now + BETWEEN_PROBES, refusals, needs_probe=True)
    wait = max(asked, _backoff(refusals, jitter))
    is_believed = refusals == 1 and asked > 0
    until = now + (asked if is_believed else wait)
    return _closed(state, reason, since, until, refusals, needs_probe=not is_believed)


def probing(state: ProviderState, now: int) -> ProviderState:
    """The gate while somebody probes."""
    return replace(state, probe_until=now + PROBE_LEASE, version=state.version + 1)


def without_result(state: ProviderState, now: int) -> ProviderState:
    """The gate after a probe that told nothing: the next sweep sends another."""
    return replace(
        state, closed_until=now + BETWEEN_PROBES, probe_until=0, version=state.version + 1
    )


def opened(state: ProviderState) -> ProviderState:
    """The gate once a call was let in."""
    return replace(OPEN, version=state.version + 1)


def _still_closed(state: ProviderState, reason: RefusedBecause, until: int) -> ProviderState:
    if reason is RefusedBecause.SPEND_LIMIT and state.reason is not reason:
        return replace(state, reason=reason, needs_probe=True, version=state.version + 1)
    if until > state.closed_until and not state.needs_probe:
        return replace(state, closed_until=until, version=state.version + 1)
    return state


def _closed(
    state: ProviderState,
    reason: RefusedBecause,
    since: int,
    until: int,
    refusals: int,
    *,
    needs_probe: bool,
) -> ProviderState:
    return ProviderState(reason, since, until, needs_probe, refusals, 0, state.version + 1)


def _backoff(refusals: int, jitter: float) -> int:
    """Full jitter under a ceiling that doubles: from one second to five minutes."""
    ceiling = min(BACKOFF_CAP, BACKOFF_BASE << min(refusals, 10))
    return max(SECOND, int(ceiling * jitter))
