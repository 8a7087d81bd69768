"""GET /runs/{runId}/artifacts: a run's artifacts by phase."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import whole_run
from shared.http.call import Call
from shared.http.doors.artifacts import PhaseFilter, phase_page
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, PathId

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.get("/runs/<runId>/artifacts")
def list_artifacts(
    call: Call, run_id: PathId, phase: PhaseFilter = None, limit: Limit = 50
) -> Response[str]:
    """The newest of every path; what was attached to a diagnosis stands under `attached`."""
    return phase_page(call, whole_run(call, run_id), phase, limit)


handler = endpoint.handler
