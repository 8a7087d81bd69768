"""PUT /api/patients/{patientId}/clinicians/{userId}: assign a clinician, effective at once."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import patient
from shared.http.call import Call
from shared.http.doors.care import clinician_view
from shared.http.endpoint import Endpoint
from shared.http.models import PathId, PathUser
from shared.http.responses import ok
from shared.records.care import Assignment

endpoint = Endpoint(Action.MANAGE_CLINICIANS)


@endpoint.put("/api/patients/<patientId>/clinicians/<userId>")
def assign_clinician(call: Call, patient_id: PathId, user_id: PathUser) -> Response[str]:
    """Assigning again keeps the first assignment."""
    patient(call, patient_id, Action.MANAGE_CLINICIANS)
    now, by = call.services.clock.now_ms(), call.caller.user_id
    new = Assignment(patient_id, user_id, now, by)
    held = call.services.care.assign(call.caller.org_id, new)
    return ok(call, {"clinician": clinician_view(held)})


handler = endpoint.handler
