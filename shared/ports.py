"""What the engine needs of the world, as Protocols. Adapters implement them; `tests/` holds one contract suite per port.

All of them raise shared.errors.StoreUnavailable where the other side is throttled, slow or away.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.runs.canonical import canonical_json
from shared.runs.changes import Change
from shared.runs.records import PayloadRef, Run, TokenUsage, Usage


class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""

    def sleep(self, seconds: float) -> None: ...


class Ids(Protocol):
    def unique(self) -> str:
        """A new UUIDv7 (RFC 9562), canonical text."""

    def op(self) -> str:
        """A short random name for one write."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which list: `kind` is subject, creator, organisation or rare; `key` what it is of, inside the organisation."""

    kind: str
    org_id: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Runs newest first, and the position after the last one examined; None at the end."""

    runs: list[Run]
    position: str | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What stands in the index of open runs and is no run that this version can read."""

    run_id: str


class RunStore(Protocol):
    """Raises RunUnreadable for a run that it cannot read."""

    def create(self, run: Run) -> Run | None:
        """Write a new run; None when that succeeded, else the run that already has this id (untouched)."""

    def get(self, run_id: str) -> Run | None:
        """The run as it is now (strongly consistent)."""

    def apply(self, change: Change) -> Run:
        """One conditional write; the run after it. A write already applied under the same op answers the run as it stands.

        Raises GuardFailed with the run as it is (None when there is none).
        """

    def page(self, scope: Scope, position: str | None, limit: int) -> Page:
        """At most `limit` runs of a list, newest first, from after `position` (see position_of) on."""

    def position_of(self, run: Run) -> str:
        """Where a run stands in every list."""

    def before(self, created_at: int) -> str:
        """The position from which on a list holds only runs created before that moment (ms)."""

    def open_runs(self, turn: int = 0) -> Iterator[Run | Unreadable]:
        """Every run that has not ended, by walking the sparse index of open runs only, a page at a time.

        `turn` is any number: successive ones begin the walk at different places, so that no run is always among the last.
        """


class PayloadStore(Protocol):
    """Bytes beside a run, create-only, written before the item that names them."""

    def put(self, run: Run, data: bytes) -> PayloadRef: ...

    def get(self, run: Run, ref: PayloadRef) -> bytes:
        """Raises PayloadMissing when the bytes are gone or do not have their hash."""

    def put_answer(self, run: Run, key: str, data: bytes, usage: Usage) -> bytes:
        """Keep a model's answer, and what it cost, under its ledger key; the bytes that now stand there (the first ones ever put)."""

    def get_answer(self, run: Run, key: str) -> bytes | None: ...

    def purchases(self, run: Run) -> Mapping[str, Usage]:
        """What every answer in the run's ledger cost, by its key: all that the run ever paid for."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """An immutable document of an organisation. `run_id` is the run that made it; links make it part of others."""

    id: str
    org_id: str
    run_id: str
    artifact_type: str
    artifact_name: str
    sha256: str
    size_bytes: int
    content_type: str
    storage_path: str
    created_at: int
    fingerprint: str | None = None
    """Of the request that made it, when a person did."""
    phase: str | None = None
    path: str | None = None
    description: str | None = None


class ArtifactStore(Protocol):
    def put(self, artifact: Artifact, data: bytes) -> Artifact:
        """Store the bytes, then the record (invisible until a run names it); idempotent; with its storage_path."""

    def get(self, org_id: str, artifact_id: str) -> Artifact | None: ...

    def get_many(self, org_id: str, artifact_ids: Sequence[str]) -> list[Artifact]:
        """Those that exist, in the order asked for."""

    def read(self, artifact: Artifact) -> bytes:
        """Raises PayloadMissing when the bytes are gone or do not have their hash."""

    def link(self, artifact_id: str, run_id: str) -> None:
        """Note that another run may name it, before it does."""

    def use_key(self, key_id: str, fingerprint: str) -> bool:
        """Claim an Idempotency-Key for linking; True when the same request claimed it before.

        Raises IdempotencyKeyReused when another did.
        """

    def runs_of(self, artifact: Artifact) -> list[str]:
        """Ids of the runs that may name it, its maker first."""

    def presign(self, artifact: Artifact, filename: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Patient:
    """`user_id` is the sub of the patient's own account, if they have one."""

    id: str
    org_id: str
    user_id: str | None
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Assignment:
    patient_id: str
    user_id: str
    assigned_at: int


@dataclass(frozen=True, slots=True)
class Record:
    """A patient's FHIR record as it stands. `resources` counts resource types."""

    version: int
    sha256: str
    resources: Mapping[str, int]
    updated_at: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """A questionnaire with a patient's answers. `content`: {funnel {slug, version, questions}, answers}."""

    id: str
    org_id: str
    patient_id: str
    created_by: str
    created_at: int
    fingerprint: str
    content: Mapping[str, Any]


class CareStore(Protocol):
    """Patients, who cares for them, their records and assessments. Everything is of one organisation."""

    def put_patient(self, patient: Patient, *, keep_user: bool) -> tuple[Patient, bool]:
        """Create or update; (as it stands, whether it is new). `keep_user`: leave an existing user_id alone."""

    def get_patient(self, org_id: str, patient_id: str) -> Patient | None: ...

    def patients(self, org_id: str, position: str | None, limit: int) -> tuple[list[Patient], str | None]: ...

    def patients_of_clinician(self, org_id: str, user_id: str, position: str | None, limit: int) -> tuple[list[Patient], str | None]: ...

    def patients_of_user(self, org_id: str, user_id: str, position: str | None, limit: int) -> tuple[list[Patient], str | None]: ...

    def assign(self, org_id: str, assignment: Assignment) -> Assignment: ...

    def unassign(self, org_id: str, patient_id: str, user_id: str) -> None: ...

    def is_assigned(self, org_id: str, patient_id: str, user_id: str) -> bool: ...

    def clinicians(self, org_id: str, patient_id: str, position: str | None, limit: int) -> tuple[list[Assignment], str | None]: ...

    def put_record(self, org_id: str, patient_id: str, bundle: bytes, resources: Mapping[str, int], now: int) -> Record:
        """Keep a record; the same bytes keep their version."""

    def get_record(self, org_id: str, patient_id: str) -> Record | None: ...

    def read_record(self, org_id: str, patient_id: str) -> bytes | None:
        """The bundle's bytes. Raises PayloadMissing when they are gone or damaged."""

    def create_assessment(self, assessment: Assessment) -> Assessment | None:
        """None when written, else the one that already has this id."""

    def get_assessment(self, org_id: str, assessment_id: str) -> Assessment | None: ...

    def assessments(self, org_id: str, patient_id: str, position: str | None, limit: int) -> tuple[list[Assessment], str | None]: ...


class Doorbell(Protocol):
    def ring(self, run: Run, delay_ms: int = 0) -> None:
        """Tell a worker to look at the run. Carries its id and nothing else; losing or repeating it is harmless."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One model call: all that decides its answer and nothing else, so that its sha256 names the answer."""

    model: str
    system: str
    prompt: str
    schema: Mapping[str, Any]
    max_output_tokens: int

    def sha256(self) -> str:
        fields = [self.model, self.system, self.prompt, self.schema, self.max_output_tokens]
        return hashlib.sha256(canonical_json(fields)).hexdigest()


REFUSAL = "refusal"
"""The stop reason of a model that will not answer."""


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What was paid for. `stop_reason` as the API says: end_turn, max_tokens, REFUSAL, ..."""

    text: str
    model: str
    stop_reason: str
    usage: TokenUsage


class LanguageModel(Protocol):
    def count_input_tokens(self, request: ModelRequest) -> int: ...

    def answer(self, request: ModelRequest, *, still_wanted: Callable[[], None], timeout_seconds: float) -> ModelAnswer:
        """Ask once. `still_wanted` is called as the answer streams in; what it raises closes the stream and propagates.

        Raises TransientFailure or PermanentFailure, code LLM_ERROR, with fixed texts. Refusals and cut answers are
        answers: they were paid for.
        """


class StepProbe(Protocol):
    """Sees each step begin and end (before its checkpoint). Deployed, it does nothing."""

    def before(self, step: str) -> None: ...

    def after(self, step: str) -> None: ...
