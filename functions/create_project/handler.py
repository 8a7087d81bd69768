"""POST /api/projects: a project, where inputs and their analyses belong."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.projects import CreateProject, add_project, project_view
from shared.http.endpoint import Endpoint
from shared.http.responses import created

endpoint = Endpoint(Action.CREATE_PROJECT)


@endpoint.post("/api/projects")
def create_project(call: Call, body: Annotated[CreateProject, Body()]) -> Response[str]:
    """Its creator and the organisation's admins may use it."""
    project, is_new = add_project(call, body.name)
    return created(call, "project", project_view(project), new=is_new)


handler = endpoint.handler
