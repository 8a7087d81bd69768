"""POST /webhooks/{webhookId}/test: send a test message."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.webhooks import delivery_view, send_test
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import REPLAYED, ok

endpoint = Endpoint(Action.MANAGE_WEBHOOKS)


@endpoint.post("/webhooks/<webhookId>/test")
def test(call: Call, webhook_id: PathId) -> Response[str]:
    """Whatever it wants to be told otherwise."""
    delivery, is_new = send_test(call, webhook_id)
    view = {"delivery": delivery_view(delivery)}
    return ok(call, view, 202) if is_new else ok(call, view, 200, REPLAYED)


handler = endpoint.handler
