"""What an erasure needs of the stores: to find everything of a run and of a patient, and to remove
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.records.care import Tombstone


class Kind(StrEnum):
    """What a receipt counts."""

    PAYLOAD = "payloads"
    """What runs read and left: inputs, context packs, steps' results, outputs, error details."""
    ANSWER = "ledger_lines"
    """The model's answers, and what was written down of its calls."""
    ARTIFACT = "artifacts"
    KEY = "idempotency_keys"
    TAG = "tag_entries"
    RECORD_VERSION = "record_versions"
    ASSESSMENT = "assessments"
    UPLOAD = "uploads"
    PATIENT = "patients"
    """Label, account and lists' entries of the patient."""
    OBJECT = "object_versions"
    """Versions of objects in the bucket, whatever they hold, and their delete markers."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to be removed. `place` is the store's own name of it, `digest` the sha256 (hex) of
    its content.
    """

    kind: Kind
    place: tuple[str, ...]
    digest: str


class ErasureStore(Protocol):
    """Finds by list and by key prefix, so also what nothing names. What is found twice is removed
    once; removing what is gone changes nothing.
    """

    def of_run(self, org_id: str, run_id: str) -> list[Thing]:
        """All that stands beside a run, but for its artifacts and the run itself."""

    def artifacts_of_run(self, org_id: str, run_id: str) -> list[Thing]:
        """All artifacts that were made for a run, whether or not it names them."""

    def of_patient(self, org_id: str, patient_id: str) -> list[Thing]:
        """Record versions, uploads, assessments, and what the patient is called by."""

    def remove(self, things: Sequence[Thing], now: int) -> None:
        """Remove them for good, all versions of objects. Of an artifact and an assessment a stub
        stays that says whose it was.
        """

    def strip(self, run_id: str, now: int) -> None:
        """Leave of a run that cannot be read what its lists need."""

    def keep_tombstone(self, org_id: str, patient_id: str, tombstone: Tombstone) -> None:
        """Outside the table too, so that it can be put up again after the table was restored."""
