"""The studio door: diagnosis runs of a patient, in its own words."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from shared.access.policy import Action, permits
from shared.engine.relations import relations
from shared.errors import Forbidden, NotFound
from shared.http.doors import found_run, may_see, require, run_view
from shared.http.endpoint import Endpoint
from shared.http.models import KB, Attempts, Body, Dollars, Tags, Text, Uuid, at_most
from shared.http.views import Json, run_row
from shared.ports import Artifact, Scope
from shared.runs.records import Run
from shared.workflows.definitions import DIAGNOSIS

Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
Part = TypeVar("Part")


class CreateDiagnosisRun(Body):
    input_config: dict[str, Any]
    dispatch: Literal["auto", "manual"] = "auto"
    max_attempts: Attempts = 3
    max_cost_usd: Dollars | None = None
    tags: Tags = Field(default_factory=list)


class ErrorInfo(Body):
    code: Word
    message: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]


class UpdateDiagnosisRun(Body):
    status: Literal["running", "succeeded", "failed"]
    output_data: Annotated[dict[str, Any], at_most(256 * KB)] | None = Field(None, validate_default=True)
    error_info: ErrorInfo | None = Field(None, validate_default=True)

    @field_validator("output_data", "error_info")
    @classmethod
    def _goes_with_status(cls, value: Part, info: ValidationInfo) -> Part:
        status, its_status = info.data.get("status"), {"output_data": "succeeded", "error_info": "failed"}[info.field_name or ""]
        if status == its_status and value is None:
            raise ValueError(f"is required with status {status}")
        if status not in (its_status, None) and value is not None:
            raise ValueError(f"does not go with status {status}")
        return value


class AttachArtifact(Body):
    """Either `artifact_id` alone, or the three fields of a new artifact."""

    artifact_id: Uuid | None = None
    artifact_type: Word | None = Field(None, validate_default=True)
    artifact_name: Text | None = Field(None, validate_default=True)
    artifact_data: Annotated[Any, at_most(256 * KB)] = Field(None, validate_default=True)

    @field_validator("artifact_type", "artifact_name", "artifact_data")
    @classmethod
    def _one_of(cls, value: Part, info: ValidationInfo) -> Part:
        if "artifact_id" not in info.data:
            return value  # what was wrong with it is said already
        linked = info.data["artifact_id"] is not None
        if linked and value is not None:
            raise ValueError("does not go with artifact_id")
        if not linked and value is None:
            raise ValueError("is required where there is no artifact_id")
        return value


def authorized_patient(endpoint: Endpoint, action: Action) -> str:
    """The path's patient. Raises NotFound when the organisation has none such, Forbidden without a relation that permits."""
    request, care = endpoint.request, endpoint.services.care
    caller, patient_id = request.who, request.params["patientId"]
    if care.get_patient(caller.org_id, patient_id) is None:
        raise NotFound
    if not permits(caller, action, relations(care, caller, patient_id)):
        raise Forbidden
    return patient_id


def authorized_run(endpoint: Endpoint, action: Action) -> Run:
    """The path's diagnosis run. Raises NotFound for a missing or another organisation's, Forbidden without a relation."""
    run = found_run(endpoint)
    if run.workflow != DIAGNOSIS.name:
        raise NotFound
    return require(endpoint, action, run)


def studio_row(run: Run) -> Json:
    return run_row(run) | {"patient_id": run.subject.id, "clinician_user_id": run.created_by}


def studio_run(endpoint: Endpoint, run: Run) -> Json:
    """The whole run in the studio's words."""
    view = run_view(endpoint, run)
    return view | {
        "patient_id": run.subject.id,
        "clinician_user_id": run.created_by,
        "input_config": view["input"],
        "output_data": view["output"],
    }


def patient_scope(endpoint: Endpoint, patient_id: str) -> Scope:
    return Scope("subject", endpoint.request.who.org_id, f"{DIAGNOSIS.subject}#{patient_id}")


def visible_artifact(endpoint: Endpoint, artifact_id: str) -> tuple[Artifact, Run]:
    """An artifact and a run that names it and that the caller may see. Raises NotFound, Forbidden."""
    services, org_id = endpoint.services, endpoint.request.who.org_id
    artifact = services.artifacts.get(org_id, artifact_id)
    runs: Sequence[Run] = [] if artifact is None else _naming(endpoint, artifact)
    if artifact is None or not runs:
        raise NotFound
    for run in runs:
        if may_see(endpoint, run):
            return artifact, run
    raise Forbidden


def _naming(endpoint: Endpoint, artifact: Artifact) -> list[Run]:
    """The runs that really name the artifact; a record that none names does not exist."""
    found = (endpoint.services.runs.get(run_id) for run_id in endpoint.services.artifacts.runs_of(artifact))
    return [run for run in found if run is not None and artifact.id in run.artifacts]
