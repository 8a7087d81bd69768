"""The care door: patients, their clinicians, records and assessments, in its own words."""

from itertools import accumulate
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from shared.access.policy import Action, Role
from shared.errors import NotFound
from shared.http.endpoint import Endpoint
from shared.http.models import KB, Body, Text
from shared.http.studio import authorized_patient
from shared.http.views import Json, time
from shared.ports import Assessment, Assignment, Patient, Record
from shared.runs.canonical import canonical_json

RECORD_BODY = 4 * KB * KB
PAGE_BYTES = 2 * KB * KB
Person = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]


class PutPatient(Body):
    user_id: Person | None = None


class Question(Body):
    id: Text
    text: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]


def _text_or_integer(value: Any) -> Any:
    """Said once for both, where pydantic would name each member of the union as if it were a field."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("must be a string or an integer")
    return value


class Funnel(Body):
    slug: Slug
    version: Annotated[str | int, BeforeValidator(_text_or_integer)]
    questions: Annotated[list[Question], Field(min_length=1, max_length=500)]

    @field_validator("questions")
    @classmethod
    def _different(cls, questions: list[Question]) -> list[Question]:
        if len({question.id for question in questions}) != len(questions):
            raise ValueError("must have different ids")
        return questions


class CreateAssessment(Body):
    funnel: Funnel
    answers: dict[str, Any]

    @field_validator("answers")
    @classmethod
    def _known_questions(cls, answers: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        funnel: Funnel | None = info.data.get("funnel")
        if funnel is not None and not set(answers) <= {question.id for question in funnel.questions}:
            raise ValueError("must name questions of the funnel")
        return answers


def patient_view(patient: Patient) -> Json:
    return {
        "id": patient.id,
        "org_id": patient.org_id,
        "user_id": patient.user_id,
        "created_at": time(patient.created_at),
        "updated_at": time(patient.updated_at),
    }


def clinician_view(assignment: Assignment) -> Json:
    return {"patient_id": assignment.patient_id, "user_id": assignment.user_id, "assigned_at": time(assignment.assigned_at)}


def record_view(record: Record) -> Json:
    return {
        "version": record.version,
        "sha256": record.sha256,
        "resources": dict(record.resources),
        "updated_at": time(record.updated_at),
    }


def assessment_view(assessment: Assessment) -> Json:
    return {
        "id": assessment.id,
        "patient_id": assessment.patient_id,
        "created_by": assessment.created_by,
        "created_at": time(assessment.created_at),
        **assessment.content,
    }


def assessment_page(endpoint: Endpoint, patient_id: str, limit: int) -> tuple[list[Assessment], str | None]:
    """As many of a patient's assessments as one answer can carry: rows hold answers, and Lambda takes 6 MB, escaped once more."""
    request, care = endpoint.request, endpoint.services.care
    found, position = care.assessments(request.who.org_id, patient_id, request.position, limit)
    fitting = _fitting(found)
    return (found, position) if fitting == len(found) else care.assessments(request.who.org_id, patient_id, request.position, fitting)


def _fitting(found: list[Assessment]) -> int:
    sizes = accumulate(len(canonical_json(assessment.content)) for assessment in found)
    return max(1, sum(size <= PAGE_BYTES for size in sizes)) if found else 0


def visible_patients(endpoint: Endpoint, limit: int) -> tuple[list[Patient], str | None]:
    """The organisation's patients for admin and system, a clinician's own, or the patient themselves."""
    request, care = endpoint.request, endpoint.services.care
    caller = request.who
    if caller.has(Role.ADMIN, Role.SYSTEM):
        return care.patients(caller.org_id, request.position, limit)
    if caller.has(Role.CLINICIAN):
        return care.patients_of_clinician(caller.org_id, caller.user_id, request.position, limit)
    return care.patients_of_user(caller.org_id, caller.user_id, request.position, limit)


def existing_patient(endpoint: Endpoint) -> str:
    """The path's patient, for who may act on any of the organisation's. Raises NotFound."""
    request = endpoint.request
    if endpoint.services.care.get_patient(request.who.org_id, request.params["patientId"]) is None:
        raise NotFound
    return request.params["patientId"]


def answer_assessment(endpoint: Endpoint, body: CreateAssessment) -> Response[str]:
    """Store an assessment; a repeated request answers what it made the first time."""
    patient_id = authorized_patient(endpoint, Action.USE_ASSESSMENTS)
    request, services = endpoint.request, endpoint.services
    key = request.key(services.ids)
    assessment = Assessment(
        id=key.id,
        org_id=request.who.org_id,
        patient_id=patient_id,
        created_by=request.who.user_id,
        created_at=services.clock.now_ms(),
        fingerprint=key.fingerprint,
        content=body.model_dump(),
    )
    endpoint.admit(key)
    existing = services.care.create_assessment(assessment)
    if existing is None:
        return endpoint.ok({"assessment": assessment_view(assessment)}, 201)
    return endpoint.ok({"assessment": assessment_view(existing)}, 200, {"Idempotency-Replayed": "true"})
