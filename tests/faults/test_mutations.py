"""A broken engine is found: for every guard, an engine without it breaks a rule within a bounded
number of histories.

And each guard is needed where another one stands before it, too.
"""

import pytest

from tests.faults.histories import play
from tests.faults.mutations import HOPEFUL_SWEEPER, MUTATIONS, hunt
from tests.faults.replay import main

_AT_MOST = 1_500
_GUARDS = {
    "version", "status", "fence", "lease", "operation id", "available_at", "claim_cost",
    "ring_after", "OPEN entry", "ledger write", "dispatch", "n <= due", "gate", "workflow",
    "unreadable item", "second look", "subject of an artifact",
}  # fmt: skip
"""What the fault search is asked to watch."""
_KNOWN = {
    "still wanted": "lifecycle/15=zombie@+21",
    "lease": "lifecycle/10=zombie@+1",
    "trust": "lifecycle/6=zombie_retry@+14",
    "version at a gate": "contested/5=zombie@+18",
    "ledger lookup": "lifecycle/18=outage",
    "repetition": "lifecycle/12=timeout_applied",
    "ring": "random/136",
    "asked": "lifecycle/16=crash_after",
    "fence": "lifecycle/7=zombie@+8",
    "operation": "lifecycle/6=timeout_applied",
    "dear continuation": "lifecycle/7=slow",
}
"""A history that showed it, played before the search begins, which is quicker. Where it shows it no
longer, the search goes on as ever.
"""


@pytest.mark.parametrize("name", MUTATIONS)
@pytest.mark.one_in(4)
def test_an_engine_without_a_guard_is_found(name: str) -> None:
    outcome, histories = hunt(MUTATIONS[name], _AT_MOST, _KNOWN.get(name))
    assert outcome is not None, f"{name}: not one of {histories} histories shows it"
    assert not play(outcome.name).violations, "the honest engine breaks a rule there, too"


def test_every_guard_has_a_broken_engine() -> None:
    assert {mutation.guard for mutation in MUTATIONS.values()} >= _GUARDS


def test_attempts_left_holds_where_the_decision_before_it_fails() -> None:
    """The sweeper gives up first; were it to forget that, the claim's own guard would still bound
    the attempts.
    """
    outcome, _ = hunt(MUTATIONS["attempts left"], _AT_MOST)
    assert outcome is not None
    with HOPEFUL_SWEEPER.applied():
        guarded = play(outcome.name)
    bounded = "attempts are bounded"
    assert bounded in {violation.rule for violation in outcome.violations}
    assert bounded not in {violation.rule for violation in guarded.violations}


def test_a_replay_prints_the_history_and_what_it_broke(capsys: pytest.CaptureFixture[str]) -> None:
    outcome, _ = hunt(MUTATIONS["repetition"], _AT_MOST, _KNOWN["repetition"])
    assert outcome is not None
    with MUTATIONS["repetition"].applied():
        assert main([outcome.name]) == 1
    printed = capsys.readouterr().out
    assert "VIOLATION a write is applied once" in printed
    assert printed.count("update_item") > 4
    assert main([outcome.name]) == 0
