"""GET /webhooks/{webhookId}: one webhook."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.webhooks import own_webhook, webhook_view
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.MANAGE_WEBHOOKS)


@endpoint.get("/webhooks/<webhookId>")
def get(call: Call, webhook_id: PathId) -> Response[str]:
    """Without its secret."""
    return ok(call, {"webhook": webhook_view(own_webhook(call, webhook_id))})


handler = endpoint.handler
