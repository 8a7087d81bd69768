"""GET /webhooks: the organisation's webhooks, newest first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.webhooks import webhook_view
from shared.http.endpoint import Endpoint
from shared.http.models import Limit
from shared.http.responses import page

endpoint = Endpoint(Action.MANAGE_WEBHOOKS)


@endpoint.get("/webhooks")
def list_webhooks(call: Call, limit: Limit = 50) -> Response[str]:
    """Without their secrets. A disabled one says why."""
    store = call.services.webhooks
    found, last = store.page(call.caller.org_id, call.position, limit)
    return page(call, "webhooks", [webhook_view(one) for one in found], last)


handler = endpoint.handler
