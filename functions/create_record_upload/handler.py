"""POST /api/patients/{patientId}/record/uploads: where to put a record that no body can hold."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.authorize import patient
from shared.http.call import Call
from shared.http.doors.records import AnnounceUpload, announce_upload, require_size, upload_view
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import created

endpoint = Endpoint(Action.USE_RECORD)


@endpoint.post("/api/patients/<patientId>/record/uploads")
def create_record_upload(
    call: Call, patient_id: PathId, body: Annotated[AnnounceUpload, Body()]
) -> Response[str]:
    """A URL that takes exactly these bytes, with the headers to send; then PUT the record."""
    require_size(body)
    patient(call, patient_id, Action.USE_RECORD)
    upload, is_new = announce_upload(call, patient_id, body)
    return created(call, "upload", upload_view(call, upload), new=is_new)


handler = endpoint.handler
