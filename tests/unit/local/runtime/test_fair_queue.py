"""The local queue shares its slots between organisations as SQS's fair queues do."""

import pytest

from bench.fairness import RUN_SECONDS, play, simulate

pytestmark = pytest.mark.rule("R-FAIR-1")


def test_one_run_of_a_quiet_organisation_does_not_wait_for_anothers_backlog() -> None:
    seconds, before = play(30)
    assert seconds <= RUN_SECONDS + 1
    assert before <= 3


def test_in_the_deployed_setting_a_quiet_organisation_waits_seconds_beside_a_backlog() -> None:
    fair, first_come = (simulate(20, 500, fair=is_fair) for is_fair in (True, False))
    assert fair.late < RUN_SECONDS
    assert first_come.median > 10 * fair.median
    assert fair.an_hour == pytest.approx(first_come.an_hour, rel=0.1)
