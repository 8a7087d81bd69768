"""POST /api/projects/{projectId}/generate: the one analysis of an input version under the present pipeline."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.errors import NoInputs
from shared.http.documents import run_responses
from shared.http.doors import after_wait, started_status
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.projects import GenerateRun, new_analysis, project_run, settle_softly

endpoint = Endpoint(Action.USE_PROJECT, natural_key=True)


@endpoint.app.post("/api/projects/<projectId>/generate", responses=run_responses(202, 200, 429))
def generate(projectId: PathId, body: Annotated[GenerateRun | None, Body()] = None) -> Response[str]:
    """202, or 200 for the run that is there already. Without a final input 422 NO_INPUTS, and a failed run on record."""
    new, key = new_analysis(endpoint, endpoint.request.params["projectId"], body or GenerateRun())
    run, is_new = endpoint.services.creator.create(new, key, lambda: endpoint.admit(key))
    if is_new:
        settle_softly(endpoint, run.subject.id)
    if new.failed:
        raise NoInputs(run.id)
    run = after_wait(endpoint, run)
    status = started_status(endpoint, run) if is_new else 200
    return endpoint.ok({"run": project_run(endpoint, run)}, status, {} if is_new else {"Idempotency-Replayed": "true"})


handler = endpoint.handler
