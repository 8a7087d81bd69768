"""GET /runs/{runId}: one run of any workflow."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import readable_run
from shared.http.call import Call
from shared.http.doors.runs import any_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.waiting import shown_run

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.get("/runs/<runId>")
def get(call: Call, run_id: PathId) -> Response[str]:
    """Orchestrations with their phases."""
    return shown_run(call, run_id, readable_run, any_run)


handler = endpoint.handler
