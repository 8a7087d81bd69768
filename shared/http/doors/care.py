"""The care door: patients, their clinicians, records and assessments, in its own words."""

from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from shared.access.policy import Role
from shared.http.authorize import admit_unless_made, require_living
from shared.http.call import Call
from shared.http.doors.records import NOBODY, person_view, record_view, today
from shared.http.models import KB, Body, Text, whole
from shared.http.responses import page
from shared.http.views import Json, time
from shared.records.care import Assessment, Assignment, Patient, Record
from shared.runs.canonical import canonical_json

PAGE_BYTES = 2 * KB * KB
Person = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]


class PutPatient(Body):
    """What is left out stays as it is; null takes it away."""

    user_id: Person | None = None
    label: Label | None = None


class Question(Body):
    id: Text
    text: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]


def _text_or_integer(value: Any) -> Any:
    """Said once for both, where pydantic would name each member of the union as if it
    were a field.
    """
    value = whole(value)
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
        if funnel is not None and not set(answers) <= {
            question.id for question in funnel.questions
        }:
            raise ValueError("must name questions of the funnel")
        return answers


def patient_view(patient: Patient, record: Record | None, on: date) -> Json:
    """With age and gender as the record in force has them, to tell patients apart."""
    person = record.content.person if record else NOBODY
    return {
        "id": patient.id,
        "org_id": patient.org_id,
        "user_id": patient.user_id,
        "created_at": time(patient.created_at),
        "updated_at": time(patient.updated_at),
        "label": patient.label,
        **person_view(person, on),
        "record": record_view(record, on) if record else None,
    }


def shown_patients(call: Call, patients: Sequence[Patient]) -> list[Json]:
    """Their views, with the records of all of them asked for at once."""
    found = call.services.records.get_many(call.caller.org_id, [one.id for one in patients])
    return [patient_view(one, found.get(one.id), today(call)) for one in patients]


def clinician_view(assignment: Assignment) -> Json:
    return {
        "patient_id": assignment.patient_id,
        "user_id": assignment.user_id,
        "assigned_at": time(assignment.assigned_at),
        "assigned_by": assignment.assigned_by,
        "ended_at": time(assignment.ended_at),
        "ended_by": assignment.ended_by,
    }


def ended_page(call: Call, ended: Sequence[Assignment], limit: int) -> Response[str]:
    """One page of the assignments that have ended; a position is the place of the last one."""
    start = int(call.position or "0", 16)
    shown = ended[start : start + limit]
    following = start + len(shown)
    position = f"{following:08x}" if following < len(ended) else None
    return page(call, "clinicians", [clinician_view(one) for one in shown], position)


def assessment_view(assessment: Assessment) -> Json:
    return {
        "id": assessment.id,
        "patient_id": assessment.patient_id,
        "created_by": assessment.created_by,
        "created_at": time(assessment.created_at),
        **assessment.content,
    }


def assessment_page(call: Call, patient_id: str, limit: int) -> tuple[list[Assessment], str | None]:
    """As many of a patient's assessments as one answer can carry: rows hold answers, and Lambda
    takes 6 MB, escaped once more.
    """
    store, org_id = call.services.care, call.caller.org_id
    found, position = store.assessments(org_id, patient_id, call.position, limit)
    fitting = _fitting(found)
    if fitting == len(found):
        return found, position
    return store.assessments(org_id, patient_id, call.position, fitting)


def _fitting(found: list[Assessment]) -> int:
    sizes = accumulate(len(canonical_json(assessment.content)) for assessment in found)
    return max(1, sum(size <= PAGE_BYTES for size in sizes)) if found else 0


def visible_patients(call: Call, limit: int) -> tuple[list[Patient], str | None]:
    """The organisation's patients for admin and system, a clinician's own, or the patient
    themselves.
    """
    found, position = _visible_patients(call, limit)
    for patient in found:
        call.looks.at_patient(patient.id)
    return found, position


def _visible_patients(call: Call, limit: int) -> tuple[list[Patient], str | None]:
    store, caller = call.services.care, call.caller
    if caller.has(Role.ADMIN, Role.SYSTEM):
        return store.patients(caller.org_id, call.position, limit)
    if caller.has(Role.CLINICIAN):
        return store.patients_of_clinician(caller.org_id, caller.user_id, call.position, limit)
    return store.patients_of_user(caller.org_id, caller.user_id, call.position, limit)


def add_assessment(call: Call, patient_id: str, body: CreateAssessment) -> tuple[Assessment, bool]:
    """(the assessment, whether it is new); a repeated call gets what it made the first time."""
    services, key = call.services, call.key()
    assessment = Assessment(
        id=key.id,
        org_id=call.caller.org_id,
        patient_id=patient_id,
        created_by=call.caller.user_id,
        created_at=services.clock.now_ms(),
        fingerprint=key.fingerprint,
        content=body.model_dump(),
    )
    admit_unless_made(call, key)
    existing = services.care.create_assessment(assessment)
    return existing or assessment, existing is None


def put_patient(call: Call, patient_id: str, body: PutPatient) -> tuple[Patient, bool]:
    """(the patient, whether it is new). What the body leaves out stays as it is."""
    now = call.services.clock.now_ms()
    call.looks.at_patient(patient_id)
    require_living(call, call.services.care.get_patient(call.caller.org_id, patient_id))
    said = body.model_fields_set
    patient = Patient(patient_id, call.caller.org_id, body.user_id, now, now, body.label)
    return call.services.care.put_patient(
        patient, keep_user="user_id" not in said, keep_label="label" not in said
    )
