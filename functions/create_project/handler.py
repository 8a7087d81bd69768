"""POST /api/projects: a project, where inputs and their analyses belong."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.projects import CreateProject, created_project, project_view

endpoint = Endpoint(Action.CREATE_PROJECT)


@endpoint.app.post("/api/projects", responses=responses("`project`", 201, 200, 429))
def create(body: Annotated[CreateProject, Body()]) -> Response[str]:
    """Its creator and the organisation's admins may use it."""
    project, is_new = created_project(endpoint, body.name)
    headers = {} if is_new else {"Idempotency-Replayed": "true"}
    return endpoint.ok({"project": project_view(project)}, 201 if is_new else 200, headers)


handler = endpoint.handler
