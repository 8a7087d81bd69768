"""Creating: the input first, one write, one ring; the same key is the same run; a quota refuses new
runs only.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.engine.creation import Key, NewRun, keyed_id
from shared.errors import IdempotencyKeyReused, RateLimited
from shared.ports import RunStore
from shared.records.run import (
    Dispatch,
    HistoryEntry,
    PayloadRef,
    Run,
    Status,
    Subject,
)
from shared.runs.codes import FailureCode
from shared.runs.timing import MINUTE
from tests.support.engine_world import EngineWorld
from tests.support.intercepted import intercepted
from tests.support.samples import CLINICIAN, ORG, PATIENT, run_id
from tests.support.sweeping import all_open

INPUT = {"about": "the weather"}
NEW = NewRun(
    "letter",
    ORG,
    Subject("patient", PATIENT),
    CLINICIAN,
    INPUT,
    tags=("urgent",),
    metadata={"a": 1},
    attributes={"max_cost": 9_000_000},
)
KEY = Key(run_id(7), "ab" * 32)


def test_a_new_run_is_what_was_asked_for(world: EngineWorld) -> None:
    run, is_new = world.creator.create(NEW, KEY)
    now = world.clock.now_ms()
    assert is_new
    assert run == world.now(run) == Run(
        id=KEY.id,
        org_id=ORG,
        workflow="letter",
        subject=NEW.subject,
        created_by=CLINICIAN,
        created_at=now,
        gen=run.gen,
        status=Status.QUEUED,
        dispatch=Dispatch.AUTO,
        deadline_at=now + world.timing.deadline_worker,
        max_attempts=3,
        input=run.input,
        fingerprint=KEY.fingerprint,
        history=(HistoryEntry(now, CLINICIAN, Status.QUEUED, run.history[0].op, 0),),
        available_at=now,
        ring_after=now + MINUTE,
        ring_interval=MINUTE,
        tags=("urgent",),
        metadata={"a": 1},
        attributes={"max_cost": 9_000_000},
    )  # fmt: skip
    assert world.read(run, run.input) == INPUT
    assert [ring.run_id for ring in world.doorbell.rings] == [run.id]


def test_the_input_is_stored_before_the_run_that_names_it(world: EngineWorld) -> None:
    def create(real: Callable[[Run], Run | None], run: Run) -> Run | None:
        assert world.read(run, run.input) == INPUT
        return real(run)

    world.runs = intercepted(world.runs, create=create)
    world.creator.create(NEW, KEY)


@pytest.mark.parametrize(
    ("asked", "status", "dispatch"),
    [
        ({"dispatch": Dispatch.MANUAL}, Status.QUEUED, Dispatch.MANUAL),
        ({"waiting": True, "workflow": "book"}, Status.WAITING, Dispatch.AUTO),
        ({"failed": FailureCode.NO_INPUTS}, Status.FAILED, Dispatch.AUTO),
    ],
)
def test_a_run_that_nobody_has_to_be_rung_for(
    world: EngineWorld, asked: dict[str, Any], status: Status, dispatch: Dispatch
) -> None:
    run, _ = world.creator.create(replace(NEW, **asked), KEY)
    assert (run.status, run.dispatch) == (status, dispatch)
    assert world.doorbell.rings == []
    assert world.work(run) == run


def test_a_run_put_on_record_as_failed_says_why(world: EngineWorld) -> None:
    run, _ = world.creator.create(replace(NEW, failed=FailureCode.NO_INPUTS), KEY)
    assert (run.error_code, run.completed_at, run.history[0].code) == (
        FailureCode.NO_INPUTS,
        run.created_at,
        FailureCode.NO_INPUTS,
    )
    assert all_open(world.runs) == []


# --- the same key ---------------------------------------------------------------------------------


@pytest.mark.parametrize("becomes", ["queued", "succeeded", "cancelled"])
def test_the_same_request_finds_its_run_in_its_present_state(
    world: EngineWorld, becomes: str
) -> None:
    run, _ = world.creator.create(NEW, KEY)
    if becomes != "queued":
        world.work(run) if becomes == "succeeded" else world.commands.cancel(run, CLINICIAN)
    present = world.now(run)
    assert present.status == becomes
    assert world.creator.create(NEW, KEY) == (present, False)
    assert world.creator.replay(KEY) == present
    assert len(world.doorbell.rings) == 1


def test_another_payload_under_the_same_key_is_refused(world: EngineWorld) -> None:
    run, _ = world.creator.create(NEW, KEY)
    other = replace(KEY, fingerprint="cd" * 32)
    with pytest.raises(IdempotencyKeyReused):
        world.creator.create(NEW, other)
    with pytest.raises(IdempotencyKeyReused):
        world.creator.replay(other)
    assert world.now(run) == run


def test_two_first_uses_at_once_make_one_run_whose_input_can_be_read(world: EngineWorld) -> None:
    """The second read before the first wrote."""
    first, _ = world.creator.create(NEW, KEY)
    world.runs = intercepted(world.runs, get=lambda real, run_id: None)
    assert world.creator.create(NEW, KEY) == (first, False)
    assert world.read(first, first.input) == INPUT
    assert len(world.doorbell.rings) == 1


def test_a_key_that_was_never_used_replays_nothing(world: EngineWorld) -> None:
    assert world.creator.replay(KEY) is None


def test_keys_are_of_an_organisation_and_a_caller() -> None:
    ids = {
        keyed_id(org, scope, key)
        for org in ("a", "b")
        for scope in ("x", "y")
        for key in ("k", "l")
    }
    assert len(ids) == 8
    assert keyed_id("a", "x", "k") == keyed_id("a", "x", "k")
    assert keyed_id("a", "bc", "d") != keyed_id("ab", "c", "d")


# --- quota ----------------------------------------------------------------------------------------


def refuse() -> None:
    raise RateLimited(5)


def test_a_quota_refuses_a_new_run_before_anything_is_written(world: EngineWorld) -> None:
    world.payloads = intercepted(world.payloads, put=_never)
    with pytest.raises(RateLimited):
        world.creator.create(NEW, KEY, refuse)
    assert world.runs.get(KEY.id) is None


def _never(real: Callable[[Run, bytes], PayloadRef], run: Run, data: bytes) -> PayloadRef:
    raise AssertionError("written")


def test_a_replay_is_answered_before_any_quota(world: EngineWorld) -> None:
    run, _ = world.creator.create(NEW, KEY)
    assert world.creator.create(NEW, KEY, refuse) == (run, False)


def test_a_request_without_a_key_reads_nothing_first(world: EngineWorld) -> None:
    reads: list[str] = []

    def get(real: Callable[[str], Run | None], run_id: str) -> Run | None:
        reads.append(run_id)
        return real(run_id)

    runs: RunStore = intercepted(world.runs, get=get)
    world.runs = runs
    world.creator.create(NEW, replace(KEY, repeatable=False))
    assert reads == []
