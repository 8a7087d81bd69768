"""The door of patients' records: what is sent, in the body or by upload, whose it is, what it would
change, and its versions.

The body of PUT is a FHIR bundle of up to 4 MB, or names an upload of up to 50 MB.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from shared.engine.creation import Key
from shared.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    OtherPerson,
    TooLarge,
    ValidationFailed,
)
from shared.http.authorize import admit_unless_made
from shared.http.call import Call
from shared.http.messages import field_name, message_of
from shared.http.models import AS_INTEGER, KB, Body, Uuid
from shared.http.received import Limits, decoded_record
from shared.http.views import Json, time
from shared.intake.changes import Counts, changes, digests
from shared.intake.person import age_years, is_other_person, person_of
from shared.records.care import Person, Record, RecordContent, Upload
from shared.records.run import Run
from shared.runs.canonical import sha256_hex
from shared.runs.timing import SECOND, UPLOAD_LIFE
from shared.workflows.diagnosis.fhir import opened
from shared.workflows.diagnosis.record import InvalidRecord, validate_record

MB = KB * KB
IN_BODY = Limits(size=4 * MB, nodes=None)
BY_UPLOAD = 50 * MB
NOBODY = Person()
"""Of whom nothing is known."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class TakeUpload(Body):
    """A record that was put to where POST .../record/uploads said."""

    upload_id: Uuid


class AnnounceUpload(Body):
    """`size_bytes` and `sha256` are of what is going to be put, packed if `gzip` says so."""

    size_bytes: Annotated[int, Field(ge=1), AS_INTEGER]
    sha256: Sha256
    format: Literal["json", "ndjson"]
    gzip: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A record that may be taken in: its bytes, what was read of it, and the upload it came by."""

    data: bytes
    bundle: Mapping[str, Any]
    content: RecordContent
    upload: Upload | None = None

    @property
    def sha256(self) -> str:
        return sha256_hex(self.data)


# --- what is shown --------------------------------------------------------------------------------


def today(call: Call) -> date:
    return datetime.fromtimestamp(call.services.clock.now_ms() / SECOND, UTC).date()


def person_view(person: Person, on: date) -> Json:
    return {"age_years": age_years(person, on), "gender": person.gender}


def record_view(record: Record, on: date) -> Json:
    return {
        "version": record.version,
        "sha256": record.sha256,
        "resources": dict(record.content.resources),
        "updated_at": time(record.updated_at),
        "person": person_view(record.content.person, on),
        "warnings": list(record.content.warnings),
    }


def version_view(record: Record) -> Json:
    return {
        "version": record.version,
        "sha256": record.sha256,
        "at": time(record.updated_at),
        "by": record.by,
        "resources": dict(record.content.resources),
    }


def upload_view(call: Call, upload: Upload) -> Json:
    url, headers = call.services.records.presign_upload(upload)
    return {
        "id": upload.id,
        "url": url,
        "headers": headers,
        "expires_at": time(upload.expires_at),
    }


# --- what is sent ---------------------------------------------------------------------------------


def asked_upload(body: Mapping[str, Any]) -> str | None:
    """The id of the upload that a body names; None for a body that is the record itself.

    Raises ValidationFailed for a body that names one wrongly, or holds more.
    """
    if "upload_id" not in body:
        return None
    try:
        return TakeUpload.model_validate(body).upload_id
    except ValidationError as exc:
        errors = [
            {"field": field_name(("body", *error["loc"])), "message": message_of(error)}
            for error in exc.errors()
        ]
        raise ValidationFailed(errors) from exc


def sent_in_body(call: Call, patient_id: str, bundle: Mapping[str, Any]) -> Sent:
    """Raises ValidationFailed when it is no FHIR R4 bundle of one patient."""
    return Sent(call.raw_body, bundle, _read(call, patient_id, bundle))


def sent_by_upload(call: Call, patient_id: str, upload_id: str) -> Sent:
    """Raises NotFound for an unknown or expired upload, Conflict before anything was put there,
    TooLarge over the limit, ValidationFailed for other bytes than were announced and for what is
    no record.
    """
    records, org_id = call.services.records, call.caller.org_id
    upload = records.get_upload(org_id, patient_id, upload_id)
    if upload is None or upload.expires_at <= call.services.clock.now_ms():
        raise NotFound
    size = records.uploaded_size(upload)
    if size is not None and size > BY_UPLOAD:
        raise TooLarge(f"The record is over its limit of {BY_UPLOAD} bytes.")
    raw = None if size is None else records.read_upload(upload)
    if raw is None:
        raise Conflict("Nothing has been put to this upload yet.")
    if sha256_hex(raw) != upload.sha256:
        raise ValidationFailed.of("body.upload_id", "holds other bytes than its sha256 says")
    try:
        decoded = decoded_record(raw, BY_UPLOAD, gzipped=upload.is_gzipped, ndjson=upload.is_ndjson)
    except InvalidRequest as exc:
        raise ValidationFailed.of("body.upload_id", str(exc)) from exc
    return Sent(decoded.data, decoded.bundle, _read(call, patient_id, decoded.bundle), upload)


def _read(call: Call, patient_id: str, bundle: Any) -> RecordContent:
    """What a record holds, by its own words. Raises ValidationFailed."""
    try:
        summary = validate_record(bundle)
    except InvalidRecord as exc:
        raise ValidationFailed(exc.errors) from exc
    # Comparable within this patient's records only.
    person = person_of(summary.patient, f"{call.caller.org_id}/{patient_id}")
    return RecordContent(summary.resources, person, tuple(summary.warnings))


# --- what comes of it -----------------------------------------------------------------------------


def put_record(call: Call, patient_id: str, sent: Sent, *, replace_person: bool) -> Record:
    """Bring what was sent into force; the same bytes as those in force keep their version.

    Raises OtherPerson unless `replace_person`, and Conflict for an upload that was used before and
    did not make the version in force.
    """
    records, caller = call.services.records, call.caller
    held = records.get(caller.org_id, patient_id)
    if not replace_person and is_of_other(held, sent):
        raise OtherPerson
    if sent.upload is not None:
        _spend(call, sent.upload, held, sent.sha256)
    now = call.services.clock.now_ms()
    return records.put(caller.org_id, patient_id, sent.data, sent.content, caller.user_id, now)


def _spend(call: Call, upload: Upload, held: Record | None, sha256: str) -> None:
    """An upload is used to follow one version, so that whoever died in between may repeat it, and
    nobody brings it back after the record has gone on.
    """
    follows = held.version if held else 0
    is_in_force = held is not None and held.sha256 == sha256
    if not call.services.records.use_upload(upload, str(follows)) and not is_in_force:
        raise Conflict("This upload was used before.")


def is_of_other(held: Record | None, sent: Sent) -> bool:
    """Whether what was sent cannot be of the person whom the record in force is of."""
    return held is not None and is_other_person(held.content.person, sent.content.person)


def rehearsed(call: Call, patient_id: str, sent: Sent) -> Json:
    """What putting the record would answer and change. Stores nothing."""
    found = call.services.records.read(call.caller.org_id, patient_id)
    held, before = found or (None, b"")
    if held is not None and held.sha256 == sent.sha256:
        would_be = held
    else:
        number = held.version + 1 if held else 1
        now, by = call.services.clock.now_ms(), call.caller.user_id
        would_be = Record(number, sent.sha256, sent.content, by, now)
    return {
        "record": record_view(would_be, today(call)),
        "other_person": is_of_other(held, sent),
        "changes": _changes(before, sent) if would_be is not held else changes({}, {}),
        "warnings": list(sent.content.warnings),
    }


def _changes(before: bytes, sent: Sent) -> dict[str, Counts]:
    known = _resources(decoded_record(before, BY_UPLOAD).bundle) if before else {}
    return changes(known, _resources(sent.bundle))


def _resources(bundle: Mapping[str, Any]) -> dict[tuple[str, str], bytes]:
    return digests(entry.resource for entry in opened(bundle).entries if entry.resource)


def require_size(body: AnnounceUpload) -> None:
    """Raise TooLarge for what no upload takes."""
    if body.size_bytes > BY_UPLOAD:
        raise TooLarge(f"The record is over its limit of {BY_UPLOAD} bytes.")


def announce_upload(call: Call, patient_id: str, body: AnnounceUpload) -> tuple[Upload, bool]:
    """(the upload, whether it is new); a repeated call gets what it made the first time."""
    key, now = call.key(), call.services.clock.now_ms()
    upload = _announced(call, patient_id, body, key, now)
    admit_unless_made(call, key)
    standing = call.services.records.create_upload(upload)
    return standing, standing is upload


def _announced(call: Call, patient_id: str, body: AnnounceUpload, key: Key, now: int) -> Upload:
    return Upload(
        id=key.id,
        org_id=call.caller.org_id,
        patient_id=patient_id,
        by=call.caller.user_id,
        created_at=now,
        expires_at=now + UPLOAD_LIFE,
        fingerprint=key.fingerprint,
        size_bytes=body.size_bytes,
        sha256=body.sha256,
        is_ndjson=body.format == "ndjson",
        is_gzipped=body.gzip,
    )


def versions(call: Call, patient_id: str, limit: int) -> tuple[list[Record], str | None]:
    """A page of a record's versions, newest first, and where the next one begins."""
    before = None if call.position is None else int(call.position, 16)
    found = call.services.records.versions(call.caller.org_id, patient_id, before, limit)
    has_more = bool(found) and found[-1].version > 1
    return found, f"{found[-1].version:08x}" if has_more else None


def changed_record_warning(call: Call, run: Run) -> str | None:
    """What a run must say that goes on with a record which is not the patient's any more."""
    if run.record is None:
        return None
    held = call.services.records.get(run.org_id, run.subject.id)
    if held is None or held.sha256 == run.record.sha256:
        return None
    return (
        f"The patient's record has changed since it was read: this run stands on version "
        f"{run.record.version}, the record is at version {held.version}."
    )
