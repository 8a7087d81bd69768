"""DELETE /api/patients/{patientId}: erase all that is kept of a patient, for good."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.erasure import Confirm, erase_patient
from shared.http.doors.runs import any_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.ERASE_PATIENT)


@endpoint.delete("/api/patients/<patientId>")
def erase(call: Call, patient_id: PathId, confirm: Confirm) -> Response[str]:
    """202 and the run that does it; again 200 and the same run. Nothing new is taken of the patient
    from then on, and their runs stay as skeletons.
    """
    run, is_new = erase_patient(call, patient_id, confirm)
    return ok(call, {"run": any_run(call, run)}, 202 if is_new else 200)


handler = endpoint.handler
