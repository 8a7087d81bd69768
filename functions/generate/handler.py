"""POST /api/projects/{projectId}/generate: the one analysis of an input version under the present
pipeline.
"""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.errors import NoInputs
from shared.http.authorize import admission
from shared.http.call import Call
from shared.http.doors.projects import (
    GenerateRun,
    find_run,
    new_analysis,
    project_run,
    settle_softly,
)
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import REPLAYED, ok
from shared.http.waiting import started_status, waited

endpoint = Endpoint(Action.USE_PROJECT, natural_key=True)


@endpoint.post("/api/projects/<projectId>/generate")
def generate(
    call: Call, project_id: PathId, body: Annotated[GenerateRun | None, Body()] = None
) -> Response[str]:
    """202, or 200 for the run that is there already.

    Without a final input 422 NO_INPUTS, and a failed run on record.
    """
    new, key = new_analysis(call, project_id, body or GenerateRun())
    run, is_new = call.services.creator.create(new, key, admission(call, key))
    if is_new:
        settle_softly(call, run.subject.id)
    if new.failed:
        raise NoInputs(run.id)
    run = waited(call, run, find_run)
    status = started_status(call, run) if is_new else 200
    return ok(call, {"run": project_run(call, run)}, status, {} if is_new else REPLAYED)


handler = endpoint.handler
