"""GET /runs/{runId}: one run of any workflow."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.documents import run_responses
from shared.http.doors import after_wait
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.runs import any_run, readable_run

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.app.get("/runs/<runId>", responses=run_responses(200))
def get(runId: PathId) -> Response[str]:
    """Orchestrations with their phases."""
    run = readable_run(endpoint)
    return endpoint.ok({"run": any_run(endpoint, after_wait(endpoint, run))})


handler = endpoint.handler
