"""POST /runs: an orchestration of an intake under a profile."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.authorize import admission, readable_run
from shared.http.call import Call
from shared.http.doors.runs import CreateRun, any_run, check_profile, new_orchestration
from shared.http.endpoint import Endpoint
from shared.http.responses import created
from shared.http.waiting import waited

endpoint = Endpoint(Action.CREATE_RUN)


@endpoint.post("/runs")
def create_run(call: Call, body: Annotated[CreateRun, Body()]) -> Response[str]:
    """Waits for its first next, or runs through with `auto_advance`."""
    check_profile(body.profile)
    key = call.key()
    new = new_orchestration(call, body, key.id)
    run, is_new = call.services.creator.create(new, key, admission(call, key))
    return created(call, "run", any_run(call, waited(call, run, readable_run)), new=is_new)


handler = endpoint.handler
