"""POST /api/studio/patients/{patientId}/diagnosis-runs: a diagnosis run of a patient."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.authorize import admission, patient
from shared.http.call import Call
from shared.http.doors.studio import CreateDiagnosisRun, find_run, new_diagnosis, studio_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import created
from shared.http.waiting import waited

endpoint = Endpoint(Action.CREATE_PATIENT_RUN)


@endpoint.post("/api/studio/patients/<patientId>/diagnosis-runs")
def create_run(
    call: Call, patient_id: PathId, body: Annotated[CreateDiagnosisRun, Body()]
) -> Response[str]:
    """Queue a diagnosis run; `manual` keeps it from the worker until somebody executes it."""
    new = new_diagnosis(call, patient_id, body)
    patient(call, patient_id, Action.CREATE_PATIENT_RUN)
    key = call.key()
    run, is_new = call.services.creator.create(new, key, admission(call, key))
    return created(call, "run", studio_run(call, waited(call, run, find_run)), new=is_new)


handler = endpoint.handler
