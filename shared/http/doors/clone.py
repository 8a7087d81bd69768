"""Cloning a run: what it was created with, some top-level fields replaced, checked as its door
checks a creation.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from shared.access.policy import Action
from shared.engine.creation import Key, NewRun
from shared.errors import Conflict, ValidationFailed
from shared.http.authorize import require_patient, require_role
from shared.http.call import Call
from shared.http.doors.artifacts import carried_artifacts
from shared.http.doors.assessment import (
    CreateAssessmentRun,
    assessment_key,
    new_assessment_run,
    snake_named,
)
from shared.http.doors.projects import GenerateRun, new_analysis
from shared.http.doors.runs import CreateRun, check_profile, new_orchestration
from shared.http.doors.studio import CreateDiagnosisRun, new_diagnosis
from shared.http.messages import field_name, message_of
from shared.http.models import MICRO, Body, start_moment
from shared.http.views import Viewer
from shared.records.run import Dispatch, Run
from shared.workflows.definitions import definition_of, resolved

Clone = tuple[NewRun, Key]
Model = TypeVar("Model", bound=Body)


class CloneRun(Body):
    overrides: dict[str, Any] = Field(default_factory=dict)


def clone_of(call: Call, run: Run, body: CloneRun) -> Clone:
    """What to create.

    Raises ValidationFailed, Forbidden, and Conflict where a natural key, or an unknown workflow,
    allows none.
    """
    maker: str = definition_of(run.workflow).clone
    if not maker:
        raise Conflict("Runs of this workflow cannot be cloned")
    made: Clone = resolved(maker)(call, run, body.overrides)
    return made


def diagnosis(call: Call, run: Run, overrides: Mapping[str, Any]) -> Clone:
    """Through the door that the run came in by."""
    make = _assessment if "assessment_id" in run.attributes else _diagnosis
    return make(call, run, overrides)


def orchestration(call: Call, run: Run, overrides: Mapping[str, Any]) -> Clone:
    require_role(call.caller, Action.CREATE_RUN)
    made_with = {
        **_input(call, run),
        "metadata": {name: value for name, value in run.metadata.items() if name != "cloned_from"},
        "tags": list(run.tags),
        "auto_advance": bool(run.attributes.get("auto_advance")),
        "max_attempts": run.granted_attempts,
        "max_cost_usd": _dollars(run),
    }
    checked = _checked(call, CreateRun, made_with, overrides)
    check_profile(checked.profile, "body.overrides.profile")
    body = checked.model_copy(update={"metadata": {**checked.metadata, "cloned_from": run.id}})
    key = call.key()
    return new_orchestration(call, body, key.id), key


def _diagnosis(call: Call, run: Run, overrides: Mapping[str, Any]) -> Clone:
    require_patient(call, run.subject.id, Action.CREATE_PATIENT_RUN)
    made_with = {
        "input_config": _input(call, run),
        "dispatch": _dispatch(run),
        "max_attempts": run.granted_attempts,
        "max_cost_usd": _dollars(run),
        "tags": list(run.tags),
    }
    checked = _checked(call, CreateDiagnosisRun, made_with, overrides)
    key = call.key()
    new = new_diagnosis(
        call, run.subject.id, checked, {"cloned_from": run.id}, carried_artifacts(call, run)
    )
    return new, key


def _assessment(call: Call, run: Run, overrides: Mapping[str, Any]) -> Clone:
    require_patient(call, run.subject.id, Action.CREATE_ASSESSMENT_RUN)
    named = {name: run.attributes[name] for name in ("assessment_id", "correlation_id")}
    made_with = {
        **named,
        "dispatch": _dispatch(run),
        "max_attempts": run.granted_attempts,
        "max_cost_usd": _dollars(run),
    }
    checked = _checked(call, CreateAssessmentRun, made_with, snake_named(overrides))
    patient_id = run.subject.id
    if checked.assessment_id != run.attributes["assessment_id"]:
        patient_id = _patient_of(call, checked.assessment_id)
    elif checked.correlation_id == run.attributes["correlation_id"]:
        raise Conflict(
            "One run per assessment and correlation: a clone needs another correlation_id"
        )
    _use_key(call, run)
    key = assessment_key(run.org_id, checked.assessment_id, checked.correlation_id)
    attached = carried_artifacts(call, run) if patient_id == run.subject.id else []
    new = new_assessment_run(call, patient_id, checked, {"cloned_from": run.id}, attached)
    return new, key


def _patient_of(call: Call, assessment_id: str) -> str:
    """Whom another assessment is about, if the caller may create its like there."""
    assessment = call.services.care.get_assessment(call.caller.org_id, assessment_id)
    if assessment is None:
        raise ValidationFailed.of("body.overrides.assessment_id", "is not an assessment")
    require_patient(call, assessment.patient_id, Action.CREATE_ASSESSMENT_RUN)
    return assessment.patient_id


def analysis(call: Call, run: Run, overrides: Mapping[str, Any]) -> Clone:
    made_with = {"input_version": run.attributes["input_version"]}
    checked = _checked(call, GenerateRun, made_with, overrides)
    if checked.input_version == run.attributes["input_version"]:
        raise Conflict("One run per input version: a clone needs another input_version")
    _use_key(call, run)
    return new_analysis(call, run.subject.id, checked, {"cloned_from": run.id})


def _use_key(call: Call, run: Run) -> None:
    """Where the clone lives by a natural key, the Idempotency-Key holds its payload only.

    Raises IdempotencyKeyReused.
    """
    if call.idempotency_key is not None:
        key = call.key()
        call.services.artifacts.use_key(key.id, key.fingerprint, run.id)


def _checked(
    call: Call, model: type[Model], made_with: Mapping[str, Any], overrides: Mapping[str, Any]
) -> Model:
    try:
        checked = model.model_validate({**made_with, **overrides})
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        found = [
            {"field": field_name(["body", "overrides", *e["loc"]]), "message": message_of(dict(e))}
            for e in errors
        ]
        raise ValidationFailed(found) from exc
    starts = getattr(checked, "start_at", None)
    start_moment(starts, call.services.clock.now_ms(), "body.overrides.start_at")
    return checked


def _input(call: Call, run: Run) -> dict[str, Any]:
    payload: dict[str, Any] = Viewer(call.services.payloads).read(run, run.input)
    return payload


def _dispatch(run: Run) -> str:
    return (
        run.attributes.get("dispatch")
        or (Dispatch.MANUAL if run.dispatch is Dispatch.MANUAL else Dispatch.AUTO).value
    )


def _dollars(run: Run) -> float | None:
    limit = run.attributes.get("max_cost")
    return None if limit is None else limit / MICRO
