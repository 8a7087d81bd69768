"""GET /api/projects: projects with what their inputs and runs tell, newest first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit
from shared.http.projects import listed_projects, project_row

endpoint = Endpoint(Action.LIST_PROJECTS)


@endpoint.app.get("/api/projects", responses=list_responses("projects"))
def list_projects(limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """One's own, an admin's whole organisation's; each with `inputs_count`, `runs_count` and `last_run`, all derived."""
    summaries, position = listed_projects(endpoint, limit)
    return endpoint.page("projects", [project_row(summary) for summary in summaries], position)


handler = endpoint.handler
