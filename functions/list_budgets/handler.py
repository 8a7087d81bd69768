"""GET /budgets: what may be spent, and what was."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.budgets import budget_page, budget_view
from shared.http.endpoint import Endpoint
from shared.http.models import Limit
from shared.http.responses import page

endpoint = Endpoint(Action.READ_BUDGETS)


@endpoint.get("/budgets")
def list_budgets(call: Call, limit: Limit = 50) -> Response[str]:
    """The organisation's, by scope, each in its present period."""
    found, position = budget_page(call, limit)
    return page(call, "budgets", [budget_view(call, one) for one in found], position)


handler = endpoint.handler
