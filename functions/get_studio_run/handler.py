"""GET /api/studio/diagnosis-runs/{runId}: one diagnosis run."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.documents import run_responses
from shared.http.doors import after_wait
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.studio import authorized_run, studio_run

endpoint = Endpoint(Action.READ_PATIENT_RUN)


@endpoint.app.get("/api/studio/diagnosis-runs/<runId>", responses=run_responses(200))
def get(runId: PathId) -> Response[str]:
    """The whole run; with `Prefer: wait=N` when it has ended or waits for a person."""
    run = authorized_run(endpoint, Action.READ_PATIENT_RUN)
    return endpoint.ok({"run": studio_run(endpoint, after_wait(endpoint, run))})


handler = endpoint.handler
