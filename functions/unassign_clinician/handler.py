"""DELETE /api/patients/{patientId}/clinicians/{userId}: end an assignment, effective at once."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import patient
from shared.http.call import Call
from shared.http.endpoint import Endpoint
from shared.http.models import PathId, PathUser
from shared.http.responses import no_content

endpoint = Endpoint(Action.MANAGE_CLINICIANS)


@endpoint.delete("/api/patients/<patientId>/clinicians/<userId>")
def unassign(call: Call, patient_id: PathId, user_id: PathUser) -> Response[str]:
    """204, also when there was no such assignment."""
    patient(call, patient_id, Action.MANAGE_CLINICIANS)
    caller, now = call.caller, call.services.clock.now_ms()
    call.services.care.unassign(caller.org_id, patient_id, user_id, caller.user_id, now)
    return no_content(call.request_id)


handler = endpoint.handler
