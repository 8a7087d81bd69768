"""POST /api/projects/{projectId}/inputs: the next version of what a project's analyses
are made of.
"""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.authorize import project
from shared.http.call import Call
from shared.http.doors.projects import CreateInput, add_input, input_view
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import created

endpoint = Endpoint(Action.USE_PROJECT)


@endpoint.post("/api/projects/<projectId>/inputs")
def create_input(
    call: Call, project_id: PathId, body: Annotated[CreateInput, Body()]
) -> Response[str]:
    """Versions go from 1 without gaps and never change; a correction is a new version."""
    added, is_new = add_input(call, project(call, project_id), body)
    return created(call, "input", input_view(call, added), new=is_new)


handler = endpoint.handler
