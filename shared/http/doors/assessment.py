"""The assessment door: diagnosis runs of an assessment, in its own words.

A run is named by (assessment, correlation, schema).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import StringConstraints, model_validator

from shared.access.policy import Action, Role
from shared.engine.creation import Key, NewRun, keyed_id
from shared.http.authorize import is_of_patient, is_staff, patient_run, seen
from shared.http.call import Call
from shared.http.models import Attempts, Body, Dollars, StartAt, Uuid, known, micro, start_moment
from shared.http.views import Json, Viewer, run_row, run_view
from shared.ports import Scope, Unreadable
from shared.records.run import DEFAULT_ATTEMPTS, Dispatch, Run, Subject
from shared.runs.canonical import canonical_json, sha256_hex
from shared.workflows.definitions import DIAGNOSIS

SCHEMA_VERSION = "v1"
Correlation = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class CreateAssessmentRun(Body):
    """`assessmentId` and `correlationId` are accepted too."""

    assessment_id: Uuid
    correlation_id: Correlation
    dispatch: Literal["auto", "manual"] = "auto"
    max_attempts: Attempts = DEFAULT_ATTEMPTS
    max_cost_usd: Dollars | None = None
    start_at: StartAt | None = None

    @model_validator(mode="before")
    @classmethod
    def _camel_case(cls, data: Any) -> Any:
        return snake_named(data) if isinstance(data, dict) else data


_SNAKE = {"assessmentId": "assessment_id", "correlationId": "correlation_id"}


def snake_named(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with our names for the two fields that have another.

    A body with both spellings is refused by the schema.
    """
    if any(camel in data and snake in data for camel, snake in _SNAKE.items()):
        return data
    return {_SNAKE.get(name, name): value for name, value in data.items()}


def assessment_key(org_id: str, assessment_id: str, correlation_id: str) -> Key:
    """Where the one run of an assessment and a correlation lives, whoever asks for it."""
    name = canonical_json([assessment_id, correlation_id, SCHEMA_VERSION])
    return Key(keyed_id(org_id, "assessment", name.decode()), sha256_hex(name))


def assessment_words(run: Run) -> Json:
    return {
        "patient_id": run.subject.id,
        "assessment_id": run.attributes.get("assessment_id"),
        "correlation_id": run.attributes.get("correlation_id"),
        "schema_version": SCHEMA_VERSION,
    }


def assessment_row(call: Call, run: Run) -> Json:
    return run_row(call, run) | assessment_words(run)


_NO_METADATA: Mapping[str, Any] = {}


def new_assessment_run(
    call: Call,
    patient_id: str,
    body: CreateAssessmentRun,
    metadata: Mapping[str, Any] = _NO_METADATA,
    attached: Sequence[str] = (),
) -> NewRun:
    """What to create for an assessment's patient.

    Raises ValidationFailed for a `start_at` too far ahead.
    """
    return NewRun(
        workflow=DIAGNOSIS.name,
        org_id=call.caller.org_id,
        subject=Subject(DIAGNOSIS.subject, patient_id),
        created_by=call.caller.user_id,
        input={},
        dispatch=Dispatch(body.dispatch),
        max_attempts=body.max_attempts,
        start_at=start_moment(body.start_at, call.services.clock.now_ms()),
        attached=tuple(attached),
        metadata=metadata,
        attributes=known(
            assessment_id=body.assessment_id,
            correlation_id=body.correlation_id,
            dispatch=body.dispatch if body.dispatch != "auto" else None,
            max_attempts=body.max_attempts if body.max_attempts != DEFAULT_ATTEMPTS else None,
            max_cost=micro(body.max_cost_usd),
        ),
    )


def find_run(call: Call, run_id: str) -> Run:
    """A run as this door's GET finds it."""
    return patient_run(call, run_id, Action.READ_RUN_OF_PATIENT)


def assessment_run(call: Call, run: Run) -> Json:
    """The whole run; the context pack as it was sent to the model, for all but patients."""
    view = run_view(call, run)
    output = view["output"] or {}
    words = {
        "context_pack": context_pack(call, run),
        "diagnosis_result": output.get("diagnosis"),
    }
    return view | assessment_words(run) | words


def context_pack(call: Call, run: Run) -> Any:
    built = run.steps.get("build_context")
    if built is None or not is_staff(call.caller):
        return None
    return Viewer(call.services.payloads).read(run, built.result)


def visible_lists(call: Call, place: str | None, at_most: int) -> tuple[list[Scope], str | None]:
    """Of the lists that hold all the runs which the caller may see, so many after a place, and the
    place after them: the organisation's, or those of a clinician's patients, then of whom the
    caller's account is.
    """
    caller, care = call.caller, call.services.care
    if caller.has(Role.ADMIN, Role.SYSTEM):
        return [Scope("organisation", caller.org_id)], None
    kind, _, position = (place or _ASSIGNED).partition(":")
    found: list[str] = []
    if kind == _ASSIGNED and caller.has(Role.CLINICIAN):
        found, last = care.patient_ids_of_clinician(
            caller.org_id, caller.user_id, position or None, at_most
        )
        if last is not None:
            return _lists_of(call, found), f"{_ASSIGNED}:{last}"
    if not caller.has(Role.PATIENT):
        return _lists_of(call, found), None
    if len(found) == at_most:
        return _lists_of(call, found), _OWN
    start = position or None if kind == _OWN else None
    own, last = care.patients_of_user(caller.org_id, caller.user_id, start, at_most - len(found))
    found += [patient.id for patient in own]
    return _lists_of(call, found), None if last is None else f"{_OWN}:{last}"


_ASSIGNED, _OWN = "assigned", "own"
"""Which patients a place is among."""


def _lists_of(call: Call, patient_ids: Sequence[str]) -> list[Scope]:
    org_id = call.caller.org_id
    return [
        Scope.of_subject(org_id, Subject(DIAGNOSIS.subject, one))
        for one in dict.fromkeys(patient_ids)
    ]


def visible_runs(call: Call, runs: Sequence[Run]) -> list[Run]:
    """The diagnosis runs among these whose patient the caller may see now."""
    return seen(call, [run for run in runs if run.workflow == DIAGNOSIS.name])


def visible_unreadable(call: Call, rows: Sequence[Unreadable]) -> list[Unreadable]:
    """Those that are of a patient whom the caller may see now, or of whom nobody can tell."""
    return seen(call, [row for row in rows if row.subject is None or is_of_patient(row)])
