"""PUT /api/patients/{patientId}: make a patient known, or name their account."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.care import PutPatient, patient_view
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.ports import Patient

endpoint = Endpoint(Action.WRITE_PATIENT)


@endpoint.app.put("/api/patients/<patientId>", responses=responses("`patient`", 201, 200))
def put(patientId: PathId, body: Annotated[PutPatient | None, Body()] = None) -> Response[str]:
    """201 for a new one. An absent `user_id` leaves the present one alone, null removes it."""
    request, now = endpoint.request, endpoint.services.clock.now_ms()
    sent = body or PutPatient()
    patient = Patient(request.params["patientId"], request.who.org_id, sent.user_id, now, now)
    held, created = endpoint.services.care.put_patient(patient, keep_user="user_id" not in sent.model_fields_set)
    return endpoint.ok({"patient": patient_view(held)}, 201 if created else 200)


handler = endpoint.handler
