"""GET /api/patients/{patientId}/clinicians: who is assigned to a patient."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.care import clinician_view, existing_patient
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, PathId

endpoint = Endpoint(Action.MANAGE_CLINICIANS)


@endpoint.app.get("/api/patients/<patientId>/clinicians", responses=list_responses("clinicians"))
def list_clinicians(patientId: PathId, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """Newest assignment first."""
    patient_id = existing_patient(endpoint)
    request = endpoint.request
    found, position = endpoint.services.care.clinicians(request.who.org_id, patient_id, request.position, limit)
    return endpoint.page("clinicians", [clinician_view(assignment) for assignment in found], position)


handler = endpoint.handler
