"""PATCH /webhooks/{webhookId}: change a webhook, or switch it off or on."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.webhooks import UpdateWebhook, update_webhook, webhook_view
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.MANAGE_WEBHOOKS)


@endpoint.patch("/webhooks/<webhookId>")
def update(
    call: Call, webhook_id: PathId, body: Annotated[UpdateWebhook | None, Body()] = None
) -> Response[str]:
    """What happens while it is disabled is not told later."""
    webhook = update_webhook(call, webhook_id, body or UpdateWebhook())
    return ok(call, {"webhook": webhook_view(webhook)})


handler = endpoint.handler
