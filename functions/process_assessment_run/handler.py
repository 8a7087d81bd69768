"""POST /api/diagnosis-runs/{runId}/process: ask the worker to take a queued run now."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.assessment import assessment_run
from shared.http.documents import run_responses
from shared.http.doors import after_wait, require_worker, started_status
from shared.http.endpoint import Endpoint
from shared.http.models import Empty, PathId
from shared.http.studio import authorized_run

endpoint = Endpoint(Action.PROCESS_ASSESSMENT_RUN)


@endpoint.app.post("/api/diagnosis-runs/<runId>/process", responses=run_responses(202, 200, 409, 503))
def process(runId: PathId, body: Annotated[Empty | None, Body()] = None) -> Response[str]:
    """As execute: accepted once per queued spell."""
    run = authorized_run(endpoint, Action.PROCESS_ASSESSMENT_RUN)
    require_worker(endpoint, run)
    started = after_wait(endpoint, endpoint.services.commands.execute(run, endpoint.request.who.user_id))
    return endpoint.ok({"run": assessment_run(endpoint, started)}, started_status(endpoint, started))


handler = endpoint.handler
