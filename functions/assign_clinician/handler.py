"""PUT /api/patients/{patientId}/clinicians/{userId}: assign a clinician, effective at once."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.care import clinician_view, existing_patient
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import Empty, PathId, PathUser
from shared.ports import Assignment

endpoint = Endpoint(Action.MANAGE_CLINICIANS)


@endpoint.app.put("/api/patients/<patientId>/clinicians/<userId>", responses=responses("`clinician`", 200))
def assign(patientId: PathId, userId: PathUser, body: Annotated[Empty | None, Body()] = None) -> Response[str]:
    """Assigning again keeps the first assignment."""
    patient_id = existing_patient(endpoint)
    request = endpoint.request
    assignment = Assignment(patient_id, request.params["userId"], endpoint.services.clock.now_ms())
    return endpoint.ok({"clinician": clinician_view(endpoint.services.care.assign(request.who.org_id, assignment))})


handler = endpoint.handler
