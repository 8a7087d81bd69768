"""PUT /api/patients/{patientId}/record: a patient's FHIR R4 bundle."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.errors import ValidationFailed
from shared.http.care import RECORD_BODY, record_view
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.studio import authorized_patient
from shared.workflows.diagnosis.record import InvalidRecord, validate_record

endpoint = Endpoint(Action.USE_RECORD, max_body=RECORD_BODY)


@endpoint.app.put("/api/patients/<patientId>/record", responses=responses("`record`", 200))
def put(patientId: PathId, body: Annotated[dict[str, Any], Body(description="A Bundle with exactly one Patient")]) -> Response[str]:
    """The same bytes keep their version."""
    try:
        summary = validate_record(body)
    except InvalidRecord as exc:
        raise ValidationFailed(exc.errors) from exc
    patient_id = authorized_patient(endpoint, Action.USE_RECORD)
    request, services = endpoint.request, endpoint.services
    now = services.clock.now_ms()
    record = services.care.put_record(request.who.org_id, patient_id, request.raw_body, summary.resources, now)
    return endpoint.ok({"record": record_view(record)})


handler = endpoint.handler
