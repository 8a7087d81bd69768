"""DELETE /budgets/{scope}: hold nobody to it any more."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.budgets import delete_budget
from shared.http.endpoint import Endpoint
from shared.http.models import PathScope
from shared.http.responses import no_content

endpoint = Endpoint(Action.WRITE_BUDGETS)


@endpoint.delete("/budgets/<scope>")
def delete(call: Call, scope: PathScope) -> Response[str]:
    """204, also when there was none. What waited for it goes on within two sweeps."""
    delete_budget(call, scope)
    return no_content(call.request_id)


handler = endpoint.handler
