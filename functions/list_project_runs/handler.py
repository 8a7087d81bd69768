"""GET /api/projects/{projectId}/runs: a project's analyses, newest first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, PathId, StatusFilter
from shared.http.projects import authorized_project, in_status, project_run_row, project_scope

endpoint = Endpoint(Action.USE_PROJECT)


@endpoint.app.get("/api/projects/<projectId>/runs", responses=list_responses("runs"))
def list_runs(projectId: PathId, status: StatusFilter = None, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """One page; a filtered page may be short and still have a next one."""
    project = authorized_project(endpoint)
    page = endpoint.services.reader.page(project_scope(project), endpoint.request.position, limit, in_status(status))
    return endpoint.page("runs", [project_run_row(run) for run in page.runs], page.position)


handler = endpoint.handler
