"""GET /budgets: what may be spent, and what was."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.budgets import budget_view, budgets
from shared.http.endpoint import Endpoint
from shared.http.responses import ok

endpoint = Endpoint(Action.READ_BUDGETS)


@endpoint.get("/budgets")
def list_budgets(call: Call) -> Response[str]:
    """All of the organisation's, each in its present period."""
    return ok(call, {"budgets": [budget_view(call, one) for one in budgets(call)]})


handler = endpoint.handler
