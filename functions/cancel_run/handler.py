"""POST /runs/{runId}/cancel: end an open run, whoever works on it, with a receipt of what it spent."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import Empty, PathId
from shared.http.runs import any_run, changeable_run
from shared.http.views import receipt_view
from shared.runs.records import Status

endpoint = Endpoint(Action.CHANGE_RUNS)


@endpoint.app.post("/runs/<runId>/cancel", responses=responses("`run` and `receipt`", 200, 409))
def cancel(runId: PathId, body: Annotated[Empty | None, Body()] = None) -> Response[str]:
    """Idempotent; the receipt's `usage` may grow by what a worker had spent when it was stopped."""
    run = changeable_run(endpoint)
    if run.status is not Status.CANCELLED:
        run = endpoint.services.commands.cancel(run, endpoint.request.who.user_id)
    view = any_run(endpoint, run)
    return endpoint.ok({"run": view, "receipt": receipt_view(run, view["usage"])})


handler = endpoint.handler
