"""DELETE /webhooks/{webhookId}: tell it nothing any more."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.webhooks import delete_webhook
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import no_content

endpoint = Endpoint(Action.MANAGE_WEBHOOKS)


@endpoint.delete("/webhooks/<webhookId>")
def delete(call: Call, webhook_id: PathId) -> Response[str]:
    """What was not delivered yet is not sent."""
    delete_webhook(call, webhook_id)
    return no_content(call.request_id)


handler = endpoint.handler
