"""GET /runs/{runId}/artifacts: a run's artifacts by phase."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.artifacts import PhaseFilter, phase_page
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, PathId
from shared.http.runs import readable_run

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.app.get("/runs/<runId>/artifacts", responses=responses("`run_id`, `total_count`, `artifacts_by_phase`, `artifacts`", 200))
def list_artifacts(runId: PathId, phase: PhaseFilter = None, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """The newest of every path; what was attached to a diagnosis stands under `attached`."""
    return phase_page(endpoint, readable_run(endpoint), phase, limit)


handler = endpoint.handler
