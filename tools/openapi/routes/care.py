"""Care: the facts that access and context packs stand on."""

from tools.openapi.answers.care import (
    Assessment,
    Clinician,
    Patient,
    Record,
    RecordChanges,
    RecordVersion,
    Upload,
)
from tools.openapi.answers.runs import Run
from tools.openapi.answers.shape import absent
from tools.openapi.operation import NO_CONTENT, Operation, Routes, data, page

TAG = "Care"
_PATIENT = data("Patient", patient=Patient)
_RECORD = data("Record", record=Record)
_ASSESSMENT = data("Assessment", assessment=Assessment)
_UPLOAD = data("Upload", upload=Upload)
_ERASURE = data("Erasure", run=Run)
_EXAMPLE_BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": "p1"}}],
}

ROUTES: Routes = {
    "GET /api/patients": Operation(TAG, {200: page("Patients", patients=list[Patient])}),
    "GET /api/patients/{patientId}": Operation(TAG, {200: _PATIENT}, errors=(410,)),
    "PUT /api/patients/{patientId}": Operation(
        TAG,
        {201: _PATIENT, 200: _PATIENT},
        errors=(410,),
        example={"user_id": "8f1d6c52-0b5e-4b7a-9d0f-6f2f0c1b7a11"},
    ),
    "DELETE /api/patients/{patientId}": Operation(
        TAG, {202: _ERASURE, 200: _ERASURE}, errors=(409,)
    ),
    "GET /api/patients/{patientId}/clinicians": Operation(
        TAG, {200: page("Clinicians", clinicians=list[Clinician])}, errors=(410,)
    ),
    "PUT /api/patients/{patientId}/clinicians/{userId}": Operation(
        TAG, {200: data("Clinician", clinician=Clinician)}, errors=(410,)
    ),
    "DELETE /api/patients/{patientId}/clinicians/{userId}": Operation(
        TAG, {204: NO_CONTENT}, errors=(410,)
    ),
    "PUT /api/patients/{patientId}/record": Operation(
        TAG,
        {
            200: data(
                "PutRecord",
                "`record`; with `dry_run=true` also what it would change",
                record=Record,
                other_person=(bool, absent()),
                changes=(RecordChanges, absent()),
                warnings=(list[str], absent()),
            )
        },
        errors=(409, 410),
        example=_EXAMPLE_BUNDLE,
    ),
    "GET /api/patients/{patientId}/record": Operation(TAG, {200: _RECORD}, errors=(410,)),
    "POST /api/patients/{patientId}/record/uploads": Operation(
        TAG,
        {201: _UPLOAD, 200: _UPLOAD},
        errors=(409, 410, 429),
        keyed=True,
        example={"size_bytes": 12_000_000, "sha256": "ab" * 32, "format": "json"},
    ),
    "GET /api/patients/{patientId}/record/versions": Operation(
        TAG, {200: page("RecordVersions", versions=list[RecordVersion])}, errors=(410,)
    ),
    "POST /api/patients/{patientId}/assessments": Operation(
        TAG,
        {201: _ASSESSMENT, 200: _ASSESSMENT},
        errors=(410, 429),
        keyed=True,
        example={
            "funnel": {
                "slug": "sleep",
                "version": "1",
                "questions": [{"id": "q1", "text": "How do you sleep?"}],
            },
            "answers": {"q1": "badly"},
        },
    ),
    "GET /api/patients/{patientId}/assessments": Operation(
        TAG, {200: page("Assessments", assessments=list[Assessment])}, errors=(410,)
    ),
}
