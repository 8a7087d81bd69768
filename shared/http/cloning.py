"""Cloning a run: what it was created with, some top-level fields replaced, checked as its door checks a creation."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from shared.access.policy import Action, permits, role_permits
from shared.engine.creation import Key, NewRun
from shared.engine.relations import relations
from shared.errors import Conflict, Forbidden, ValidationFailed
from shared.http.assessment import CreateAssessmentRun, assessment_key, snake_named
from shared.http.creating import MICRO, new_assessment_run, new_diagnosis, new_orchestration
from shared.http.endpoint import Endpoint, field_name
from shared.http.messages import message_of
from shared.http.models import Body
from shared.http.runs import CreateRun, check_profile
from shared.http.studio import CreateDiagnosisRun
from shared.http.views import Viewer
from shared.runs.records import Dispatch, Run

Clone = tuple[NewRun, Key]
Model = TypeVar("Model", bound=Body)


class CloneRun(Body):
    overrides: dict[str, Any] = Field(default_factory=dict)


def clone_of(endpoint: Endpoint, run: Run, body: CloneRun) -> Clone:
    """What to create. Raises ValidationFailed, Forbidden, and Conflict where a natural key allows one run only."""
    maker: Callable[[Endpoint, Run, Mapping[str, Any]], Clone] = {
        "diagnosis": _assessment if "assessment_id" in run.attributes else _diagnosis,
        "orchestration": _orchestration,
        "analysis": _analysis,
    }[run.workflow]
    return maker(endpoint, run, body.overrides)


def _orchestration(endpoint: Endpoint, run: Run, overrides: Mapping[str, Any]) -> Clone:
    if not role_permits(endpoint.request.who, Action.CREATE_RUN):
        raise Forbidden
    made_with = {
        **_input(endpoint, run),
        "metadata": {name: value for name, value in run.metadata.items() if name != "cloned_from"},
        "tags": list(run.tags),
        "auto_advance": bool(run.attributes.get("auto_advance")),
        "max_cost_usd": _dollars(run),
    }
    checked = _checked(CreateRun, made_with, overrides)
    check_profile(checked.profile, "body.overrides.profile")
    body = checked.model_copy(update={"metadata": {**checked.metadata, "cloned_from": run.id}})
    key = endpoint.request.key(endpoint.services.ids)
    return new_orchestration(endpoint.request.who, body, key.id), key


def _diagnosis(endpoint: Endpoint, run: Run, overrides: Mapping[str, Any]) -> Clone:
    _may_create(endpoint, run.subject.id, Action.CREATE_PATIENT_RUN)
    made_with = {
        "input_config": _input(endpoint, run),
        "dispatch": _dispatch(run),
        "max_attempts": run.granted_attempts,
        "max_cost_usd": _dollars(run),
        "tags": list(run.tags),
    }
    checked = _checked(CreateDiagnosisRun, made_with, overrides)
    key = endpoint.request.key(endpoint.services.ids)
    return new_diagnosis(endpoint.request.who, run.subject.id, checked, {"cloned_from": run.id}), key


def _assessment(endpoint: Endpoint, run: Run, overrides: Mapping[str, Any]) -> Clone:
    _may_create(endpoint, run.subject.id, Action.CREATE_ASSESSMENT_RUN)
    named = {name: run.attributes[name] for name in ("assessment_id", "correlation_id")}
    checked = _checked(CreateAssessmentRun, {**named, "dispatch": _dispatch(run)}, snake_named(overrides))
    patient_id = run.subject.id
    if checked.assessment_id != run.attributes["assessment_id"]:
        patient_id = _patient_of(endpoint, checked.assessment_id)
    elif checked.correlation_id == run.attributes["correlation_id"]:
        raise Conflict("One run per assessment and correlation: a clone needs another correlation_id")
    _use_key(endpoint)
    key = assessment_key(run.org_id, checked.assessment_id, checked.correlation_id)
    return new_assessment_run(endpoint.request.who, patient_id, checked, {"cloned_from": run.id}), key


def _patient_of(endpoint: Endpoint, assessment_id: str) -> str:
    """Whom another assessment is about, if the caller may create its like there."""
    assessment = endpoint.services.care.get_assessment(endpoint.request.who.org_id, assessment_id)
    if assessment is None:
        raise ValidationFailed.of("body.overrides.assessment_id", "is not an assessment")
    _may_create(endpoint, assessment.patient_id, Action.CREATE_ASSESSMENT_RUN)
    return assessment.patient_id


def _analysis(endpoint: Endpoint, run: Run, overrides: Mapping[str, Any]) -> Clone:
    from shared.http.projects import GenerateRun, new_analysis

    made_with = {"input_version": run.attributes["input_version"]}
    checked = _checked(GenerateRun, made_with, overrides)
    if checked.input_version == run.attributes["input_version"]:
        raise Conflict("One run per input version: a clone needs another input_version")
    _use_key(endpoint)
    return new_analysis(endpoint, run.subject.id, checked, {"cloned_from": run.id})


def _use_key(endpoint: Endpoint) -> None:
    """Where the clone lives by a natural key, the Idempotency-Key holds its payload only. Raises IdempotencyKeyReused."""
    request, services = endpoint.request, endpoint.services
    if request.idempotency_key is not None:
        key = request.key(services.ids)
        services.artifacts.use_key(key.id, key.fingerprint)


def _may_create(endpoint: Endpoint, patient_id: str, action: Action) -> None:
    caller = endpoint.request.who
    if not permits(caller, action, relations(endpoint.services.care, caller, patient_id)):
        raise Forbidden


def _checked(model: type[Model], made_with: Mapping[str, Any], overrides: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate({**made_with, **overrides})
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        found = [{"field": field_name(["body", "overrides", *e["loc"]]), "message": message_of(dict(e))} for e in errors]
        raise ValidationFailed(found) from exc


def _input(endpoint: Endpoint, run: Run) -> dict[str, Any]:
    payload: dict[str, Any] = Viewer(endpoint.services.payloads).read(run, run.input)
    return payload


def _dispatch(run: Run) -> str:
    return run.attributes.get("dispatch") or (Dispatch.MANUAL if run.dispatch is Dispatch.MANUAL else Dispatch.AUTO).value


def _dollars(run: Run) -> float | None:
    limit = run.attributes.get("max_cost")
    return None if limit is None else limit / MICRO
