"""Patients, assignments and assessments in memory."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from threading import RLock
from typing import TypeVar

from shared.errors import IdempotencyKeyReused
from shared.records.care import (
    Assessment,
    Assignment,
    Patient,
    Tombstone,
)
from tests.fakes.things import Things

Key = tuple[str, str]
T = TypeVar("T")


class InMemoryCareStore:
    """Implements shared.ports.CareStore.

    Lists are newest first; a position is the place of the last row.
    """

    def __init__(self, things: Things | None = None) -> None:
        self._lock = RLock()
        self._things = things or Things()
        self._patients: dict[Key, Patient] = {}
        self._assignments: dict[tuple[str, str, str], Assignment] = {}
        self._ended: dict[Key, list[Assignment]] = {}
        self._assessments: dict[str, Assessment] = {}
        self._erased: set[str] = set()
        self._nameless: set[Key] = set()

    # --- patients ---------------------------------------------------------------------------------

    def put_patient(
        self, patient: Patient, *, keep_user: bool = False, keep_label: bool = False
    ) -> tuple[Patient, bool]:
        key = (patient.org_id, patient.id)
        with self._lock:
            held = self._patients.get(key)
            if held is None:
                self._patients[key] = patient
                return patient, True
            kept = replace(
                held,
                user_id=held.user_id if keep_user else patient.user_id,
                label=held.label if keep_label else patient.label,
            )
            if kept != held:
                self._patients[key] = replace(kept, updated_at=patient.updated_at)
            return self._patients[key], False

    def get_patient(self, org_id: str, patient_id: str) -> Patient | None:
        return self._patients.get((org_id, patient_id))

    def get_patients(self, org_id: str, patient_ids: Sequence[str]) -> list[Patient]:
        found = (self._patients.get((org_id, one)) for one in patient_ids)
        return [patient for patient in found if patient is not None]

    def bury(self, org_id: str, patient_id: str, tombstone: Tombstone) -> Patient | None:
        with self._lock:
            held = self._patients.get((org_id, patient_id))
            if held is not None and held.tombstone is None:
                self._patients[org_id, patient_id] = replace(held, tombstone=tombstone)
            return self._patients.get((org_id, patient_id))

    def patients(
        self, org_id: str, position: str | None, limit: int
    ) -> tuple[list[Patient], str | None]:
        return self._patients_where(lambda p: p.org_id == org_id, position, limit)

    def patients_of_user(
        self, org_id: str, user_id: str, position: str | None, limit: int
    ) -> tuple[list[Patient], str | None]:
        return self._patients_where(
            lambda p: (p.org_id, p.user_id) == (org_id, user_id), position, limit
        )

    def patients_of_clinician(
        self, org_id: str, user_id: str, position: str | None, limit: int
    ) -> tuple[list[Patient], str | None]:
        theirs = [
            a for (org, _, user), a in self._assignments.items() if (org, user) == (org_id, user_id)
        ]
        found, last = _paged(theirs, lambda a: (a.assigned_at, a.patient_id), position, limit)
        patients = [self._patients[org_id, a.patient_id] for a in found]
        return [patient for patient in patients if patient.tombstone is None], last

    def patient_ids_of_clinician(
        self, org_id: str, user_id: str, position: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        found, last = self.patients_of_clinician(org_id, user_id, position, limit)
        return [patient.id for patient in found], last

    def _patients_where(
        self, belongs: Callable[[Patient], bool], position: str | None, limit: int
    ) -> tuple[list[Patient], str | None]:
        found, last = _paged(
            filter(belongs, self._patients.values()),
            lambda p: (p.created_at, p.id),
            position,
            limit,
        )
        return [patient for patient in found if patient.tombstone is None], last

    # --- clinicians -------------------------------------------------------------------------------

    def assign(self, org_id: str, assignment: Assignment) -> Assignment:
        with self._lock:
            return self._assignments.setdefault(
                (org_id, assignment.patient_id, assignment.user_id), assignment
            )

    def unassign(
        self, org_id: str, patient_id: str, user_id: str, by: str | None = None, at: int = 0
    ) -> None:
        held = self._assignments.pop((org_id, patient_id, user_id), None)
        if held is not None:
            ended = replace(held, ended_at=at, ended_by=by)
            self._ended.setdefault((org_id, patient_id), []).append(ended)

    def ended_assignments(
        self, org_id: str, patient_id: str, position: str | None, limit: int
    ) -> tuple[list[Assignment], str | None]:
        ended = self._ended.get((org_id, patient_id), [])
        return _paged(ended, lambda a: (a.ended_at or 0, a.user_id), position, limit)

    def is_assigned(self, org_id: str, patient_id: str, user_id: str) -> bool:
        return (org_id, patient_id, user_id) in self._assignments

    def assigned_of(self, org_id: str, patient_ids: Sequence[str], user_id: str) -> frozenset[str]:
        return frozenset(one for one in patient_ids if self.is_assigned(org_id, one, user_id))

    def clinicians(
        self, org_id: str, patient_id: str, position: str | None, limit: int
    ) -> tuple[list[Assignment], str | None]:
        assigned = [
            a
            for (org, patient, _), a in self._assignments.items()
            if (org, patient) == (org_id, patient_id)
        ]
        return _paged(assigned, lambda a: (a.assigned_at, a.user_id), position, limit)

    # --- assessments ------------------------------------------------------------------------------

    def create_assessment(self, assessment: Assessment) -> Assessment | None:
        with self._lock:
            self._things.claim(assessment.id, "assessment")
            existing = self._assessments.get(assessment.id)
            if existing is None:
                self._assessments[assessment.id] = assessment
            elif existing.fingerprint != assessment.fingerprint:
                raise IdempotencyKeyReused
            return existing

    def get_assessment(self, org_id: str, assessment_id: str) -> Assessment | None:
        found = self._assessments.get(assessment_id)
        return found if found is not None and found.org_id == org_id else None

    def last_assessed_at(self, org_id: str, patient_id: str) -> int | None:
        found, _ = self.assessments(org_id, patient_id, None, 1)
        return found[0].created_at if found else None

    def assessments(
        self, org_id: str, patient_id: str, position: str | None, limit: int
    ) -> tuple[list[Assessment], str | None]:
        theirs = [
            a
            for a in self._assessments.values()
            if (a.org_id, a.patient_id) == (org_id, patient_id) and a.id not in self._erased
        ]
        return _paged(theirs, lambda a: (a.created_at, a.id), position, limit)

    # --- erasing ----------------------------------------------------------------------------------

    def has_name(self, org_id: str, patient_id: str) -> bool:
        """Whether there is such a patient with anything but a tombstone."""
        key = (org_id, patient_id)
        return key in self._patients and key not in self._nameless

    def erase_assessment(self, assessment_id: str) -> None:
        """Leave of it whose it was."""
        with self._lock:
            held = self._assessments[assessment_id]
            self._erased.add(assessment_id)
            self._assessments[assessment_id] = Assessment(
                held.id, held.org_id, held.patient_id, "", 0, "", {}
            )

    def unname(self, org_id: str, patient_id: str, now: int) -> None:
        """Leave of a patient their tombstone."""
        with self._lock:
            held = self._patients[org_id, patient_id]
            bare = replace(held, user_id=None, label=None, updated_at=now)
            self._patients[org_id, patient_id] = bare
            self._nameless.add((org_id, patient_id))


def _paged(
    rows: Iterable[T], order: Callable[[T], tuple[int, str]], position: str | None, limit: int
) -> tuple[list[T], str | None]:
    places = {f"{order(row)[0]:016x}{order(row)[1]}": row for row in rows}
    rest = [place for place in sorted(places, reverse=True) if position is None or place < position]
    page = rest[:limit]
    return [places[place] for place in page], page[-1] if len(rest) > limit else None
