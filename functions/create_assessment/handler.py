"""POST /api/patients/{patientId}/assessments: a questionnaire with the patient's answers."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.authorize import patient
from shared.http.call import Call
from shared.http.doors.care import CreateAssessment, add_assessment, assessment_view
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import created

endpoint = Endpoint(Action.USE_ASSESSMENTS)


@endpoint.post("/api/patients/<patientId>/assessments")
def create_assessment(
    call: Call, patient_id: PathId, body: Annotated[CreateAssessment, Body()]
) -> Response[str]:
    """Funnel and answers both enter the context pack of a diagnosis."""
    patient(call, patient_id, Action.USE_ASSESSMENTS)
    assessment, is_new = add_assessment(call, patient_id, body)
    return created(call, "assessment", assessment_view(assessment), new=is_new)


handler = endpoint.handler
