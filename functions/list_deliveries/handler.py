"""GET /webhooks/{webhookId}/deliveries: what was sent, newest first."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.webhooks import DeliveryState, deliveries, delivery_view
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, PathId
from shared.http.responses import page

endpoint = Endpoint(Action.MANAGE_WEBHOOKS)


@endpoint.get("/webhooks/<webhookId>/deliveries")
def list_deliveries(
    call: Call,
    webhook_id: PathId,
    status: Annotated[DeliveryState | None, Query(description="In this status only")] = None,
    limit: Limit = 50,
) -> Response[str]:
    """Of thirty days."""
    found, last = deliveries(call, webhook_id, status, limit)
    return page(call, "deliveries", [delivery_view(one) for one in found], last)


handler = endpoint.handler
