"""POST /runs/{runId}/cancel: end an open run, whoever works on it, with a receipt of what it spent."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.errors import Conflict
from shared.http.documents import responses
from shared.http.doors import found_run
from shared.http.endpoint import Endpoint
from shared.http.models import Empty, PathId
from shared.http.runs import any_run, changeable_run
from shared.http.views import receipt_view
from shared.runs.records import Run, Status

endpoint = Endpoint(Action.CHANGE_RUNS)


@endpoint.app.post("/runs/<runId>/cancel", responses=responses("`run` and `receipt`", 200, 409))
def cancel(runId: PathId, body: Annotated[Empty | None, Body()] = None) -> Response[str]:
    """Idempotent; the receipt's `usage` may grow by what a worker had spent when it was stopped."""
    run = _cancelled(changeable_run(endpoint))
    view = any_run(endpoint, run)
    return endpoint.ok({"run": view, "receipt": receipt_view(run, view["usage"])})


def _cancelled(run: Run) -> Run:
    """The run as it is once cancelled, by this request or by another at the same moment. Raises Conflict for another end."""
    if run.status is Status.CANCELLED:
        return run
    try:
        return endpoint.services.commands.cancel(run, endpoint.request.who.user_id)
    except Conflict:
        current = found_run(endpoint)
        if current.status is not Status.CANCELLED:
            raise
        return current


handler = endpoint.handler
