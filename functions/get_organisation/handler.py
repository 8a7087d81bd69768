"""GET /organisation: what the caller's organisation has set for itself."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.organisation import organisation, organisation_view
from shared.http.endpoint import Endpoint
from shared.http.responses import ok

endpoint = Endpoint(Action.READ_ORGANISATION)


@endpoint.get("/organisation")
def get_organisation(call: Call) -> Response[str]:
    """Paused workflows, and for how many days ended runs are kept."""
    return ok(call, {"organisation": organisation_view(call, organisation(call))})


handler = endpoint.handler
