"""GET /api/projects/{projectId}/inputs: a project's inputs, newest version first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import project
from shared.http.call import Call
from shared.http.doors.projects import input_row
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, PathId
from shared.http.responses import page

endpoint = Endpoint(Action.USE_PROJECT)


@endpoint.get("/api/projects/<projectId>/inputs")
def list_inputs(call: Call, project_id: PathId, limit: Limit = 50) -> Response[str]:
    """Without the documents: `title` is the hypothesis's first line, and a run shows the document
    that it was made from.
    """
    of = project(call, project_id)
    found, position = call.services.projects.inputs(of, call.position, limit)
    return page(call, "inputs", [input_row(one) for one in found], position)


handler = endpoint.handler
