"""GET /api/patients/{patientId}/record: what a patient's record holds."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.errors import NotFound
from shared.http.authorize import patient
from shared.http.call import Call
from shared.http.doors.records import record_view, today
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.USE_RECORD)


@endpoint.get("/api/patients/<patientId>/record")
def get(call: Call, patient_id: PathId) -> Response[str]:
    """Version, hash, counts by resource type, whose it is and what to know; never the bundle."""
    patient(call, patient_id, Action.USE_RECORD)
    record = call.services.records.get(call.caller.org_id, patient_id)
    if record is None:
        raise NotFound
    return ok(call, {"record": record_view(record, today(call))})


handler = endpoint.handler
