"""GET /runs/{runId}/events: a run's history, oldest first."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.authorize import readable_run
from shared.http.call import Call
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, PathId, WholeNumber
from shared.http.responses import page
from shared.http.views import event_views
from shared.http.waiting import waited_until

endpoint = Endpoint(Action.USE_RUNS)
After = Annotated[
    WholeNumber, Query(ge=0, le=1_000_000, description="Only events with a higher seq")
]


@endpoint.get("/runs/<runId>/events")
def events(call: Call, run_id: PathId, after: After = 0, limit: Limit = 50) -> Response[str]:
    """seq is gapless from 1. With `Prefer: wait=N` it answers at the next event."""
    start = int(call.position, 16) if call.position else after
    run = waited_until(
        call,
        readable_run(call, run_id),
        lambda r: r.version > start or r.is_terminal,
        readable_run,
    )
    found = event_views(run, start)
    more = len(found) > limit
    position = f"{found[limit - 1]['seq']:08x}" if more else None
    return page(call, "events", found[:limit], position)


handler = endpoint.handler
