"""POST /api/diagnosis-runs: the one diagnosis run of an assessment and a correlation."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action, permits
from shared.engine.relations import relations
from shared.errors import Forbidden, NotFound
from shared.http.assessment import CreateAssessmentRun, assessment_key, assessment_run
from shared.http.creating import new_assessment_run
from shared.http.documents import run_responses
from shared.http.doors import after_wait, created
from shared.http.endpoint import Endpoint

endpoint = Endpoint(Action.CREATE_ASSESSMENT_RUN, natural_key=True)


@endpoint.app.post("/api/diagnosis-runs", responses=run_responses(201, 200))
def create(body: Annotated[CreateAssessmentRun, Body()]) -> Response[str]:
    """201, or 200 for the run that is there already. The Idempotency-Key header is ignored: the names are the key."""
    services, caller = endpoint.services, endpoint.request.who
    assessment = services.care.get_assessment(caller.org_id, body.assessment_id)
    if assessment is None:
        raise NotFound
    if not permits(caller, Action.CREATE_ASSESSMENT_RUN, relations(services.care, caller, assessment.patient_id)):
        raise Forbidden
    new = new_assessment_run(caller, assessment.patient_id, body)
    key = assessment_key(caller.org_id, body.assessment_id, body.correlation_id)
    run, is_new = services.creator.create(new, key, lambda: endpoint.admit(key))
    return created(endpoint, assessment_run(endpoint, after_wait(endpoint, run)), new=is_new)


handler = endpoint.handler
