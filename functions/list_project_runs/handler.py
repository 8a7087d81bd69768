"""GET /api/projects/{projectId}/runs: a project's analyses, newest first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import project
from shared.http.call import Call
from shared.http.doors.projects import project_run_row, project_scope
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, PathId, StatusFilter
from shared.http.responses import page
from shared.http.views import if_wanted, in_status, only_of, rows_of

endpoint = Endpoint(Action.USE_PROJECT)


@endpoint.get("/api/projects/<projectId>/runs")
def list_runs(
    call: Call, project_id: PathId, status: StatusFilter = None, limit: Limit = 50
) -> Response[str]:
    """One page; a filtered page may be short and still have a next one."""
    scope = project_scope(project(call, project_id))
    found = call.services.reader.page(
        scope,
        call.position,
        limit,
        lambda runs: in_status(runs, status),
        unreadable=if_wanted(status),
        only=only_of(status),
    )
    rows = rows_of(found.rows, lambda run: project_run_row(call, run))
    return page(call, "runs", rows, found.position)


handler = endpoint.handler
