"""The fault search, as much of it as fits into every test run: samples of single faults, of pairs
and of drawn histories.

`make prove` does the rest. A failure prints the names of histories;
`python -m tests.faults.replay NAME` shows one.
"""

from functools import lru_cache
from itertools import chain, islice

import pytest

from tests.faults.histories import PROFILES, play
from tests.faults.scenarios import LIFECYCLES
from tests.faults.search import Tally, report, sampled_pairs, search, singles
from tests.sampling import times

_EVERY, _DRAWN, _FIRSTS, _SECONDS = 3, 300, times(10, 30), 8
_SEEN = {
    "nothing > queued person",
    "nothing > waiting person",
    "queued > running worker",
    "queued > running person",
    "queued > queued person EXECUTE_ASKED",
    "queued > queued person ARTIFACT_ATTACHED",
    "queued > queued sweeper WORKER_DISABLED",
    "queued > failed sweeper DEADLINE_EXCEEDED",
    "queued > cancelled person",
    "running > running worker",
    "running > succeeded worker",
    "running > succeeded person",
    "running > cancelled person",
    "running > waiting worker",
    "running > waiting worker CHECKS_FAILED",
    "running > queued worker LLM_ERROR",
    "running > queued worker CONTINUATION",
    "running > queued worker CONTEXT_FETCH_ERROR",
    "running > queued worker PERSISTENCE_ERROR",
    "running > queued worker EXECUTION_ERROR",
    "running > queued sweeper LEASE_LOST",
    "running > failed sweeper LEASE_EXPIRED",
    "running > failed sweeper MAX_ATTEMPTS_REACHED",
    "running > failed sweeper DEADLINE_EXCEEDED",
    "running > failed worker VALIDATION_ERROR",
    "running > failed worker LLM_ERROR",
    "running > failed worker BUDGET_EXCEEDED",
    "running > failed worker MAX_ATTEMPTS_REACHED",
    "waiting > queued person NEXT",
    "waiting > queued person SKIP_VALIDATION",
    "waiting > cancelled person",
    "waiting > failed sweeper GATE_EXPIRED",
    "failed > queued person RETRY",
    "failed > waiting person RETRY",
}


@lru_cache(maxsize=len(PROFILES))
def _drawn(profile: str) -> Tally:
    return search(f"{profile}/{seed}" for seed in range(_DRAWN))


@pytest.mark.parametrize("lifecycle", LIFECYCLES)
@pytest.mark.one_in(3)
def test_no_single_fault_breaks_a_rule(lifecycle: str) -> None:
    tally = search(islice(singles(lifecycle), 0, None, _EVERY))
    assert tally.histories > 100 / _EVERY
    assert not tally.broken, report(tally)


def test_no_sampled_pair_of_faults_breaks_a_rule() -> None:
    tally = search(
        chain.from_iterable(
            sampled_pairs(lifecycle, _FIRSTS, _SECONDS)
            for lifecycle in ("lifecycle", "retried", "gated")
        )
    )
    assert tally.faults.total() > tally.histories > _FIRSTS
    assert not tally.broken, report(tally)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_drawn_history_breaks_a_rule(profile: str) -> None:
    tally = _drawn(profile)
    assert not tally.broken, report(tally)
    assert tally.faults.total() > _DRAWN


def test_the_search_sees_every_kind_of_move() -> None:
    """What is never played is never proved: each move of the state machine occurs in the lifecycles
    and the drawn histories.
    """
    tallies = [search(LIFECYCLES), *(_drawn(profile) for profile in PROFILES)]
    assert not _SEEN - {move for tally in tallies for move in tally.moves}


@pytest.mark.parametrize(
    "name",
    [
        "lifecycle/15=zombie_retry@claimed",
        "lifecycle/4=outage_applied,20=slow",
        "people/7",
        "phases/11",
    ],
)
def test_a_history_is_made_of_its_name_alone(name: str) -> None:
    first, again = play(name, traced=True), play(name, traced=True)
    assert first == again
    assert len(first.trace) > len(first.sorts)


@pytest.mark.parametrize("name", ["phases/30", "people/308", "phases/221", "random/155"])
def test_what_once_broke_a_rule_does_not(name: str) -> None:
    """A failed write that was put off to later than something was due; a gate that was forgotten
    while a frozen request was about to park a run there.
    """
    assert not play(name).violations


@pytest.mark.parametrize("name", ["nothing", "lifecycle/x=timeout", "drawn/1"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"history is of|invalid literal"):
        play(name)
