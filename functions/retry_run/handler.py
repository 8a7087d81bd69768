"""POST /runs/{runId}/retry: exactly one more attempt for a failed run, from the failed step."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.documents import run_responses
from shared.http.doors import after_wait, require_worker
from shared.http.endpoint import Endpoint
from shared.http.models import Empty, PathId
from shared.http.runs import any_run, changeable_run

endpoint = Endpoint(Action.CHANGE_RUNS)


@endpoint.app.post("/runs/<runId>/retry", responses=run_responses(202, 409, 503))
def retry(runId: PathId, body: Annotated[Empty | None, Body()] = None) -> Response[str]:
    """What earlier steps produced is kept; a run whose gate expired goes back to its gate."""
    run = changeable_run(endpoint)
    require_worker(endpoint, run)
    retried = endpoint.services.commands.retry(run, endpoint.request.who.user_id)
    return endpoint.ok({"run": any_run(endpoint, after_wait(endpoint, retried))}, 202)


handler = endpoint.handler
