"""POST /runs/{runId}/clone: a new run like an earlier one, with some fields replaced."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.errors import NoInputs
from shared.http.authorize import admission, readable_run, whole_run
from shared.http.call import Call
from shared.http.doors.clone import CloneRun, clone_of
from shared.http.doors.runs import any_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import created
from shared.http.waiting import waited

endpoint = Endpoint(Action.CLONE_RUNS)


@endpoint.post("/runs/<runId>/clone")
def clone_run(
    call: Call, run_id: PathId, body: Annotated[CloneRun | None, Body()] = None
) -> Response[str]:
    """For who may create its like. `metadata.cloned_from` names the original."""
    new, key = clone_of(call, whole_run(call, run_id), body or CloneRun())
    run, is_new = call.services.creator.create(new, key, admission(call, key))
    if new.failed:
        raise NoInputs(run.id)
    return created(call, "run", any_run(call, waited(call, run, readable_run)), new=is_new)


handler = endpoint.handler
