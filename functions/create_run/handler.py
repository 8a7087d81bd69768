"""POST /runs: an orchestration of an intake under a profile."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.creating import new_orchestration
from shared.http.documents import run_responses
from shared.http.doors import after_wait, created
from shared.http.endpoint import Endpoint
from shared.http.runs import CreateRun, any_run, check_profile

endpoint = Endpoint(Action.CREATE_RUN)


@endpoint.app.post("/runs", responses=run_responses(201, 200, 429))
def create(body: Annotated[CreateRun, Body()]) -> Response[str]:
    """Waits for its first next, or runs through with `auto_advance`."""
    check_profile(body.profile)
    services, request = endpoint.services, endpoint.request
    key = request.key(services.ids)
    run, is_new = services.creator.create(new_orchestration(request.who, body, key.id), key, lambda: endpoint.admit(key))
    return created(endpoint, any_run(endpoint, after_wait(endpoint, run)), new=is_new)


handler = endpoint.handler
