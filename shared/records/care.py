"""Patients, who cares for them, their FHIR records and their assessments."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Says that a patient is to be erased, or has been: by which run, since when (ms), and who
    asked for it (a sub). It is never taken away.

    `account`: a digest of the patient's own account, so that its owner may still ask who looked.
    """

    run_id: str
    at: int
    by: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """`user_id` is the sub of the patient's own account, if they have one; `label` the ward's short
    name for them. A `tombstone` stands on one who is to be erased, or has been.
    """

    id: str
    org_id: str
    user_id: str | None
    created_at: int
    updated_at: int
    label: str | None = None
    tombstone: Tombstone | None = None

    def belongs_to(self, user_id: str) -> bool:
        """Whether the account is the patient's own, or was before they were erased."""
        if self.tombstone is None or self.user_id is not None:
            return self.user_id == user_id
        return self.tombstone.account == self.account_digest(user_id)

    def account_digest(self, user_id: str) -> str:
        """Of an account, comparable for this patient only."""
        return hashlib.sha256(f"{self.org_id}/{self.id}/{user_id}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who cares for a patient, since when (ms), and who said so (a sub); of one that has ended,
    when and by whom.
    """

    patient_id: str
    user_id: str
    assigned_at: int
    assigned_by: str | None = None
    ended_at: int | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """`birth_date` and `deceased` as FHIR dates (YYYY, YYYY-MM or YYYY-MM-DD); None where the
    record does not state it.

    `identifiers`: pairs of fingerprints, of the system ("" when there is none) and of the value.
    """

    birth_date: str | None = None
    gender: str | None = None
    deceased: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordContent:
    """What was read of a FHIR record when it was taken in. `resources` counts resource types."""

    resources: Mapping[str, int]
    person: Person
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A version of a patient's FHIR record; `by` is who brought it (a sub)."""

    version: int
    sha256: str
    content: RecordContent
    by: str
    updated_at: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A place to which a large record may be put until `expires_at`.

    `sha256` and `size_bytes` are of what is put there.
    """

    id: str
    org_id: str
    patient_id: str
    by: str
    created_at: int
    expires_at: int
    fingerprint: str
    size_bytes: int
    sha256: str
    is_ndjson: bool
    is_gzipped: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """A questionnaire with a patient's answers.

    `content`: {funnel {slug, version, questions}, answers}.
    """

    id: str
    org_id: str
    patient_id: str
    created_by: str
    created_at: int
    fingerprint: str
    content: Mapping[str, Any]
