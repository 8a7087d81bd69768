"""The studio door: diagnosis runs of a patient, in its own words."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from pydantic import Field, StringConstraints, model_validator

from shared.access.policy import Action, Caller, Role, permits
from shared.engine.relations import relations
from shared.errors import Forbidden, NotFound
from shared.http.endpoint import Endpoint
from shared.http.models import KB, Attempts, Body, Dollars, Tags, Text, Uuid, at_most
from shared.http.views import Json, Viewer, run_row
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
    request = endpoint.request
    run = endpoint.services.runs.get(request.params["runId"])
    if run is None or run.org_id != request.who.org_id or run.workflow != DIAGNOSIS.name:
        raise NotFound
    check_relation(endpoint, action, run)
    return run


def check_relation(endpoint: Endpoint, action: Action, run: Run) -> None:
    """Raise Forbidden unless the caller's present relation to the run's patient permits the action."""
    caller = endpoint.request.who
    if not permits(caller, action, relations(endpoint.services.care, caller, run.subject.id, run.created_by)):
        raise Forbidden


def sees_raw(caller: Caller, run: Run) -> bool:
    """Whether the caller may read the model's own words of a failed validation."""
    return caller.has(Role.ADMIN) or caller.user_id == run.created_by


def studio_row(run: Run) -> Json:
    return run_row(run) | {"patient_id": run.subject.id, "clinician_user_id": run.created_by}


def studio_run(endpoint: Endpoint, run: Run) -> Json:
    """The whole run in the studio's words."""
    services, caller = endpoint.services, endpoint.request.who
    view = Viewer(services.payloads, services.runs).run(run, show_input=True, show_raw=sees_raw(caller, run))
    return view | studio_words(run, view)


def studio_words(run: Run, view: Json) -> Json:
    return {
        "patient_id": run.subject.id,
        "clinician_user_id": run.created_by,
        "input_config": view["input"],
        "output_data": view["output"],
    }


def after_wait(endpoint: Endpoint, run: Run) -> Run:
    """The run when it has ended or waits for a person, or after as long as `Prefer: wait` allows."""
    seconds = endpoint.request.wait_seconds
    return endpoint.services.reader.wait(run, seconds, settled) if seconds else run


def settled(run: Run) -> bool:
    return run.is_terminal or run.awaits_person


def answer_run(endpoint: Endpoint, run: Run, *, created: bool, replayed: bool = False) -> Response[str]:
    """201 for a new run; 200, marked as a replay, for one that the same request made before."""
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    return endpoint.ok({"run": studio_run(endpoint, after_wait(endpoint, run))}, 201 if created else 200, headers)


def answer_started(endpoint: Endpoint, run: Run) -> Response[str]:
    """202 for a run that was started, 200 where its end was seen while waiting."""
    waited = after_wait(endpoint, run)
    return endpoint.ok({"run": studio_run(endpoint, waited)}, 200 if settled(waited) and endpoint.request.wait_seconds else 202)


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
        try:
            check_relation(endpoint, Action.READ_PATIENT_RUN, run)
        except Forbidden:
            continue
        return artifact, run
    raise Forbidden


def _naming(endpoint: Endpoint, artifact: Artifact) -> list[Run]:
    """The runs that really name the artifact; a record that none names does not exist."""
    found = (endpoint.services.runs.get(run_id) for run_id in endpoint.services.artifacts.runs_of(artifact))
    return [run for run in found if run is not None and artifact.id in run.artifacts]
