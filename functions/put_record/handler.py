"""PUT /api/patients/{patientId}/record: a patient's FHIR R4 bundle."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from shared.access.policy import Action
from shared.http.authorize import patient
from shared.http.call import Call
from shared.http.doors.records import (
    IN_BODY,
    asked_upload,
    put_record,
    record_view,
    rehearsed,
    sent_by_upload,
    sent_in_body,
    today,
)
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.received import record_body
from shared.http.responses import ok

endpoint = Endpoint(Action.USE_RECORD, limits=IN_BODY, read_body=record_body)

Replace = Annotated[
    Literal["person"] | None, Query(description="Confirms a record of another person")
]
DryRun = Annotated[
    Literal["true", "false"],
    Query(description="`true`: say what it would change, and store nothing"),
]


@endpoint.put("/api/patients/<patientId>/record")
def put(
    call: Call,
    patient_id: PathId,
    body: Annotated[
        dict[str, Any],
        Body(description="A Bundle with exactly one Patient, or `upload_id` of one put before"),
    ],
    replace: Replace = None,
    dry_run: DryRun = "false",
) -> Response[str]:
    """The same bytes keep their version; of another person only when confirmed."""
    upload_id = asked_upload(body)
    sent = None if upload_id else sent_in_body(call, patient_id, body)
    patient(call, patient_id, Action.USE_RECORD)
    sent = sent or sent_by_upload(call, patient_id, upload_id or "")
    if dry_run == "true":
        return ok(call, rehearsed(call, patient_id, sent))
    record = put_record(call, patient_id, sent, replace_person=replace == "person")
    return ok(call, {"record": record_view(record, today(call))})


handler = endpoint.handler
