"""The state machine by enumeration: every pair of statuses, every status's fields, and every change
that is refused.
"""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from shared.records.run import (
    OPEN,
    TERMINAL,
    HistoryEntry,
    Run,
    Status,
)
from shared.runs.changes import (
    FORBIDDEN,
    REQUIRED,
    TRANSITIONS,
    Change,
    Guard,
    IllegalChange,
    check_state,
)
from tests.fakes.world import MORNING
from tests.support.samples import REF, a_run_that_is

Q, R, W, S, F, C = (
    Status.QUEUED,
    Status.RUNNING,
    Status.WAITING,
    Status.SUCCEEDED,
    Status.FAILED,
    Status.CANCELLED,
)
ALLOWED = {
    *((Q, to) for to in (R, C, F)),
    *((R, to) for to in (S, F, W, Q, C)),
    *((W, to) for to in (Q, F, C)),
    *((F, to) for to in (Q, W)),
}
PAIRS = list(product(Status, Status))


def a_change(
    source: Status, target: Status | None, entry_to: Status | None, **parts: Any
) -> Change:
    entry = HistoryEntry(MORNING, "someone", entry_to, "op") if entry_to else None
    fields = {"status": target} if target else {}
    return Change("run", "org", Guard(frozenset({source})), set=fields, entry=entry, **parts)


def test_the_table_has_every_status() -> None:
    assert set(TRANSITIONS) == set(REQUIRED) == set(FORBIDDEN) == set(Status)
    assert frozenset(Status) == OPEN | TERMINAL
    assert OPEN.isdisjoint(TERMINAL)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_exactly_the_designs_pairs_can_be_built(source: Status, target: Status) -> None:
    if (source, target) in ALLOWED:
        assert a_change(source, target, target).target is target
    else:
        with pytest.raises(IllegalChange):
            a_change(source, target, target)


@pytest.mark.parametrize(("source", "target"), sorted(ALLOWED))
def test_a_change_of_status_must_stand_in_the_history_as_what_it_is(
    source: Status, target: Status
) -> None:
    for entry in (None, *(status for status in Status if status is not target)):
        with pytest.raises(IllegalChange):
            a_change(source, target, entry)


@pytest.mark.parametrize(("source", "other"), PAIRS)
def test_a_change_that_moves_nothing_must_not_claim_a_move(source: Status, other: Status) -> None:
    if source is other:
        assert a_change(source, None, source).target is None
    else:
        with pytest.raises(IllegalChange):
            a_change(source, None, other)


def test_a_change_names_where_it_may_start_and_every_start_must_be_legal() -> None:
    with pytest.raises(IllegalChange):
        Change("run", "org", Guard(frozenset()))
    with pytest.raises(IllegalChange):
        Change(
            "run",
            "org",
            Guard(frozenset({R, S})),
            set={"status": C},
            entry=HistoryEntry(MORNING, "someone", C, "op"),
        )


def test_a_change_asks_of_the_run_only_what_it_does_not_bring() -> None:
    bare = a_change(R, S, S)
    assert (bare.must_have(), bare.must_lack()) == (REQUIRED[S], FORBIDDEN[S])
    entry = HistoryEntry(MORNING, "someone", S, "op")
    fields = {
        "status": S,
        "completed_at": MORNING,
        "output": REF,
        "lessee": None,
        "lease_until": None,
    }
    whole = Change("run", "org", Guard(frozenset({R})), set=fields, entry=entry)
    assert whole.must_have() == {"started_at"}
    assert whole.must_lack() == {"error_code", "error_detail", "gate", "gate_until"}
    still = a_change(R, None, R)
    assert still.must_have() == still.must_lack() == frozenset()


# --- whole runs -----------------------------------------------------------------------------------


def fields_of(run: Run) -> Mapping[str, Any]:
    return {name: getattr(run, name) for name in Run.__slots__}


@pytest.mark.parametrize("status", Status)
def test_a_legal_run_passes(status: Status) -> None:
    check_state(fields_of(a_run_that_is(status)))


@pytest.mark.parametrize(
    ("status", "name"), sorted((s, name) for s, names in REQUIRED.items() for name in names)
)
def test_a_run_without_what_its_status_requires_is_illegal(status: Status, name: str) -> None:
    with pytest.raises(IllegalChange, match=name):
        check_state(fields_of(a_run_that_is(status, **{name: None})))


@pytest.mark.parametrize(
    ("status", "name"), sorted((s, name) for s, names in FORBIDDEN.items() for name in names)
)
def test_a_run_with_what_its_status_forbids_is_illegal(status: Status, name: str) -> None:
    with pytest.raises(IllegalChange, match=name):
        check_state(fields_of(a_run_that_is(status, **{name: "something"})))


def test_timestamps_follow_state_as_the_design_says() -> None:
    ended = {"completed_at"}
    for status in TERMINAL:
        assert ended <= REQUIRED[status]
    for status in OPEN:
        assert ended <= FORBIDDEN[status]
    assert {"started_at", "completed_at"} <= FORBIDDEN[Q]
    assert "started_at" in REQUIRED[R]
    assert "output" in REQUIRED[S]
    assert "error_code" in REQUIRED[F]
