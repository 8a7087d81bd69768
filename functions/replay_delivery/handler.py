"""POST /webhooks/{webhookId}/deliveries/{deliveryId}/replay: send a message again."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.webhooks import delivery_view, replay
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.MANAGE_WEBHOOKS)


@endpoint.post("/webhooks/<webhookId>/deliveries/<deliveryId>/replay")
def replay_delivery(call: Call, webhook_id: PathId, delivery_id: PathId) -> Response[str]:
    """The same `webhook-id`, signed with the secret of now."""
    return ok(call, {"delivery": delivery_view(replay(call, webhook_id, delivery_id))}, 202)


handler = endpoint.handler
