"""The stores of runs, their payloads, artifacts, patients, records and projects.

Long because what each of them promises is said once, here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shared.records.artifact import Artifact
from shared.records.care import Assessment, Assignment, Patient, Tombstone
from shared.records.money import LedgerEntry
from shared.records.project import Project, ProjectInput, ProjectSummary
from shared.records.run import PayloadRef, Run, Subject
from shared.runs.changes import Change


@dataclass(frozen=True, slots=True)
class Scope:
    """Which list: `kind` is subject, creator, organisation or rare; `key` what it is of, inside the
    organisation.
    """

    kind: str
    org_id: str
    key: str = ""
    tag: str | None = None
    """Of a creator's or organisation's list, only the runs that bear it."""

    @classmethod
    def of_subject(cls, org_id: str, subject: Subject) -> "Scope":
        """The runs of one patient, intake or project."""
        return cls("subject", org_id, f"{subject.type}#{subject.id}")


@dataclass(frozen=True, slots=True)
class Only:
    """Which runs of a list somebody looks for: those in one of the statuses, of the workflow; None
    is any. A store may leave out the others, so that it need not read them whole.
    """

    statuses: Collection[str] | None = None
    workflow: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A run that this version cannot read: another one wrote it, or something spoiled it.

    Only its id is known, and what its lists' keys say, where even those can be read.
    """

    id: str
    org_id: str | None = None
    created_at: int | None = None
    subject: Subject | None = None
    created_by: str | None = None
    place: str | None = field(default=None, compare=False)
    """Where it stands in the lists that name it."""


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of a list newest first, and the position after the last one examined; None at the
    end.
    """

    rows: list[Run | Unreadable]
    position: str | None

    @property
    def runs(self) -> list[Run]:
        """The entries that this version can read."""
        return [row for row in self.rows if not isinstance(row, Unreadable)]


@dataclass(frozen=True, slots=True)
class DueRun:
    """What stands in the index of open runs, and the moment (ms) at which it stands there."""

    run: Run | Unreadable
    at: int

    @property
    def run_id(self) -> str:
        return self.run.id


class RunStore(Protocol):
    """Raises RunUnreadable for a run that it cannot read."""

    def create(self, run: Run) -> Run | None:
        """Write a new run; None when that succeeded, else the run that already has this id
        (untouched).
        """

    def get(self, run_id: str) -> Run | None:
        """The run as it is now (strongly consistent)."""

    def apply(self, change: Change) -> Run:
        """One conditional write; the run after it.

        A write already applied under the same op answers the run as it stands.

        Raises GuardFailed with the run as it is (None when there is none).
        """

    def page(
        self,
        scope: Scope,
        position: str | None,
        limit: int,
        *,
        newest_first: bool = True,
        only: Only | None = None,
    ) -> Page:
        """At most `limit` runs of a list, newest first or oldest first, from after `position` (see
        position_of) on. With `only`, `limit` runs are examined, and others may be left out of them.
        """

    def places(
        self, scope: Scope, position: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """Where the next runs of a list stand, newest first, without reading them; and the position
        after them.
        """

    def at(self, positions: Sequence[str], *, only: Only | None = None) -> list[Run | Unreadable]:
        """What stands at these places of lists, in their order, but for what is gone; with `only`,
        others may be left out.
        """

    def position_of(self, row: Run | Unreadable) -> str:
        """Where an entry stands in every list."""

    def before(self, created_at: int) -> str:
        """The position from which on a list holds only runs created before that moment (ms); oldest
        first, only those created then or later.
        """

    def due(
        self, shard: int, gate: str | None, until: int, position: str | None, limit: int
    ) -> tuple[list[DueRun], str | None]:
        """Open runs of a shard (0 to OPEN_SHARDS - 1) to which something may be due by `until`
        (ms), earliest first.

        With a `gate`, those that are parked at it; without, those that are parked nowhere. At most
        `limit` index entries are
        read; the position after the last one, None at the end.
        """

    def erase(self, run: Run, skeleton: Run) -> bool:
        """Put the skeleton in the place of an ended run, with all that it held; False when it has
        been written since it was read.
        """

    def postpone(self, due: DueRun, to: int) -> bool:
        """Let a run stand at `to` instead, when nothing was due to it; False when it was moved or
        written since it was read.
        """


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in items beside a run: its ledger's lines by their key, and the bytes of those
    answers (by key) and payloads (by sha256) that are not in objects.
    """

    ledger: Mapping[str, LedgerEntry] = field(default_factory=dict)
    answers: Mapping[str, bytes] = field(default_factory=dict)
    payloads: Mapping[str, bytes] = field(default_factory=dict)


class PayloadStore(Protocol):
    """Bytes beside a run, create-only, written before the item that names them."""

    def put(self, run: Run, data: bytes) -> PayloadRef: ...

    def get(self, run: Run, ref: PayloadRef) -> bytes:
        """Raises PayloadMissing when the bytes are gone or do not have their hash."""

    def put_answer(self, run: Run, key: str, data: bytes, entry: LedgerEntry) -> bytes:
        """Keep a model's answer, and what it cost, under its ledger key; the bytes that now stand
        there (the first ones ever put).
        """

    def get_answer(self, run: Run, key: str) -> bytes | None: ...

    def put_asked(self, run: Run, key: str, entry: LedgerEntry) -> None:
        """Write down that a call is about to be made, create-only: repeating it changes nothing."""

    def settle(self, run: Run, key: str, entry: LedgerEntry) -> None:
        """Put what became of a call in the place of what was written down when it was asked."""

    def purchases(self, run: Run) -> Mapping[str, LedgerEntry]:
        """Every line of the run's ledger by its key: all that the run ever paid for, and may have
        to.
        """

    def beside(self, run: Run) -> Beside:
        """All of that in one request, for who takes up a run that others have worked on.

        What is damaged is left out.
        """


class ArtifactStore(Protocol):
    def put(self, artifact: Artifact, data: bytes) -> Artifact:
        """Store the bytes, then the record (invisible until a run names it); idempotent; with its
        storage_path.
        """

    def get(self, org_id: str, artifact_id: str) -> Artifact | None: ...

    def erased_maker(self, org_id: str, artifact_id: str) -> str | None:
        """The run that made an artifact which was erased; None for any other."""

    def get_many(self, org_id: str, artifact_ids: Sequence[str]) -> list[Artifact]:
        """Those that exist, in the order asked for."""

    def read(self, artifact: Artifact) -> bytes:
        """Raises PayloadMissing when the bytes are gone or do not have their hash."""

    def use_key(self, key_id: str, fingerprint: str, run_id: str | None = None) -> bool:
        """Claim an Idempotency-Key, for a change of that run where it is one; True when the same
        request claimed it before.

        Raises IdempotencyKeyReused when another did.
        """

    def presign(self, artifact: Artifact, filename: str) -> str: ...


class CareStore(Protocol):
    """Patients, who cares for them, their records and assessments.

    Everything is of one organisation.
    """

    def put_patient(
        self, patient: Patient, *, keep_user: bool = False, keep_label: bool = False
    ) -> tuple[Patient, bool]:
        """Create or update; (as it stands, whether it is new).

        `keep_...`: leave what is held alone.
        """

    def get_patient(self, org_id: str, patient_id: str) -> Patient | None: ...

    def get_patients(self, org_id: str, patient_ids: Sequence[str]) -> list[Patient]:
        """Those of the patients that there are."""

    def bury(self, org_id: str, patient_id: str, tombstone: Tombstone) -> Patient | None:
        """Put the tombstone on a patient, unless one stands there; the patient as they stand, None
        when there is none. From then on no list shows them.
        """

    def patients(
        self, org_id: str, position: str | None, limit: int
    ) -> tuple[list[Patient], str | None]: ...

    def patients_of_clinician(
        self, org_id: str, user_id: str, position: str | None, limit: int
    ) -> tuple[list[Patient], str | None]: ...

    def patient_ids_of_clinician(
        self, org_id: str, user_id: str, position: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """Whom a clinician is assigned to, as their list says."""

    def patients_of_user(
        self, org_id: str, user_id: str, position: str | None, limit: int
    ) -> tuple[list[Patient], str | None]: ...

    def assign(self, org_id: str, assignment: Assignment) -> Assignment: ...

    def unassign(
        self, org_id: str, patient_id: str, user_id: str, by: str | None = None, at: int = 0
    ) -> None:
        """End an assignment, if there is one. It stays on record, with who ended it and when."""

    def ended_assignments(
        self, org_id: str, patient_id: str, position: str | None, limit: int
    ) -> tuple[list[Assignment], str | None]:
        """Newest end first."""

    def is_assigned(self, org_id: str, patient_id: str, user_id: str) -> bool: ...

    def assigned_of(self, org_id: str, patient_ids: Sequence[str], user_id: str) -> frozenset[str]:
        """Those of the patients to whom a clinician is assigned now."""

    def clinicians(
        self, org_id: str, patient_id: str, position: str | None, limit: int
    ) -> tuple[list[Assignment], str | None]: ...

    def create_assessment(self, assessment: Assessment) -> Assessment | None:
        """None when written, else the one that already has this id."""

    def get_assessment(self, org_id: str, assessment_id: str) -> Assessment | None:
        """Of one that was erased, nothing but whose it was."""

    def last_assessed_at(self, org_id: str, patient_id: str) -> int | None:
        """When (ms) the newest assessment of the patient was made."""

    def assessments(
        self, org_id: str, patient_id: str, position: str | None, limit: int
    ) -> tuple[list[Assessment], str | None]: ...


class ProjectStore(Protocol):
    """Projects and their numbered inputs, append-only.

    What it tells of runs it derives from the lists of runs.
    """

    def create_project(self, project: Project) -> Project | None:
        """None when written, else the project that the same request made before.

        Raises IdempotencyKeyReused when another request, or another kind of thing, has its id.
        """

    def get_project(self, org_id: str, project_id: str) -> Project | None: ...

    def is_taken(self, identifier: str) -> bool:
        """Whether anything was made, or begun, under this id: a request that leads to it is then a
        repetition.
        """

    def summaries(
        self, org_id: str, person: str | None, position: str | None, limit: int
    ) -> tuple[list[ProjectSummary], str | None]:
        """A person's projects, or with None all of the organisation, newest first; and the position
        after them.
        """

    def settle(self, project_id: str, now: int) -> None:
        """Bring what is kept about the number of the project's old runs up to date.

        Changes nothing that is seen.
        """

    def add_input(
        self, new: ProjectInput, document: bytes, fingerprint: str
    ) -> tuple[ProjectInput, bool]:
        """Give it the next version; (as it stands, whether this call made it).

        Versions have no gaps. Raises IdempotencyKeyReused when another request has its id.
        """

    def get_input(self, project: Project, version: int) -> ProjectInput | None: ...

    def latest_final(self, project: Project) -> ProjectInput | None:
        """The highest version that is final, and no draft."""

    def inputs(
        self, project: Project, position: str | None, limit: int
    ) -> tuple[list[ProjectInput], str | None]:
        """Newest version first, from after the position on; and the position after them."""

    def read_input(self, project_input: ProjectInput) -> bytes:
        """The document as it was added. Raises PayloadMissing when it is gone or damaged."""
