"""POST /bulk: cancel or retry every run that a filter finds."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.bulk import CreateBulk, bulk_view, create_bulk
from shared.http.endpoint import Endpoint
from shared.http.responses import REPLAYED, ok

endpoint = Endpoint(Action.CREATE_BULK)


@endpoint.post("/bulk")
def create(call: Call, body: Annotated[CreateBulk, Body()]) -> Response[str]:
    """Of the runs that were created before it, oldest first, each once. What has ended already, or
    may not be touched by the caller, is skipped.
    """
    bulk, is_new = create_bulk(call, body)
    view = {"bulk": bulk_view(bulk)}
    return ok(call, view, 202) if is_new else ok(call, view, 200, REPLAYED)


handler = endpoint.handler
