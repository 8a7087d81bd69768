"""GET /runs/{runId}/metrics: tokens, cost, time and governance of a run, by phase and agent."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import readable_run
from shared.http.call import Call
from shared.http.doors.metrics import metrics_view
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.get("/runs/<runId>/metrics")
def metrics(call: Call, run_id: PathId) -> Response[str]:
    """For workflows without phases their steps stand in, and the two scores are null."""
    return ok(call, metrics_view(call, readable_run(call, run_id)))


handler = endpoint.handler
