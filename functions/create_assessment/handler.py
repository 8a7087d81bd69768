"""POST /api/patients/{patientId}/assessments: a questionnaire with the patient's answers."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.care import CreateAssessment, answer_assessment
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId

endpoint = Endpoint(Action.USE_ASSESSMENTS)


@endpoint.app.post("/api/patients/<patientId>/assessments", responses=responses("`assessment`", 201, 200))
def create(patientId: PathId, body: Annotated[CreateAssessment, Body()]) -> Response[str]:
    """Funnel and answers both enter the context pack of a diagnosis."""
    return answer_assessment(endpoint, body)


handler = endpoint.handler
