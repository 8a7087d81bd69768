"""GET /api/patients: the patients whom the caller may see."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.care import shown_patients, visible_patients
from shared.http.endpoint import Endpoint
from shared.http.models import Limit
from shared.http.responses import page

endpoint = Endpoint(Action.LIST_PATIENTS)


@endpoint.get("/api/patients")
def list_patients(call: Call, limit: Limit = 50) -> Response[str]:
    """Newest first; a clinician's in the order of assignment."""
    found, position = visible_patients(call, limit)
    return page(call, "patients", shown_patients(call, found), position)


handler = endpoint.handler
