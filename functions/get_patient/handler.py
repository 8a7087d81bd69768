"""GET /api/patients/{patientId}: one patient."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.errors import NotFound
from shared.http.authorize import require_patient
from shared.http.call import Call
from shared.http.doors.care import shown_patients
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.READ_PATIENT)


@endpoint.get("/api/patients/<patientId>")
def get(call: Call, patient_id: PathId) -> Response[str]:
    """For the patient, who cares for them, and the organisation's admins.

    With age and gender as the record in force has them.
    """
    patient = call.services.care.get_patient(call.caller.org_id, patient_id)
    if patient is None:
        raise NotFound
    require_patient(call, patient_id, Action.READ_PATIENT)
    return ok(call, {"patient": shown_patients(call, [patient])[0]})


handler = endpoint.handler
