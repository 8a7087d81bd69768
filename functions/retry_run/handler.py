"""POST /runs/{runId}/retry: at least one more attempt for a failed run, from the failed step."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.authorize import changeable_run
from shared.http.call import Call
from shared.http.doors.retry import RetryRun, retry_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId

endpoint = Endpoint(Action.CHANGE_RUNS)


@endpoint.post("/runs/<runId>/retry")
def retry(
    call: Call, run_id: PathId, body: Annotated[RetryRun | None, Body()] = None
) -> Response[str]:
    """What earlier steps produced is kept; a run whose gate expired goes back to its gate.

    A record that has changed since it was read is named in `warnings`.
    """
    return retry_run(call, changeable_run(call, run_id), body or RetryRun())


handler = endpoint.handler
