"""GET /runs/{runId}/events: a run's history, oldest first."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, PathId, WholeNumber
from shared.http.runs import readable_run
from shared.http.views import event_views

endpoint = Endpoint(Action.USE_RUNS)
After = Annotated[WholeNumber, Query(ge=0, le=1_000_000, description="Only events with a higher seq")]


@endpoint.app.get("/runs/<runId>/events", responses=list_responses("events"))
def events(runId: PathId, after: After = 0, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """seq is gapless from 1. With `Prefer: wait=N` it answers at the next event."""
    run, request = readable_run(endpoint), endpoint.request
    start = int(request.position, 16) if request.position else after
    if request.wait_seconds:
        run = endpoint.services.reader.wait(run, request.wait_seconds, lambda r: r.version > start or r.is_terminal)
    found = event_views(run, start)
    more = len(found) > limit
    return endpoint.page("events", found[:limit], f"{found[limit - 1]['seq']:08x}" if more else None)


handler = endpoint.handler
