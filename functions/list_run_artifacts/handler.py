"""GET /runs/{runId}/artifacts: a run's artifacts by phase."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.artifacts import phase_page
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, PathId
from shared.http.runs import readable_run

endpoint = Endpoint(Action.USE_RUNS)
Phase = Annotated[str | None, Query(description="Only this phase's")]


@endpoint.app.get("/runs/<runId>/artifacts", responses=responses("`run_id`, `total_count`, `artifacts_by_phase`, `artifacts`", 200))
def list_artifacts(runId: PathId, phase: Phase = None, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """The newest of every path; what was attached to a diagnosis stands under `attached`."""
    return phase_page(endpoint, readable_run(endpoint), phase, limit)


handler = endpoint.handler
