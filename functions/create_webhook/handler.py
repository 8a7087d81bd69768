"""POST /webhooks: be told of what happens, by a signed POST."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.webhooks import CreateWebhook, create_webhook, webhook_view
from shared.http.endpoint import Endpoint
from shared.http.responses import created

endpoint = Endpoint(Action.MANAGE_WEBHOOKS)


@endpoint.post("/webhooks")
def create(call: Call, body: Annotated[CreateWebhook, Body()]) -> Response[str]:
    """Its `secret` is shown here and after a rotation only. `https` only, and no address of a
    private, loopback or link-local network.
    """
    webhook, is_new = create_webhook(call, body)
    return created(call, "webhook", webhook_view(webhook, secret=True), new=is_new)


handler = endpoint.handler
