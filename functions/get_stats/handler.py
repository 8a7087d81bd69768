"""GET /stats: the organisation's numbers by day, and what is open now."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.runs import WorkflowName
from shared.http.doors.stats import Day, asked_days, day_view, open_view
from shared.http.endpoint import Endpoint
from shared.http.responses import ok

endpoint = Endpoint(Action.READ_STATS)


@endpoint.get("/stats")
def stats(
    call: Call,
    from_: Annotated[Day | None, Query(alias="from", description="First day, inclusive")] = None,
    to: Annotated[Day | None, Query(description="Last day, inclusive; today by default")] = None,
    workflow: Annotated[WorkflowName | None, Query(description="Of this workflow only")] = None,
) -> Response[str]:
    """UTC days, at most 92; the last 30 by default. An entry counts on its own day: a run that
    failed, and succeeded after a retry, counts in both. At most a minute late.
    """
    days = asked_days(call, from_, to)
    store, org_id = call.services.counts, call.caller.org_id
    found = store.days(org_id, days[0], days[-1])
    return ok(
        call,
        {
            "days": [day_view(day, found.get(day, {}), workflow) for day in days],
            "open": open_view(store.open(org_id), workflow),
        },
    )


handler = endpoint.handler
