"""POST /bulk/{bulkId}/cancel: end a bulk; what it has done stays done."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.bulk import bulk_view, cancel_bulk, own_bulk
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.USE_BULK)


@endpoint.post("/bulk/<bulkId>/cancel")
def cancel(call: Call, bulk_id: PathId) -> Response[str]:
    """Idempotent. The counts may grow by what was under way."""
    return ok(call, {"bulk": bulk_view(cancel_bulk(call, own_bulk(call, bulk_id)))})


handler = endpoint.handler
