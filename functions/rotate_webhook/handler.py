"""POST /webhooks/{webhookId}/rotate: a new secret."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.webhooks import rotate, webhook_view
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.MANAGE_WEBHOOKS)


@endpoint.post("/webhooks/<webhookId>/rotate")
def rotate_secret(call: Call, webhook_id: PathId) -> Response[str]:
    """The one before signs beside it for 24 hours."""
    return ok(call, {"webhook": webhook_view(rotate(call, webhook_id), secret=True)})


handler = endpoint.handler
