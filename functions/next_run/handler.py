"""POST /runs/{runId}/next: execute the current phase and advance to the next gate."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.advancing import advance
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.runs import NextPhase, changeable_run

endpoint = Endpoint(Action.CHANGE_RUNS)


@endpoint.app.post("/runs/<runId>/next", responses=responses("the phases before and after", 202, 200, 409, 429))
def next_phase(runId: PathId, body: Annotated[NextPhase | None, Body()] = None) -> Response[str]:
    """202 while the phase is being executed; with `Prefer: wait`, 200 at the next gate."""
    return advance(endpoint, changeable_run(endpoint), body or NextPhase())


handler = endpoint.handler
