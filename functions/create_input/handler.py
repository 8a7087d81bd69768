"""POST /api/projects/{projectId}/inputs: the next version of what a project's analyses are made of."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.projects import CreateInput, added_input, authorized_project, input_view

endpoint = Endpoint(Action.USE_PROJECT)


@endpoint.app.post("/api/projects/<projectId>/inputs", responses=responses("`input`", 201, 200, 429))
def create(projectId: PathId, body: Annotated[CreateInput, Body()]) -> Response[str]:
    """Versions go from 1 without gaps and never change; a correction is a new version."""
    added, is_new = added_input(endpoint, authorized_project(endpoint), body)
    headers = {} if is_new else {"Idempotency-Replayed": "true"}
    return endpoint.ok({"input": input_view(endpoint, added)}, 201 if is_new else 200, headers)


handler = endpoint.handler
