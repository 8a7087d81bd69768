"""GET /api/projects: projects with what their inputs and runs tell, newest first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.projects import project_row, visible_projects
from shared.http.endpoint import Endpoint
from shared.http.models import Limit
from shared.http.responses import page

endpoint = Endpoint(Action.LIST_PROJECTS)


@endpoint.get("/api/projects")
def list_projects(call: Call, limit: Limit = 50) -> Response[str]:
    """One's own, an admin's whole organisation's; each with `inputs_count`, `runs_count` and
    `last_run`, all derived.
    """
    found, position = visible_projects(call, limit)
    return page(call, "projects", [project_row(summary) for summary in found], position)


handler = endpoint.handler
