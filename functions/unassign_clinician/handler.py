"""DELETE /api/patients/{patientId}/clinicians/{userId}: end an assignment, effective at once."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.care import existing_patient
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId, PathUser
from shared.http.responses import no_content

endpoint = Endpoint(Action.MANAGE_CLINICIANS)


@endpoint.app.delete("/api/patients/<patientId>/clinicians/<userId>", responses=responses("nothing", 204))
def unassign(patientId: PathId, userId: PathUser) -> Response[str]:
    """204, also when there was no such assignment."""
    patient_id = existing_patient(endpoint)
    request = endpoint.request
    endpoint.services.care.unassign(request.who.org_id, patient_id, request.params["userId"])
    return no_content(request.request_id)


handler = endpoint.handler
