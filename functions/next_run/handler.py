"""POST /runs/{runId}/next: execute the current phase and advance to the next gate."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.authorize import changeable_run
from shared.http.call import Call
from shared.http.doors.next_phase import NextPhase, advance
from shared.http.endpoint import Endpoint
from shared.http.models import PathId

endpoint = Endpoint(Action.CHANGE_RUNS)


@endpoint.post("/runs/<runId>/next")
def next_phase(
    call: Call, run_id: PathId, body: Annotated[NextPhase | None, Body()] = None
) -> Response[str]:
    """202 while the phase is being executed; with `Prefer: wait`, 200 at the next gate."""
    return advance(call, changeable_run(call, run_id), body or NextPhase())


handler = endpoint.handler
