"""GET /bulk/{bulkId}: how far a bulk is."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.bulk import bulk_view, own_bulk
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.USE_BULK)


@endpoint.get("/bulk/<bulkId>")
def get(call: Call, bulk_id: PathId) -> Response[str]:
    """`matched` grows until the bulk has come to the end of the list."""
    return ok(call, {"bulk": bulk_view(own_bulk(call, bulk_id))})


handler = endpoint.handler
