"""GET /api/patients: the patients whom the caller may see."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.care import patient_view, visible_patients
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit

endpoint = Endpoint(Action.LIST_PATIENTS)


@endpoint.app.get("/api/patients", responses=list_responses("patients"))
def list_patients(limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """Newest first; a clinician's in the order of assignment."""
    patients, position = visible_patients(endpoint, limit)
    return endpoint.page("patients", [patient_view(patient) for patient in patients], position)


handler = endpoint.handler
