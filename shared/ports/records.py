"""The store of patients' FHIR records."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from shared.records.care import Record, RecordContent, Upload


class RecordStore(Protocol):
    """The versions of patients' FHIR records, and uploads on their way to becoming one."""

    def put(
        self, org_id: str, patient_id: str, data: bytes, content: RecordContent, by: str, now: int
    ) -> Record:
        """Bring a record into force; the same bytes as those in force keep their version."""

    def get(self, org_id: str, patient_id: str) -> Record | None:
        """The version in force."""

    def get_many(self, org_id: str, patient_ids: Sequence[str]) -> Mapping[str, Record]:
        """The versions in force of those patients that have a record."""

    def read(self, org_id: str, patient_id: str) -> tuple[Record, bytes] | None:
        """The version in force and its bytes.

        Raises PayloadMissing when they are gone or damaged.
        """

    def versions(
        self, org_id: str, patient_id: str, before: int | None, limit: int
    ) -> list[Record]:
        """Newest first; those with a number below `before`, where one is given."""

    def create_upload(self, upload: Upload) -> Upload:
        """The upload under this id: this one, or what the same request made before.

        Raises IdempotencyKeyReused.
        """

    def get_upload(self, org_id: str, patient_id: str, upload_id: str) -> Upload | None: ...

    def presign_upload(self, upload: Upload) -> tuple[str, dict[str, str]]:
        """The URL to PUT the bytes to, and the headers that must be sent with them."""

    def uploaded_size(self, upload: Upload) -> int | None:
        """How many bytes were put; None when nothing was."""

    def read_upload(self, upload: Upload) -> bytes | None: ...

    def use_upload(self, upload: Upload, used_for: str) -> bool:
        """Spend the upload on one purpose, as often as it is repeated; False when it was spent on
        another.
        """
