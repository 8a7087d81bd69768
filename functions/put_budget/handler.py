"""PUT /budgets/{scope}: set what an organisation, a workflow or a project may spend."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.budgets import PutBudget, budget_view, put_budget
from shared.http.endpoint import Endpoint
from shared.http.models import PathScope
from shared.http.responses import ok

endpoint = Endpoint(Action.WRITE_BUDGETS)


@endpoint.put("/budgets/<scope>")
def put(call: Call, scope: PathScope, body: Annotated[PutBudget, Body()]) -> Response[str]:
    """A call must fit into every budget that it falls under; what does not fit waits."""
    return ok(call, {"budget": budget_view(call, put_budget(call, scope, body))})


handler = endpoint.handler
