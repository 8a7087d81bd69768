"""A small sample of the bench of sweeps: what one costs, and how soon a lost lease is noticed."""

import pytest

from bench.sweep import bound, cost, noticed, people_only, reckoned
from shared.engine.inspection import SLICE

pytestmark = pytest.mark.rule("R-SWEEP-2")


def test_a_sweep_reads_no_more_for_ten_times_the_runs_that_wait_for_people() -> None:
    few, many = people_only(1_000), people_only(10_000)
    assert many.requests <= few.requests
    assert many.read_units <= few.read_units <= SLICE + 40
    assert many.write_units == 0


def test_of_a_backlog_a_sweep_reads_what_is_due_in_its_minute() -> None:
    one, two = cost(600, sweeps=1), cost(6_000, sweeps=1)
    queued = 6_000 // 3
    assert two.read_units - one.read_units < 1.5 * queued / 15
    assert two.write_units <= 3 * (queued / 15 + 1)
    assert reckoned(6_000, one, two) == two


def test_a_lost_lease_is_noticed_in_time_beside_other_organisations_runs() -> None:
    """One lease, one sweep and the grace, ten times of ten; the bench plays 150,000 runs."""
    assert max(noticed(2_000, 1_000, 10)) <= bound()
