"""Retention: what an organisation keeps no longer is erased, a bounded number at a look.

Ended runs become skeletons; of a patient without any relation, whose runs are all gone, the record,
the uploads, the assessments and the label go. Nobody is asked, so there is no tombstone: a patient
who comes back is admitted like a new one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.errors import NotYet
from shared.observability import log
from shared.ports import (
    AuditTrail,
    CareStore,
    Clock,
    ErasureStore,
    Kind,
    OrganisationStore,
    Place,
    RecordStore,
    RetentionStore,
    RunStore,
    Scope,
    Tasks,
    Unreadable,
)
from shared.records.audit import worker_did, workers_entry
from shared.records.care import Patient, Record
from shared.records.run import Run, Subject
from shared.runs.skeleton import Spent
from shared.runs.timing import DAY, HOUR, MINUTE, SECOND
from shared.workflows.definitions import ERASURE, PATIENT
from shared.workflows.erasure.workflow import erase_run

RUNS_AT_MOST = 200
"""So many runs are erased at one look."""
EXAMINED_AT_MOST = 1_000
PATIENTS_AT_MOST = 100
COUNTED_AT_MOST = 400
"""So many entries of runs, and as many of patients and what is kept of them, are read where it is
only asked how many are due; a patient's runs come on top.
"""
_PATIENTS_A_PAGE = 50
LOOKED_AT_AGAIN = HOUR
EXPIRE_RUN, EXPIRE_PATIENT = "expire_run", "expire_patient"
"""What the trail calls it."""
_PAGE = 100
_CALLED_AGAIN = 10 * MINUTE
_MARGIN = 20 * SECOND
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class RetentionCalls:
    """The sweeper's part: calls for the eraser, who alone may delete."""

    retention: RetentionStore
    tasks: Tasks
    clock: Clock

    def wake(self) -> int:
        """How many organisations are due a look."""
        now = self.clock.now_ms()
        due = self.retention.due(now, _AT_ONCE)
        for org_id in due:
            self.retention.watch(org_id, now + _CALLED_AGAIN)
            self.tasks.send({"retain": org_id}, org_id)
        return len(due)


@dataclass(frozen=True, slots=True)
class Due:
    """What an organisation's retention is about to erase. Reads only."""

    runs: RunStore
    care: CareStore
    records: RecordStore

    def counts(self, org_id: str, cutoff: int, place: Place) -> tuple[int, int]:
        """How many runs are past their time, and the data of how many patients: from where the
        retention has come to, as far as a thousand entries show.
        """
        runs = self._count_runs(org_id, cutoff, place.runs)
        return runs, self._count_patients(org_id, cutoff, place.patients)

    def _count_runs(self, org_id: str, cutoff: int, position: str | None) -> int:
        found = 0
        for _ in range(COUNTED_AT_MOST // _PAGE):
            page = self.runs.page(
                Scope("organisation", org_id), position, _PAGE, newest_first=False
            )
            found += sum(is_past(run, cutoff) for run in page.runs)
            position = page.position
            if position is None or all(_created(row) >= cutoff for row in page.rows):
                break
        return found

    def _count_patients(self, org_id: str, cutoff: int, position: str | None) -> int:
        found, read = 0, 0
        while read < COUNTED_AT_MOST:
            patients, position = self.care.patients(org_id, position, _PATIENTS_A_PAGE)
            records = self._records_of(org_id, patients, cutoff)
            read += _PATIENTS_A_PAGE
            for patient in patients:
                is_past_it, more = self._looked_at(patient, records.get(patient.id), cutoff)
                found, read = found + is_past_it, read + more
                if read >= COUNTED_AT_MOST:
                    break
            if position is None:
                break
        return found

    def old_patients(
        self, org_id: str, cutoff: int, position: str | None
    ) -> tuple[list[Patient], str | None]:
        """Of a page of patients those without a relation of whom something is kept past its time,
        and where the next page begins.
        """
        found, position = self.care.patients(org_id, position, PATIENTS_AT_MOST)
        records = self._records_of(org_id, found, cutoff)
        old = [one for one in found if self._looked_at(one, records.get(one.id), cutoff)[0]]
        return old, position

    def is_forgotten(self, patient: Patient, cutoff: int) -> bool:
        """Whether a patient without a relation is kept past their time."""
        record = self.records.get(patient.org_id, patient.id)
        return self._looked_at(patient, record, cutoff)[0]

    def _records_of(
        self, org_id: str, patients: Sequence[Patient], cutoff: int
    ) -> Mapping[str, Record]:
        asked = [one.id for one in patients if _is_left_alone(one, cutoff)]
        return self.records.get_many(org_id, asked)

    def _looked_at(self, patient: Patient, record: Record | None, cutoff: int) -> tuple[bool, int]:
        """(whether they are kept past their time, how many entries were read for that). What most
        patients have is asked first.
        """
        if not _is_left_alone(patient, cutoff):
            return False, 0
        if record is not None and record.updated_at >= cutoff:
            return False, 1
        clinicians, _ = self.care.clinicians(patient.org_id, patient.id, None, 1)
        if clinicians:
            return False, 2
        assessed_at = self.care.last_assessed_at(patient.org_id, patient.id)
        if assessed_at is None and record is None and patient.label is None:
            return False, 3
        if assessed_at is not None and assessed_at >= cutoff:
            return False, 3
        scope = Scope.of_subject(patient.org_id, Subject(PATIENT, patient.id))
        rows = self.runs.page(scope, None, _PAGE).rows
        return all(_is_skeleton(row) for row in rows), 3 + len(rows)


@dataclass(frozen=True, slots=True)
class Retention:
    """The eraser's part. `usage_of` sums up what a run has spent. The trail says what went, before
    it goes.
    """

    organisations: OrganisationStore
    retention: RetentionStore
    due: Due
    kept: ErasureStore
    trail: AuditTrail
    clock: Clock
    usage_of: Callable[[Run], Spent]

    def look(self, org_id: str, remaining_ms: Callable[[], int]) -> None:
        """Erase what is past its time, as far as one look reaches."""
        days = self.organisations.get(org_id).retention_days
        if days is None:
            self.retention.forget(org_id)
            return
        now = self.clock.now_ms()
        cutoff, place = now - days * DAY, self.retention.place(org_id)
        place, is_done = self._runs(org_id, place, cutoff, remaining_ms)
        if is_done:
            place, is_done = self._patients(org_id, place, cutoff, remaining_ms)
        self.retention.save(org_id, place, now + LOOKED_AT_AGAIN if is_done else now)

    def _runs(
        self, org_id: str, place: Place, cutoff: int, remaining_ms: Callable[[], int]
    ) -> tuple[Place, bool]:
        """(how far it has come, whether there is nothing more to do now)."""
        erased, examined = 0, 0
        position, gone = place.going_on or place.runs, place.going_on is None
        for at, row in self._oldest(org_id, position):
            if _created(row) >= cutoff:
                return replace(place, going_on=None), True
            if erased >= RUNS_AT_MOST or remaining_ms() < _MARGIN:
                return replace(place, going_on=position), False
            if isinstance(row, Run) and is_past(row, cutoff):
                is_erased = self._erase(row)
                erased, gone = erased + is_erased, gone and is_erased
            elif not (isinstance(row, Run) and _is_left(row)):
                gone = False  # it stays for now, so the next round begins here
            position, examined = at, examined + 1
            place = replace(place, runs=position) if gone else place
        is_done = examined < EXAMINED_AT_MOST
        return replace(place, going_on=None if is_done else position), is_done

    def _oldest(self, org_id: str, position: str | None) -> Iterator[tuple[str, Run | Unreadable]]:
        """(its position, the row) of at most a thousand, oldest first."""
        runs = self.due.runs
        for _ in range(EXAMINED_AT_MOST // _PAGE):
            page = runs.page(Scope("organisation", org_id), position, _PAGE, newest_first=False)
            for row in page.rows:
                yield runs.position_of(row), row
            position = page.position
            if position is None:
                return

    def _erase(self, run: Run) -> bool:
        now = self.clock.now_ms()
        if run.subject.type == PATIENT:
            self.trail.write(workers_entry(run, EXPIRE_RUN, now))
        try:
            erase_run(self.due.runs, self.kept, run, run.org_id, now, self.usage_of)
        except NotYet:
            return False
        self.kept.remove(self.kept.artifacts_of_run(run.org_id, run.id), now)
        log("run_expired", run_id=run.id)
        return True

    def _patients(
        self, org_id: str, place: Place, cutoff: int, remaining_ms: Callable[[], int]
    ) -> tuple[Place, bool]:
        found, position = self.due.old_patients(org_id, cutoff, place.patients)
        for patient in found:
            if remaining_ms() < _MARGIN or not self._forget(patient, cutoff, remaining_ms):
                return place, False
        return replace(place, patients=position), position is None

    def _forget(self, patient: Patient, cutoff: int, remaining_ms: Callable[[], int]) -> bool:
        """Remove what is kept of a patient, and whether there was time for all of it."""
        org_id, now = patient.org_id, self.clock.now_ms()
        about, name = (patient.id, None), f"{patient.id}.{now}"
        self.trail.write(worker_did(EXPIRE_PATIENT, org_id, about, now, request_id=name))
        position: str | None = None
        while True:
            if remaining_ms() < _MARGIN:
                return False
            things, position = self.kept.of_patient(org_id, patient.id, position)
            found = self.due.care.get_patient(org_id, patient.id)
            if found is None or not self.due.is_forgotten(found, cutoff):
                return True  # nothing is left, or they have come back meanwhile
            self.kept.remove([one for one in things if one.kind is not Kind.PATIENT], now)
            if position is None:
                break
        bare = Patient(patient.id, org_id, None, patient.created_at, now)
        self.due.care.put_patient(bare, keep_user=True)
        log("patient_expired")
        return True


def _is_left_alone(patient: Patient, cutoff: int) -> bool:
    """Whether nobody's account is the patient's, and nobody has changed them lately."""
    return patient.user_id is None and patient.updated_at < cutoff


def is_past(run: Run, cutoff: int) -> bool:
    """Whether an ended run has been kept for as long as it may be. Receipts are kept."""
    ended = run.completed_at is not None and run.completed_at < cutoff
    return run.is_terminal and ended and run.erased_at is None and run.workflow != ERASURE.name


def _is_skeleton(row: Run | Unreadable) -> bool:
    return isinstance(row, Run) and row.erased_at is not None


def _is_left(run: Run) -> bool:
    """Whether nothing will ever be erased of it: a skeleton, or an erasure with its receipt."""
    return run.erased_at is not None or (run.is_terminal and run.workflow == ERASURE.name)


def _created(row: Run | Unreadable) -> int:
    return row.created_at or 0
