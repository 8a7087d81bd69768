"""The rules of retention, over the real adapters."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.retention_store import DynamoRetentionStore
from shared.adapters.erasure_store import AwsErasureStore
from shared.engine import retention
from shared.engine.account import usage_by_step
from shared.engine.retention import Due, Retention, RetentionCalls
from shared.records.care import Patient
from shared.records.organisation import Organisation
from shared.records.run import Run, Status
from shared.runs.timing import DAY, HOUR, MINUTE
from tests.support.aws import Deployment, in_process_aws
from tests.support.engine_world import PLENTY, EngineWorld
from tests.support.samples import CLINICIAN, ORG, run_id
from tests.support.workflows import register

pytestmark = pytest.mark.rule("R-RETAIN-1")


class RememberingTasks:
    """Implements shared.ports.Tasks."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, task: Any, group: str, delay_ms: int = 0) -> None:
        self.sent.append(dict(task))


class Keeping:
    """A world whose organisation keeps ended runs for two days."""

    def __init__(self, here: Deployment) -> None:
        self.here = here
        self.world = EngineWorld(here.runs, here.payloads, here.artifacts)
        self.store, self.tasks = DynamoRetentionStore(here.table), RememberingTasks()
        self.calls = RetentionCalls(self.store, self.tasks, self.world.clock)
        self.due = Due(here.runs, here.care, here.records)
        self.retention = Retention(
            here.organisations,
            self.store,
            self.due,
            AwsErasureStore(here.table, here.bucket),
            self.world.clock,
            partial(usage_by_step, here.payloads),
        )
        here.organisations.put(Organisation(ORG, retention_days=2, version=1))
        self.store.watch(ORG, self.world.clock.now_ms())

    def done(self) -> Run:
        return self.world.work(self.world.create(tags=("a tag",)))

    def counts(self, cutoff: int) -> tuple[int, int]:
        return self.due.counts(ORG, cutoff, self.store.place(ORG))

    def look(self, remaining: int = PLENTY) -> None:
        self.retention.look(ORG, lambda: remaining)


@pytest.fixture(scope="module")
def aws() -> Iterator[Any]:
    with in_process_aws() as clients:
        yield clients


@pytest.fixture
def keeping(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeping]:
    register(monkeypatch)
    here = Deployment(aws)
    yield Keeping(here)
    here.delete()


def test_an_ended_run_becomes_a_skeleton_and_an_open_one_stays(keeping: Keeping) -> None:
    world = keeping.world
    old, still_open = keeping.done(), world.create()
    world.clock.advance(3 * DAY)
    young = keeping.done()
    cutoff = world.clock.now_ms() - 2 * DAY
    assert keeping.counts(cutoff) == (1, 0)
    keeping.look()
    left = world.now(old)
    assert (left.erased_at, left.status) == (world.clock.now_ms(), Status.SUCCEEDED)
    assert (left.usage, left.tags, left.artifacts) == (old.usage, (), ())
    assert [world.now(run) for run in (still_open, young)] == [still_open, young]
    assert keeping.counts(cutoff) == (0, 0)
    items = keeping.here.table.partition(keys.thing_pk(old.id))
    assert [item["sk"]["S"] for item in items] == ["R"]


def test_looking_again_changes_nothing_and_begins_where_it_stopped(keeping: Keeping) -> None:
    run = keeping.done()
    keeping.world.clock.advance(3 * DAY)
    keeping.look()
    before, place = keeping.world.now(run), keeping.store.place(ORG)
    assert place.runs == keeping.here.runs.position_of(run)
    keeping.look()
    assert (keeping.world.now(run), keeping.store.place(ORG)) == (before, place)


def test_what_is_due_is_counted_from_where_the_retention_has_come_to(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two entries stand for four hundred: the past behind them is not read."""
    monkeypatch.setattr(retention, "_PAGE", 2)
    monkeypatch.setattr(retention, "COUNTED_AT_MOST", 2)
    for _ in range(3):
        keeping.done()
    keeping.world.clock.advance(3 * DAY)
    keeping.look()
    late = keeping.done()
    keeping.world.clock.advance(3 * DAY)
    assert late.erased_at is None
    assert keeping.counts(keeping.world.clock.now_ms() - 2 * DAY) == (1, 0)


def test_only_so_much_is_read_to_say_what_is_due(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "COUNTED_AT_MOST", 60)
    care, now = keeping.here.care, keeping.world.clock.now_ms()
    for number in range(120):
        care.put_patient(Patient(run_id(number), ORG, None, now, now, "a label"))
    assert keeping.counts(now + DAY)[1] == 4


def test_a_look_without_time_is_taken_up_at_once(keeping: Keeping) -> None:
    run = keeping.done()
    keeping.world.clock.advance(3 * DAY)
    keeping.look(remaining=0)
    assert keeping.world.now(run).erased_at is None
    assert keeping.store.due(keeping.world.clock.now_ms(), 10) == [ORG]


def test_the_sweeper_calls_once_an_hour_and_again_where_nobody_came(keeping: Keeping) -> None:
    clock = keeping.world.clock
    assert (keeping.calls.wake(), keeping.calls.wake()) == (1, 0)
    assert keeping.tasks.sent == [{"retain": ORG}]
    clock.advance(10 * MINUTE)
    assert keeping.calls.wake() == 1
    keeping.look()
    clock.advance(HOUR - 1)
    assert keeping.calls.wake() == 0
    clock.advance(1)
    assert keeping.calls.wake() == 1


def test_who_keeps_runs_for_ever_is_looked_at_no_more(keeping: Keeping) -> None:
    run = keeping.done()
    keeping.here.organisations.put(Organisation(ORG, retention_days=None, version=2))
    keeping.world.clock.advance(400 * DAY)
    keeping.look()
    assert keeping.world.now(run).erased_at is None
    assert keeping.store.due(keeping.world.clock.now_ms(), 10) == []
    assert run.created_by == CLINICIAN
