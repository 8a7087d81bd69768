"""GET /api/diagnosis-runs/{runId}: one diagnosis run, with its context pack and result."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.assessment import assessment_run
from shared.http.documents import run_responses
from shared.http.doors import after_wait
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.studio import authorized_run

endpoint = Endpoint(Action.READ_RUN_OF_PATIENT)


@endpoint.app.get("/api/diagnosis-runs/<runId>", responses=run_responses(200))
def get(runId: PathId) -> Response[str]:
    """Patients see their own runs, without what the model was sent."""
    run = authorized_run(endpoint, Action.READ_RUN_OF_PATIENT)
    return endpoint.ok({"run": assessment_run(endpoint, after_wait(endpoint, run))})


handler = endpoint.handler
