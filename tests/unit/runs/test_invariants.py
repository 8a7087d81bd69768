"""What /health/invariants counts: runs past their published bound, and states that no run should
show.
"""

from dataclasses import replace

import pytest

from shared.records.run import (
    OPEN,
    TERMINAL,
    Dispatch,
    Run,
    Status,
)
from shared.runs.changes import FORBIDDEN, REQUIRED
from shared.runs.codes import SAFE_TEXT, FailureCode, safe_text
from shared.runs.invariants import GRACE, is_past_due, violates
from shared.runs.timing import HOUR
from tests.fakes.world import MORNING
from tests.support.samples import CLINICIAN, a_run, a_run_that_is

SOON = MORNING + HOUR
DUE = {
    "deadline of a queued run": a_run(deadline_at=SOON),
    "deadline of a manual run": a_run(dispatch=Dispatch.MANUAL, deadline_at=SOON),
    "deadline of a waiting run": a_run_that_is(
        Status.WAITING, gate_until=SOON + HOUR, deadline_at=SOON
    ),
    "a worker's lease": a_run_that_is(Status.RUNNING, lease_until=SOON),
    "a person's lease": a_run_that_is(Status.RUNNING, lessee=CLINICIAN, lease_until=SOON),
    "a gate": a_run_that_is(Status.WAITING, gate_until=SOON),
}


@pytest.mark.parametrize("run", DUE.values(), ids=DUE)
def test_what_is_due_is_past_due_after_the_grace_and_not_before(run: Run) -> None:
    assert not is_past_due(run, SOON)
    assert not is_past_due(run, SOON + GRACE)
    assert is_past_due(run, SOON + GRACE + 1)


def test_waiting_for_people_or_a_backoff_is_not_past_due() -> None:
    for run in (
        a_run(dispatch=Dispatch.MANUAL),
        a_run(gate="worker"),
        a_run(available_at=SOON),
    ):
        assert not is_past_due(run, MORNING + 2 * HOUR)


@pytest.mark.parametrize("status", sorted(OPEN))
def test_a_legal_open_run_violates_nothing(status: Status) -> None:
    assert not violates(a_run_that_is(status))


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_an_ended_run_among_the_open_ones_is_a_violation(status: Status) -> None:
    assert violates(a_run_that_is(status))


@pytest.mark.parametrize(
    ("status", "name"), sorted((s, name) for s in OPEN for name in REQUIRED[s] | FORBIDDEN[s])
)
def test_a_field_that_should_or_should_not_be_there_is_a_violation(
    status: Status, name: str
) -> None:
    wrong = None if name in REQUIRED[status] else MORNING
    assert violates(a_run_that_is(status, **{name: wrong}))


def test_more_attempts_than_granted_are_a_violation() -> None:
    assert not violates(a_run(attempt=3))
    assert violates(a_run(attempt=4))


def test_a_history_that_does_not_end_where_the_run_stands_is_a_violation() -> None:
    assert violates(replace(a_run_that_is(Status.RUNNING), history=a_run().history))
    assert violates(a_run(history=()))


def test_every_failure_code_has_a_safe_text_and_any_other_a_neutral_one() -> None:
    assert set(FailureCode) <= set(SAFE_TEXT)
    assert safe_text("JANE_DOE_IS_ILL") == "The run failed."
