"""Every field of a run is stored and read, by creating it and by changing it: a field added to Run
alone fails here.
"""

from dataclasses import MISSING, fields, make_dataclass, replace
from typing import Any

import pytest

from shared.adapters.dynamodb.run_attributes import ATTRIBUTES
from shared.records.money import TokenUsage, Usage
from shared.records.run import (
    WORKER,
    Dispatch,
    HistoryEntry,
    PayloadRef,
    RecordRead,
    Run,
    Status,
    StepRecord,
    Subject,
)
from shared.runs.changes import Change, Guard
from tests.contract.worlds import World
from tests.fakes.world import MORNING
from tests.support.samples import a_run, run_id

USAGE = Usage(
    model="claude-other",
    calls=1,
    lost_calls=2,
    reused_calls=3,
    tokens=TokenUsage(4, 5, 6, 7, 8),
    cost=9,
    uncertain=10,
    saved=11,
)
REF = PayloadRef("ab" * 32, 12_345)
OTHERS: dict[str, Any] = {
    "id": run_id(77),
    "org_id": "another org / # |",
    "workflow": "analysis",
    "subject": Subject("project", "a ~ project"),
    "created_by": "auth0|another",
    "created_at": MORNING + 77,
    "gen": "another",
    "status": Status.RUNNING,
    "dispatch": Dispatch.MANUAL,
    "deadline_at": MORNING + 78,
    "max_attempts": 9,
    "input": REF,
    "fingerprint": "5d" * 32,
    "history": (HistoryEntry(MORNING, "someone", Status.QUEUED, "op", 1, "s", "C", (run_id(5),)),),
    "attempt": 4,
    "fence": 5,
    "claim_cost": 0,
    "round": 6,
    "available_at": MORNING + 79,
    "ring_after": MORNING + 80,
    "ring_interval": 81,
    "start_at": MORNING + 82,
    "gate": "provider#anthropic#claude-x",
    "needed": 88_000,
    "lessee": WORKER,
    "lease_until": MORNING + 83,
    "gate_until": MORNING + 84,
    "started_at": MORNING + 85,
    "completed_at": MORNING + 86,
    "erased_at": MORNING + 87,
    "steps": {"build_context": StepRecord(REF, USAGE, {"bytes": 1})},
    "spoiled": {"call_model": StepRecord(REF, USAGE, {"n": None}, spoiled=True)},
    "output": REF,
    "error_code": "LLM_ERROR",
    "error_detail": REF,
    "usage": USAGE,
    "record": RecordRead(3, "ef" * 32, MORNING + 88),
    "warnings": ("A text was shortened.", "Zweite Warnung"),
    "tags": ("a", "b"),
    "metadata": {"deep": {"list": [1, None]}},
    "attributes": {"max_cost": 5},
}
"""For every field a value that neither the sample run nor a default has."""
NEVER_CHANGED = {"id", "org_id", "subject", "created_by", "created_at", "history", "steps"}
"""Fields that stand in keys or that a change sets by parts of its own (`entry`, `step`)."""


def names(record: type[Run] = Run) -> set[str]:
    return {field.name for field in fields(record)}


def untried(record: type[Run]) -> set[str]:
    """Fields of a run that no test here writes and reads."""
    return names(record) - OTHERS.keys()


def test_every_field_has_a_value_to_try() -> None:
    assert names() == OTHERS.keys()
    assert untried(Run) == set()
    sample = a_run()
    for field in fields(Run):
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        assert OTHERS[field.name] not in (getattr(sample, field.name), default), field.name


def test_a_field_added_to_run_alone_is_noticed() -> None:
    longer = make_dataclass("LongerRun", [("priority", int, 0)], bases=(Run,), frozen=True)
    assert untried(longer) == {"priority"}
    assert names(longer) - ATTRIBUTES.keys() - NEVER_CHANGED - {"spoiled"} == {"priority"}


def test_every_field_that_a_change_may_set_has_its_attribute() -> None:
    assert names() - ATTRIBUTES.keys() == NEVER_CHANGED | {"spoiled"}
    assert len({attribute.name for attribute in ATTRIBUTES.values()}) == len(ATTRIBUTES)


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_a_created_field_comes_back(world: World, name: str) -> None:
    run = replace(a_run(), **{name: OTHERS[name]})
    world.plant(run)
    assert world.runs.get(run.id) == run


@pytest.mark.parametrize("name", sorted(OTHERS.keys() - NEVER_CHANGED - {"status", "spoiled"}))
def test_a_changed_field_comes_back_and_may_go_again(world: World, name: str) -> None:
    run = a_run()
    world.plant(run)
    guard = Guard(frozenset({Status.QUEUED}))
    changed = world.runs.apply(Change(run.id, run.org_id, guard, set={name: OTHERS[name]}))
    assert changed == replace(run, **{name: OTHERS[name]})
    assert world.runs.get(run.id) == changed
    back = {name: getattr(run, name)}
    assert world.runs.apply(Change(run.id, run.org_id, guard, set=back)) == run


@pytest.mark.parametrize("spoiled", [False, True])
def test_a_changed_step_comes_back(world: World, spoiled: bool) -> None:
    run = a_run()
    world.plant(run)
    step = StepRecord(REF, USAGE, {"n": 1}, spoiled)
    guard = Guard(frozenset({Status.QUEUED}))
    changed = world.runs.apply(Change(run.id, run.org_id, guard, step=("persist", step)))
    made = {"persist": step}
    assert changed == (replace(run, spoiled=made) if spoiled else replace(run, steps=made))
