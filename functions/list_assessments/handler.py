"""GET /api/patients/{patientId}/assessments: a patient's assessments, newest first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import patient
from shared.http.call import Call
from shared.http.doors.care import assessment_page, assessment_view
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, PathId
from shared.http.responses import page

endpoint = Endpoint(Action.USE_ASSESSMENTS)


@endpoint.get("/api/patients/<patientId>/assessments")
def list_assessments(call: Call, patient_id: PathId, limit: Limit = 50) -> Response[str]:
    """With questions and answers."""
    patient(call, patient_id, Action.USE_ASSESSMENTS)
    found, position = assessment_page(call, patient_id, limit)
    return page(call, "assessments", [assessment_view(one) for one in found], position)


handler = endpoint.handler
