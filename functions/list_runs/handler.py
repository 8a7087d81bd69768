"""GET /runs: runs of all workflows, newest first."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.authorize import seen, shown
from shared.http.call import Call
from shared.http.doors.runs import WorkflowName, any_row, list_scopes
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, Moment, StatusFilter, milliseconds
from shared.http.responses import page
from shared.http.views import if_wanted, in_status, only_of, rows_of
from shared.records.run import Run

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.get("/runs")
def list_runs(
    call: Call,
    workflow: Annotated[WorkflowName | None, Query()] = None,
    profile: Annotated[str | None, Query()] = None,
    status: StatusFilter = None,
    tag: Annotated[str | None, Query()] = None,
    created_after: Annotated[Moment | None, Query(description="Inclusive")] = None,
    created_before: Annotated[Moment | None, Query(description="Exclusive")] = None,
    limit: Limit = 50,
) -> Response[str]:
    """What one created and may still see; an admin's whole organisation."""
    services = call.services

    def matches(runs: list[Run]) -> list[Run]:
        kept = [
            r
            for r in in_status(runs, status)
            if workflow in (None, r.workflow)
            and (tag is None or tag in r.tags)
            and profile in (None, r.attributes.get("profile"))
        ]
        return seen(call, kept)

    start = call.position or (
        None if created_before is None else services.runs.before(milliseconds(created_before))
    )
    oldest = 0 if created_after is None else milliseconds(created_after)
    spoilt = (
        None if workflow or profile or tag else if_wanted(status, lambda rows: seen(call, rows))
    )
    scopes, only = list_scopes(call, status, tag), only_of(status, workflow)
    found = services.reader.page(
        scopes, start, limit, matches, oldest, unreadable=spoilt, only=only
    )
    shown(call, found.rows)
    rows = rows_of(found.rows, lambda run: any_row(call, run))
    return page(call, "runs", rows, found.position)


handler = endpoint.handler
