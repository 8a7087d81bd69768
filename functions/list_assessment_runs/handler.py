"""GET /api/diagnosis-runs: the diagnosis runs of the patients whom the caller may see."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.assessment import assessment_row, seen_by, visible_scope
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, StatusFilter

endpoint = Endpoint(Action.READ_RUN_OF_PATIENT)


@endpoint.app.get("/api/diagnosis-runs", responses=list_responses("runs"))
def list_runs(status: StatusFilter = None, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """A patient's own, a clinician's patients', or the organisation's, newest first."""
    request, scope = endpoint.request, visible_scope(endpoint)
    if scope is None:
        return endpoint.page("runs", [], None)
    matches = seen_by(endpoint, lambda run: status in (None, run.status))
    page = endpoint.services.reader.page(scope, request.position, limit, matches)
    return endpoint.page("runs", [assessment_row(run) for run in page.runs], page.position)


handler = endpoint.handler
