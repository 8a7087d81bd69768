"""POST /api/diagnosis-runs: the one diagnosis run of an assessment and a correlation."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.errors import NotFound
from shared.http.authorize import admission, require_patient
from shared.http.call import Call
from shared.http.doors.assessment import (
    CreateAssessmentRun,
    assessment_key,
    assessment_run,
    find_run,
    new_assessment_run,
)
from shared.http.endpoint import Endpoint
from shared.http.models import start_moment
from shared.http.responses import created
from shared.http.waiting import waited

endpoint = Endpoint(Action.CREATE_ASSESSMENT_RUN, natural_key=True)


@endpoint.post("/api/diagnosis-runs")
def create_run(call: Call, body: Annotated[CreateAssessmentRun, Body()]) -> Response[str]:
    """201, or 200 for the run that is there already.

    The Idempotency-Key header is ignored: the names are the key.
    """
    start_moment(
        body.start_at, call.services.clock.now_ms()
    )  # too far ahead is refused before anything is looked up
    services, caller = call.services, call.caller
    assessment = services.care.get_assessment(caller.org_id, body.assessment_id)
    if assessment is None:
        raise NotFound
    require_patient(call, assessment.patient_id, Action.CREATE_ASSESSMENT_RUN)
    new = new_assessment_run(call, assessment.patient_id, body)
    key = assessment_key(caller.org_id, body.assessment_id, body.correlation_id)
    run, is_new = services.creator.create(new, key, admission(call, key))
    return created(call, "run", assessment_run(call, waited(call, run, find_run)), new=is_new)


handler = endpoint.handler
