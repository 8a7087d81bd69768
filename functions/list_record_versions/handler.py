"""GET /api/patients/{patientId}/record/versions: what a patient's record was, and by whom."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import patient
from shared.http.call import Call
from shared.http.doors.records import version_view, versions
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, PathId
from shared.http.responses import page

endpoint = Endpoint(Action.USE_RECORD)


@endpoint.get("/api/patients/<patientId>/record/versions")
def list_record_versions(call: Call, patient_id: PathId, limit: Limit = 50) -> Response[str]:
    """Newest first."""
    patient(call, patient_id, Action.USE_RECORD)
    found, position = versions(call, patient_id, limit)
    return page(call, "versions", [version_view(one) for one in found], position)


handler = endpoint.handler
