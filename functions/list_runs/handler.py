"""GET /runs: runs of all workflows, newest first."""

from datetime import datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, Moment, StatusFilter
from shared.http.runs import any_row, list_scope, visible
from shared.runs.records import Run, Status

endpoint = Endpoint(Action.USE_RUNS)
WorkflowName = Literal["diagnosis", "orchestration", "analysis"]


@endpoint.app.get("/runs", responses=list_responses("runs"))
def list_runs(
    workflow: Annotated[WorkflowName | None, Query()] = None,
    profile: Annotated[str | None, Query()] = None,
    status: StatusFilter = None,
    tag: Annotated[str | None, Query()] = None,
    created_after: Annotated[Moment | None, Query(description="Inclusive")] = None,
    created_before: Annotated[Moment | None, Query(description="Exclusive")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[str]:
    """What one created and may still see; an admin's whole organisation."""
    services, request = endpoint.services, endpoint.request
    wanted = None if status is None else Status(status)

    def matches(runs: list[Run]) -> list[Run]:
        kept = [r for r in runs if workflow in (None, r.workflow) and wanted in (None, r.status) and (tag is None or tag in r.tags)]
        return visible(endpoint, [r for r in kept if profile in (None, r.attributes.get("profile"))])

    start = request.position or (None if created_before is None else services.runs.before(_ms(created_before)))
    oldest = 0 if created_after is None else _ms(created_after)
    page = services.reader.page(list_scope(endpoint, wanted), start, limit, matches, oldest)
    return endpoint.page("runs", [any_row(run) for run in page.runs], page.position)


def _ms(moment: datetime) -> int:
    """Milliseconds, rounded up: a run's creation has no finer time, and none is before 1970."""
    return max(0, -(-int(moment.timestamp() * 1_000_000) // 1_000))


handler = endpoint.handler
