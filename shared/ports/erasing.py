"""What an erasure needs of the stores: to find everything of a run and of a patient, to remove it,
and to remember how far it has come.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

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


THINGS_AT_ONCE = 1_000
"""A page of a patient's things holds at most so many."""


class ErasureStore(Protocol):
    """Finds by list and by key prefix, so also what nothing names. What is found twice is removed
    once; removing what is gone changes nothing.
    """

    def of_run(self, org_id: str, run_id: str) -> list[Thing]:
        """All that stands beside a run, but for its artifacts and the run itself."""

    def artifacts_of_run(self, org_id: str, run_id: str) -> list[Thing]:
        """All artifacts that were made for a run, whether or not it names them."""

    def of_patient(
        self, org_id: str, patient_id: str, position: str | None
    ) -> tuple[list[Thing], str | None]:
        """Uploads, assessments, record versions, and what the patient is called by; and the
        position after them, None at the end. It holds when they have been removed meanwhile.

        The record in force comes after all other things but the patient, so that whoever finds
        none may take it that nothing of a record is left.
        """

    def remove(self, things: Sequence[Thing], now: int) -> None:
        """Remove them for good, all versions of objects. Of an artifact and an assessment a stub
        stays that says whose it was. A tag goes out of the filters of bulks that name it, too.

        Raises StoreUnavailable while such a bulk is under way.
        """

    def strip(self, run_id: str, now: int) -> None:
        """Leave of a run that cannot be read what its lists need."""

    def keep_tombstone(self, org_id: str, patient_id: str, tombstone: Tombstone) -> None:
        """Outside the table too, so that it can be put up again after the table was restored."""

    def tombstones(self) -> Iterator[tuple[str, str, Tombstone]]:
        """(organisation, patient, tombstone) of everybody of whom one is kept there."""

    def reached(self, run_id: str, step: str) -> Mapping[str, Any] | None:
        """What a step of an erasure has noted of how far it has come; None before it has."""

    def note_reached(self, run_id: str, step: str, reached: Mapping[str, Any]) -> None:
        """In the place of what was noted before."""
