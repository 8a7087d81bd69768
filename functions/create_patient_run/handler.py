"""POST /api/studio/patients/{patientId}/diagnosis-runs: a diagnosis run of a patient."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.creating import new_diagnosis
from shared.http.documents import run_responses
from shared.http.doors import after_wait, created
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.studio import CreateDiagnosisRun, authorized_patient, studio_run

endpoint = Endpoint(Action.CREATE_PATIENT_RUN)


@endpoint.app.post("/api/studio/patients/<patientId>/diagnosis-runs", responses=run_responses(201, 200))
def create(patientId: PathId, body: Annotated[CreateDiagnosisRun, Body()]) -> Response[str]:
    """Queue a diagnosis run; `manual` keeps it from the worker until somebody executes it."""
    patient_id = authorized_patient(endpoint, Action.CREATE_PATIENT_RUN)
    services, caller = endpoint.services, endpoint.request.who
    new = new_diagnosis(caller, patient_id, body)
    key = endpoint.request.key(services.ids)
    run, is_new = services.creator.create(new, key, lambda: endpoint.admit(key))
    return created(endpoint, studio_run(endpoint, after_wait(endpoint, run)), new=is_new)


handler = endpoint.handler
