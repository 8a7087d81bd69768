"""GET /api/studio/diagnosis-runs/{runId}/artifacts: a run's artifacts in their order."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.artifacts import artifact_page
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, PathId
from shared.http.studio import authorized_run

endpoint = Endpoint(Action.READ_PATIENT_RUN)


@endpoint.app.get("/api/studio/diagnosis-runs/<runId>/artifacts", responses=list_responses("artifacts"))
def list_artifacts(runId: PathId, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """What was attached to the run and what it made, by `sequence_order`."""
    return artifact_page(endpoint, authorized_run(endpoint, Action.READ_PATIENT_RUN), limit)


handler = endpoint.handler
