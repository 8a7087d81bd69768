"""PUT /api/patients/{patientId}: make a patient known, name their account, label them."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.care import PutPatient, put_patient, shown_patients
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.WRITE_PATIENT)


@endpoint.put("/api/patients/<patientId>")
def put(
    call: Call, patient_id: PathId, body: Annotated[PutPatient | None, Body()] = None
) -> Response[str]:
    """201 for a new one. What is absent of `user_id` and `label` stays, null removes it."""
    held, is_new = put_patient(call, patient_id, body or PutPatient())
    view = shown_patients(call, [held])[0]
    return ok(call, {"patient": view}, 201 if is_new else 200)


handler = endpoint.handler
