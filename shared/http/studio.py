"""The studio door: diagnosis runs of a patient, in its own words."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from shared.access.policy import Action, permits
from shared.engine.relations import relations
from shared.errors import Forbidden, NotFound
from shared.http.doors import found_run, is_permitted, require, run_view
from shared.http.endpoint import Endpoint
from shared.http.models import KB, Attempts, Body, Dollars, Tags, Text, Uuid, at_most
from shared.http.views import Json, run_row
from shared.ports import Artifact, Scope
from shared.runs.records import Run
from shared.workflows.definitions import DIAGNOSIS

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]


class CreateDiagnosisRun(Body):
    input_config: dict[str, Any]
    dispatch: Literal["auto", "manual"] = "auto"
    max_attempts: Attempts = 3
    max_cost_usd: Dollars | None = None
    tags: Tags = Field(default_factory=list)


class ErrorInfo(Body):
    code: Code
    message: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]


class UpdateDiagnosisRun(Body):
    status: Literal["running", "succeeded", "failed"]
    output_data: Annotated[dict[str, Any], at_most(256 * KB)] | None = None
    error_info: ErrorInfo | None = None

    @model_validator(mode="after")
    def _parts(self) -> "UpdateDiagnosisRun":
        allowed = {"succeeded": "output_data", "failed": "error_info"}.get(self.status)
        if allowed and getattr(self, allowed) is None:
            raise ValueError(f"{allowed} is required with status {self.status}")
        for name in ("output_data", "error_info"):
            if name != allowed and getattr(self, name) is not None:
                raise ValueError(f"{name} does not go with status {self.status}")
        return self


class AttachArtifact(Body):
    """Either `artifact_id` alone, or the three fields of a new artifact."""

    artifact_id: Uuid | None = None
    artifact_type: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")] | None = None
    artifact_name: Text | None = None
    artifact_data: Annotated[Any, at_most(256 * KB)] = None

    @model_validator(mode="after")
    def _one_of(self) -> "AttachArtifact":
        new = [self.artifact_type, self.artifact_name, self.artifact_data]
        if self.artifact_id is not None and any(part is not None for part in new):
            raise ValueError("artifact_id stands alone")
        if self.artifact_id is None and any(part is None for part in new):
            raise ValueError("either artifact_id, or artifact_type, artifact_name and artifact_data are required")
        return self


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
        if is_permitted(endpoint, Action.READ_PATIENT_RUN, run):
            return artifact, run
    raise Forbidden


def _naming(endpoint: Endpoint, artifact: Artifact) -> list[Run]:
    """The runs that really name the artifact; a record that none names does not exist."""
    found = (endpoint.services.runs.get(run_id) for run_id in endpoint.services.artifacts.runs_of(artifact))
    return [run for run in found if run is not None and artifact.id in run.artifacts]
