"""POST /runs/{runId}/clone: a new run like an earlier one, with some fields replaced."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.errors import NoInputs
from shared.http.cloning import CloneRun, clone_of
from shared.http.documents import run_responses
from shared.http.doors import after_wait, created
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.runs import any_run, readable_run

endpoint = Endpoint(Action.CLONE_RUNS)


@endpoint.app.post("/runs/<runId>/clone", responses=run_responses(201, 200, 409, 429))
def clone(runId: PathId, body: Annotated[CloneRun | None, Body()] = None) -> Response[str]:
    """For who may create its like. `metadata.cloned_from` names the original."""
    new, key = clone_of(endpoint, readable_run(endpoint), body or CloneRun())
    run, is_new = endpoint.services.creator.create(new, key, lambda: endpoint.admit(key))
    if new.failed:
        raise NoInputs(run.id)
    return created(endpoint, any_run(endpoint, after_wait(endpoint, run)), new=is_new)


handler = endpoint.handler
