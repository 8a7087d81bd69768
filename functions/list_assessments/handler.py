"""GET /api/patients/{patientId}/assessments: a patient's assessments, newest first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.care import assessment_page, assessment_view
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, PathId
from shared.http.studio import authorized_patient

endpoint = Endpoint(Action.USE_ASSESSMENTS)


@endpoint.app.get("/api/patients/<patientId>/assessments", responses=list_responses("assessments"))
def list_assessments(patientId: PathId, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """With questions and answers."""
    patient_id = authorized_patient(endpoint, Action.USE_ASSESSMENTS)
    found, position = assessment_page(endpoint, patient_id, limit)
    return endpoint.page("assessments", [assessment_view(assessment) for assessment in found], position)


handler = endpoint.handler
