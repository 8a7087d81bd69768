"""GET /api/patients/{patientId}/record: what a patient's record holds."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.errors import NotFound
from shared.http.care import record_view
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.studio import authorized_patient

endpoint = Endpoint(Action.USE_RECORD)


@endpoint.app.get("/api/patients/<patientId>/record", responses=responses("`record`", 200))
def get(patientId: PathId) -> Response[str]:
    """Version, hash and counts by resource type; never the bundle itself."""
    patient_id = authorized_patient(endpoint, Action.USE_RECORD)
    record = endpoint.services.care.get_record(endpoint.request.who.org_id, patient_id)
    if record is None:
        raise NotFound
    return endpoint.ok({"record": record_view(record)})


handler = endpoint.handler
