"""GET /runs/{runId}/stream: a run's events for an EventSource."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.authorize import readable_run
from shared.http.call import Call
from shared.http.doors.stream import as_stream, has_nothing_left, last_seen
from shared.http.endpoint import Endpoint
from shared.http.models import PathId, WholeNumber
from shared.http.responses import bare, no_content
from shared.http.waiting import patiently, waited_until

endpoint = Endpoint(Action.USE_RUNS)
After = Annotated[WholeNumber, Query(ge=0, le=1_000_000, description="Only events after this seq")]


@endpoint.get("/runs/<runId>/stream")
def stream(call: Call, run_id: PathId, after: After = 0) -> Response[str]:
    """The events after the last one seen, or the next one, or after 25 seconds a comment; then the
    connection ends, and an EventSource comes back where it was. `Last-Event-ID` beats `after`. The
    answer that holds the last event of an ended run closes with `event: end`; who comes back after
    that gets 204.
    """
    seen = last_seen(call, after)
    run = readable_run(call, run_id)
    if has_nothing_left(run, seen):
        return no_content(call.request_id)
    run = waited_until(
        patiently(call), run, lambda r: r.version > seen or r.is_terminal, readable_run
    )
    return bare(
        call.request_id,
        "text/event-stream",
        as_stream(run, seen),
        headers={"cache-control": "no-store"},
    )


handler = endpoint.handler
