"""GET /api/projects/{projectId}/inputs: a project's inputs, newest version first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, PathId
from shared.http.projects import authorized_project, input_row

endpoint = Endpoint(Action.USE_PROJECT)


@endpoint.app.get("/api/projects/<projectId>/inputs", responses=list_responses("inputs"))
def list_inputs(projectId: PathId, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """Without the documents: `title` is the hypothesis's first line, and a run shows the document that it was made from."""
    project = authorized_project(endpoint)
    inputs, position = endpoint.services.projects.inputs(project, endpoint.request.position, limit)
    return endpoint.page("inputs", [input_row(one) for one in inputs], position)


handler = endpoint.handler
