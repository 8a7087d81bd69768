"""POST /api/studio/patients/{patientId}/diagnosis-runs: a diagnosis run of a patient."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.engine.creation import NewRun
from shared.http.documents import run_responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.studio import CreateDiagnosisRun, answer_run, authorized_patient
from shared.runs.records import Dispatch, Subject
from shared.workflows.definitions import DIAGNOSIS

endpoint = Endpoint(Action.CREATE_PATIENT_RUN)


@endpoint.app.post("/api/studio/patients/<patientId>/diagnosis-runs", responses=run_responses(201, 200))
def create(patientId: PathId, body: Annotated[CreateDiagnosisRun, Body()]) -> Response[str]:
    """Queue a diagnosis run; `manual` keeps it from the worker until somebody executes it."""
    patient_id = authorized_patient(endpoint, Action.CREATE_PATIENT_RUN)
    services, caller = endpoint.services, endpoint.request.who
    new = NewRun(
        workflow=DIAGNOSIS.name,
        org_id=caller.org_id,
        subject=Subject(DIAGNOSIS.subject, patient_id),
        created_by=caller.user_id,
        input=body.input_config,
        dispatch=Dispatch(body.dispatch),
        max_attempts=body.max_attempts,
        tags=tuple(body.tags),
        attributes={} if body.max_cost_usd is None else {"max_cost": round(body.max_cost_usd * 1_000_000)},
    )
    run, created = services.creator.create(new, endpoint.request.key(services.ids))
    return answer_run(endpoint, run, created=created, replayed=not created)


handler = endpoint.handler
