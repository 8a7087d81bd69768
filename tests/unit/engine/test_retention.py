"""The rules of retention, over the real adapters.

Long because all of them are held over one arrangement.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from shared.adapters.dynamodb import keys
from shared.engine.account import usage_by_step
from shared.engine.creation import Key, NewRun
from shared.engine.retention import Due, Retention, RetentionCalls
from shared.errors import StoreUnavailable
from shared.ports import Kind, Place
from shared.records.audit import AuditEntry, AuditQuery
from shared.records.care import Assessment, Assignment, Patient, Person, RecordContent
from shared.records.organisation import Organisation
from shared.records.run import Run, Status, Subject
from shared.runs.timing import DAY, HOUR, MINUTE
from tests.contract.worlds import RealAdapters
from tests.fakes.audit_trail import InMemoryAuditTrail
from tests.support.aws import in_process_aws
from tests.support.engine_world import PLENTY, EngineWorld
from tests.support.samples import CLINICIAN, ORG, PATIENT, run_id
from tests.support.workflows import register

pytestmark = pytest.mark.rule("R-RETAIN-1")


class RememberingTasks:
    """Implements shared.ports.Tasks."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, task: Any, group: str, delay_ms: int = 0) -> None:
        self.sent.append(dict(task))


class UnavailableTrail(InMemoryAuditTrail):
    def write(self, entry: AuditEntry) -> None:
        raise StoreUnavailable("the trail")


@dataclass(frozen=True)
class HasFound(Due):
    """Somebody who found these patients a moment ago."""

    found: Sequence[Patient]

    def old_patients(
        self, org_id: str, cutoff: int, position: str | None
    ) -> tuple[list[Patient], str | None]:
        return list(self.found), None


class Keeping:
    """A world whose organisation keeps ended runs for two days."""

    def __init__(self, here: RealAdapters) -> None:
        self.here = here
        self.world = EngineWorld(here.runs, here.payloads, here.artifacts)
        self.store, self.tasks = here.retention, RememberingTasks()
        self.calls = RetentionCalls(self.store, self.tasks, self.world.clock)
        self.due = Due(here.runs, here.care, here.records)
        self.retention = Retention(
            here.organisations,
            self.store,
            self.due,
            here.erasing,
            here.audit,
            self.world.clock,
            partial(usage_by_step, here.payloads),
        )
        here.organisations.put(Organisation(ORG, retention_days=2, version=1))
        self.store.watch(ORG, self.world.clock.now_ms())

    def done(self) -> Run:
        return self.world.work(self.world.create(tags=("a tag",)))

    def an_orchestration(self) -> Run:
        """One that has ended, and is of no patient."""
        world = self.world
        new = NewRun("book", ORG, Subject("intake", CLINICIAN), CLINICIAN, {"about": "it"})
        run, _ = world.creator.create(new, Key(world.ids.unique(), "ab" * 32, repeatable=False))
        return world.commands.cancel(run, CLINICIAN)

    def known(self, number: int = 1, label: str | None = "a label") -> None:
        """A patient without a clinician, of whom something of each kind is kept."""
        here, now = self.here, self.world.clock.now_ms()
        here.care.put_patient(Patient(PATIENT, ORG, None, now, now, label))
        content = RecordContent({}, Person())
        here.records.put(ORG, PATIENT, str(number).encode(), content, CLINICIAN, now)
        here.care.create_assessment(
            Assessment(run_id(1_000 + number), ORG, PATIENT, CLINICIAN, now, "ab" * 32, {})
        )

    def left(self) -> list[Kind]:
        """What is kept of the patient."""
        found, position = self.here.erasing.of_patient(ORG, PATIENT, None)
        while position is not None:
            some, position = self.here.erasing.of_patient(ORG, PATIENT, position)
            found += some
        return [one.kind for one in found]

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
    here = RealAdapters(aws)
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


def test_what_stays_for_now_hides_nothing_that_is_behind_it(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than one look examines are open, or cannot be read."""
    monkeypatch.setattr("shared.engine.retention.EXAMINED_AT_MOST", 2)
    monkeypatch.setattr("shared.engine.retention._PAGE", 2)
    world, store = keeping.world, keeping.store
    still_open = [world.create() for _ in range(4)]
    world.clock.advance(MINUTE)
    old = keeping.done()
    world.clock.advance(3 * DAY)
    for _ in range(3):
        assert world.now(old).erased_at is None
        assert store.due(world.clock.now_ms(), 10) == [ORG], "it goes on at once"
        keeping.look()
    assert world.now(old).erased_at == world.clock.now_ms()
    assert store.place(ORG) == Place(), "the next round begins before those that stay"
    assert store.due(world.clock.now_ms(), 10) == []
    for run in still_open:
        world.commands.cancel(world.now(run), CLINICIAN)
    world.clock.advance(3 * DAY)
    for _ in range(3):
        keeping.look()
    assert [world.now(run).erased_at for run in still_open] == [world.clock.now_ms()] * 4


def test_what_is_due_is_counted_from_where_all_is_erased(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Skeletons may be more than a count examines, also while the organisation keeps all."""
    monkeypatch.setattr("shared.engine.retention.EXAMINED_AT_MOST", 2)
    monkeypatch.setattr("shared.engine.retention._PAGE", 2)
    world = keeping.world
    for _ in range(4):
        keeping.done()
    world.clock.advance(3 * DAY)
    for _ in range(4):
        keeping.look()
    young = keeping.done()
    keeping.here.organisations.put(Organisation(ORG, retention_days=None, version=2))
    keeping.look()
    world.clock.advance(3 * DAY)
    monkeypatch.setattr("shared.engine.retention.COUNTED_AT_MOST", 2)
    assert young.erased_at is None
    assert keeping.counts(world.clock.now_ms() - 2 * DAY) == (1, 0)


def test_only_so_much_is_read_to_say_what_is_due(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.engine.retention.COUNTED_AT_MOST", 60)
    care, now = keeping.here.care, keeping.world.clock.now_ms()
    for number in range(120):
        care.put_patient(Patient(run_id(number), ORG, None, now, now, "a label"))
    assert keeping.counts(now + DAY)[1] == 4


def test_what_goes_is_on_record_before_it_goes(keeping: Keeping) -> None:
    world = keeping.world
    run, nobodys = keeping.done(), keeping.an_orchestration()
    keeping.known()
    world.clock.advance(3 * DAY)
    keeping.look()
    assert world.now(nobodys).erased_at is not None
    looks, _ = keeping.here.audit.looks(AuditQuery(ORG), None, 10)
    assert {(one.person, one.action, one.patient_id, one.run_id) for one in looks} == {
        ("worker", "expire_run", PATIENT, run.id),
        ("worker", "expire_patient", PATIENT, None),
    }


def test_nothing_goes_that_cannot_be_put_on_record(keeping: Keeping) -> None:
    run = keeping.done()
    keeping.world.clock.advance(3 * DAY)
    unheard = replace(keeping.retention, trail=UnavailableTrail())
    with pytest.raises(StoreUnavailable):
        unheard.look(ORG, lambda: PLENTY)
    assert keeping.world.now(run).erased_at is None
    keeping.look()
    keeping.known()
    keeping.world.clock.advance(3 * DAY)
    with pytest.raises(StoreUnavailable):
        unheard.look(ORG, lambda: PLENTY)
    assert keeping.here.records.get(ORG, PATIENT) is not None


def test_a_patient_without_relation_goes_with_all_that_is_known_of_them(keeping: Keeping) -> None:
    keeping.known()
    keeping.world.clock.advance(3 * DAY)
    keeping.look()
    assert keeping.left() == [Kind.PATIENT]
    held = keeping.here.care.get_patient(ORG, PATIENT)
    assert held is not None
    assert (held.label, held.tombstone) == (None, None)
    keeping.known(7)
    record = keeping.here.records.get(ORG, PATIENT)
    assert record is not None
    assert record.version == 1


def test_what_there_was_no_time_for_goes_at_the_next_look(keeping: Keeping) -> None:
    """The record in force goes last, so that a look that was cut off is gone on with."""
    for number in range(1, 4):
        keeping.known(number, label=None)
    keeping.world.clock.advance(3 * DAY)
    hurried = replace(keeping.retention, kept=keeping.here.erasing_by(50))
    left = [len(keeping.left())]
    while left[-1] > 1:
        remaining = iter([PLENTY] * 6 + [0] * 9)
        hurried.look(ORG, partial(next, remaining))
        left.append(len(keeping.left()))
        assert left[-1] < left[-2]
    assert len(left) > 2, "one look was enough: nothing was tried"
    assert keeping.left() == [Kind.PATIENT]


def test_who_is_assigned_meanwhile_finds_the_record_as_it_was(keeping: Keeping) -> None:
    keeping.known()
    keeping.world.clock.advance(3 * DAY)
    before = keeping.left()
    found, _ = keeping.due.old_patients(ORG, keeping.world.clock.now_ms() - 2 * DAY, None)
    assert [one.id for one in found] == [PATIENT]
    keeping.here.care.assign(ORG, Assignment(PATIENT, CLINICIAN, keeping.world.clock.now_ms()))
    due = keeping.due
    found_before = HasFound(due.runs, due.care, due.records, found)
    late = replace(keeping.retention, due=found_before)
    late.look(ORG, lambda: PLENTY)
    assert keeping.left() == before


def test_who_keeps_runs_for_ever_is_looked_at_no_more(keeping: Keeping) -> None:
    run = keeping.done()
    keeping.here.organisations.put(Organisation(ORG, retention_days=None, version=2))
    keeping.world.clock.advance(400 * DAY)
    keeping.look()
    assert keeping.world.now(run).erased_at is None
    assert keeping.store.due(keeping.world.clock.now_ms(), 10) == []
    assert run.created_by == CLINICIAN
