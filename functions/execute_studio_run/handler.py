"""POST /api/studio/diagnosis-runs/{runId}/execute: ask the worker to take a queued run now."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.documents import run_responses
from shared.http.doors import after_wait, require_worker, started_status
from shared.http.endpoint import Endpoint
from shared.http.models import Empty, PathId
from shared.http.studio import authorized_run, studio_run

endpoint = Endpoint(Action.EXECUTE_PATIENT_RUN)


@endpoint.app.post("/api/studio/diagnosis-runs/<runId>/execute", responses=run_responses(202, 200, 409, 503))
def execute(runId: PathId, body: Annotated[Empty | None, Body()] = None) -> Response[str]:
    """Accepted once per queued spell: of concurrent calls one is answered 202, the rest 409."""
    run = authorized_run(endpoint, Action.EXECUTE_PATIENT_RUN)
    require_worker(endpoint, run)
    started = after_wait(endpoint, endpoint.services.commands.execute(run, endpoint.request.who.user_id))
    return endpoint.ok({"run": studio_run(endpoint, started)}, started_status(endpoint, started))


handler = endpoint.handler
