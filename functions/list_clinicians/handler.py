"""GET /api/patients/{patientId}/clinicians: who is assigned to a patient."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.authorize import patient
from shared.http.call import Call
from shared.http.doors.care import clinician_view
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, PathId
from shared.http.responses import page

endpoint = Endpoint(Action.MANAGE_CLINICIANS)
Ended = Annotated[
    Literal["true", "false"], Query(description="`true`: the assignments that have ended")
]


@endpoint.get("/api/patients/<patientId>/clinicians")
def list_clinicians(
    call: Call, patient_id: PathId, limit: Limit = 50, ended: Ended = "false"
) -> Response[str]:
    """Newest assignment first; of those that have ended, the newest end."""
    patient(call, patient_id, Action.MANAGE_CLINICIANS)
    care, org_id = call.services.care, call.caller.org_id
    listed = care.ended_assignments if ended == "true" else care.clinicians
    found, position = listed(org_id, patient_id, call.position, limit)
    return page(call, "clinicians", [clinician_view(one) for one in found], position)


handler = endpoint.handler
