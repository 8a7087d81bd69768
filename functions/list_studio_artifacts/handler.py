"""GET /api/studio/diagnosis-runs/{runId}/artifacts: a run's artifacts in their order."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import require_whole
from shared.http.call import Call
from shared.http.doors.artifacts import artifact_page
from shared.http.doors.studio import find_run
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, PathId

endpoint = Endpoint(Action.READ_PATIENT_RUN)


@endpoint.get("/api/studio/diagnosis-runs/<runId>/artifacts")
def list_artifacts(call: Call, run_id: PathId, limit: Limit = 50) -> Response[str]:
    """What was attached to the run and what it made, by `sequence_order`."""
    run = find_run(call, run_id)
    require_whole(call, run)
    return artifact_page(call, run, limit)


handler = endpoint.handler
