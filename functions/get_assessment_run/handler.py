"""GET /api/diagnosis-runs/{runId}: one diagnosis run, with its context pack and result."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.assessment import assessment_run, find_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.waiting import shown_run

endpoint = Endpoint(Action.READ_RUN_OF_PATIENT)


@endpoint.get("/api/diagnosis-runs/<runId>")
def get(call: Call, run_id: PathId) -> Response[str]:
    """Patients see their own runs, without what the model was sent."""
    return shown_run(call, run_id, find_run, assessment_run)


handler = endpoint.handler
