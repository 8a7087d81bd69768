"""GET /api/studio/diagnosis-runs/{runId}: one diagnosis run."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.studio import find_run, studio_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.waiting import shown_run

endpoint = Endpoint(Action.READ_PATIENT_RUN)


@endpoint.get("/api/studio/diagnosis-runs/<runId>")
def get(call: Call, run_id: PathId) -> Response[str]:
    """The whole run; with `Prefer: wait=N` when it has ended or waits for a person."""
    return shown_run(call, run_id, find_run, studio_run)


handler = endpoint.handler
