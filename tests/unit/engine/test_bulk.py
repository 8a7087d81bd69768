"""A bulk, whatever dies under it: each run once, and counts that are right."""

import os
import random
from dataclasses import replace
from typing import Any

import pytest

from shared.engine.bulk import LOOKED_AT_AFTER, BulkRunner
from shared.errors import StoreUnavailable
from shared.ports import Scope, Unreadable
from shared.records.bulk import Bulk, BulkAction, BulkStatus, Touched
from shared.records.run import Run, Status
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.timing import HOUR, Timing
from tests.fakes.many import InMemoryBulkStore, RememberingTasks
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.world import MORNING, Killed, KillingProbe, VirtualClock
from tests.support.samples import CLINICIAN, ORG, a_run, run_id
from tests.support.story import Story

pytestmark = pytest.mark.rule("R-BULK-1")
NUMBER = int(os.environ.get("STUDIO_BULK_RUNS") or 120)
"""`make bulk` asks for the thousand."""


class MortalRuns(InMemoryRunStore):
    """Kills whoever writes the next of `deaths` writes: before it, or after it."""

    def __init__(self) -> None:
        super().__init__()
        self.deaths: dict[int, str] = {}
        self.writes = 0

    def apply(self, change: Change) -> Run:
        self.writes += 1
        death = self.deaths.pop(self.writes, None)
        if death == "before":
            raise Killed
        run = super().apply(change)
        if death == "after":
            raise Killed
        return run


class RetryAll:
    """Implements shared.engine.bulk.Errand: retries what has failed."""

    scope, oldest, end = Scope("rare", ORG, "failed"), 0, MORNING + HOUR

    def __init__(self, runs: InMemoryRunStore, bulk: Bulk) -> None:
        self._runs, self._bulk = runs, bulk
        self.recorded = 0

    def wants(self, row: Run | Unreadable) -> bool:
        return isinstance(row, Run) and row.status is Status.FAILED

    def touch(self, run_id: str) -> Touched:
        if not self.has_touched(run_id):
            run = self._run(run_id)
            if run.status is not Status.FAILED:
                return Touched.SKIPPED
            op = self._bulk.op(run_id)
            self._runs.apply(transitions.retry(run, CLINICIAN, MORNING + HOUR, op, Timing()))
        return Touched.DONE

    def has_touched(self, run_id: str) -> bool:
        return any(entry.op == self._bulk.op(run_id) for entry in self._run(run_id).history)

    def put_on_record(self) -> None:
        self.recorded += 1

    def _run(self, run_id: str) -> Run:
        run = self._runs.get(run_id)
        assert run is not None
        return run


class Stage:
    def __init__(self, runs: int = NUMBER) -> None:
        self.runs, self.bulks = MortalRuns(), InMemoryBulkStore()
        self.tasks, self.clock, self.probe = RememberingTasks(), VirtualClock(), KillingProbe()
        for number in range(1, runs + 1):
            self.runs.plant(a_failed_run(number))
        self.runner = BulkRunner(self.bulks, self.runs, self.tasks, self.clock, self.probe)

    def make(self, **fields: Any) -> Bulk:
        plain = Bulk(
            run_id(5_000_000), ORG, CLINICIAN, ("admin",), MORNING + HOUR, BulkAction.RETRY,
            {"status": "failed"}, 10_000, "ab" * 32,
        )  # fmt: skip
        bulk = replace(plain, **fields)
        self.bulks.create(bulk, self.runner.due())
        return bulk

    def go_on(self, bulk: Bulk, remaining: int = HOUR) -> Bulk:
        errand = RetryAll(self.runs, bulk)
        self.runner.go_on(bulk.id, lambda _: errand, lambda: remaining)
        return self.now(bulk)

    def now(self, bulk: Bulk) -> Bulk:
        found = self.bulks.get(bulk.id)
        assert found is not None
        return found

    def retries(self) -> list[int]:
        """How often each run was retried."""
        found = self.runs.page(Scope("organisation", ORG), None, 10_000).runs
        return [sum(entry.code == "RETRY" for entry in run.history) for run in found]


def a_failed_run(number: int) -> Run:
    return Story(a_run(number, created_at=MORNING + number)).claim().fail("call_model").run


def test_each_is_retried_once_whoever_is_killed_where() -> None:
    stage, chance = Stage(), random.Random(7)
    bulk = stage.make()
    for write in chance.sample(range(2, NUMBER), 5):
        stage.runs.deaths[write] = chance.choice(("before", "after"))
    kills = 0
    while not stage.now(bulk).is_over:
        try:
            stage.go_on(bulk)
        except Killed:
            kills += 1
            stage.clock.advance(LOOKED_AT_AFTER)
            assert stage.runner.wake() == 1
    ended = stage.now(bulk)
    assert kills == 5
    assert (ended.matched, ended.done, ended.skipped, ended.failed) == (NUMBER, NUMBER, 0, 0)
    assert stage.retries() == [1] * NUMBER
    assert ended.status is BulkStatus.SUCCEEDED
    assert [task for task, _, _ in stage.tasks.sent] == [{"bulk_id": bulk.id}] * 5


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_page_that_nobody_counted_is_counted_by_the_next(place: str) -> None:
    stage = Stage(70)
    bulk = stage.make()
    (stage.probe.kill_before if place == "before" else stage.probe.kill_after)("bulk")
    with pytest.raises(Killed):
        stage.go_on(bulk)
    assert (stage.now(bulk).matched, stage.now(bulk).done) == (50, 0)
    assert (stage.go_on(bulk).done, stage.retries()) == (70, [1] * 70)


def test_two_who_go_on_with_it_at_once_count_each_run_once() -> None:
    stage = Stage(60)
    bulk = stage.make()

    class Meddling(RetryAll):
        def put_on_record(self) -> None:
            if self.recorded == 0:
                stage.go_on(bulk)
            super().put_on_record()

    errand = Meddling(stage.runs, bulk)
    stage.runner.go_on(bulk.id, lambda _: errand, lambda: HOUR)
    assert (stage.now(bulk).done, stage.retries()) == (60, [1] * 60)


def test_the_oldest_come_first_and_at_most_so_many() -> None:
    stage = Stage(60)
    ended = stage.go_on(stage.make(limit=55))
    assert (ended.matched, ended.done) == (55, 55)
    assert stage.retries() == [0] * 5 + [1] * 55  # newest first


def test_what_was_created_later_is_not_touched() -> None:
    stage = Stage(3)
    late = replace(a_failed_run(9), created_at=MORNING + HOUR)
    stage.runs.plant(late)
    assert stage.go_on(stage.make()).matched == 3
    assert stage.runs.get(late.id) == late


def test_a_dry_run_counts_and_does_nothing() -> None:
    stage = Stage(60)
    ended = stage.go_on(stage.make(dry_run=True))
    assert (ended.status, ended.matched, ended.done) == (BulkStatus.SUCCEEDED, 60, 0)
    assert stage.retries() == [0] * 60


def test_one_that_is_cancelled_counts_what_it_had_done_and_stops() -> None:
    stage = Stage(120)
    bulk = stage.make()
    stage.runs.deaths[10] = "after"
    with pytest.raises(Killed):
        stage.go_on(bulk)
    now = stage.now(bulk)
    assert stage.bulks.save(
        replace(now, status=BulkStatus.CANCELLED, completed_at=1, version=now.version + 1), 0
    )
    ended = stage.go_on(bulk)
    assert (ended.done, sum(stage.retries()), ended.is_settled) == (10, 10, True)


def test_it_asks_for_another_invocation_when_its_own_ends() -> None:
    stage = Stage(3)
    bulk = stage.make()
    assert stage.go_on(bulk, remaining=1).matched == 0
    assert stage.tasks.sent == [({"bulk_id": bulk.id}, ORG, 0)]


def test_a_trail_that_is_away_leaves_the_page_to_be_done_again() -> None:
    stage = Stage(3)
    bulk = stage.make()

    class Unrecorded(RetryAll):
        def put_on_record(self) -> None:
            raise StoreUnavailable("the trail is away")

    with pytest.raises(StoreUnavailable):
        stage.runner.go_on(bulk.id, lambda _: Unrecorded(stage.runs, bulk), lambda: HOUR)
    assert (stage.go_on(bulk).done, stage.retries()) == (3, [1] * 3)
