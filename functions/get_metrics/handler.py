"""GET /runs/{runId}/metrics: tokens, cost, time and governance of a run, by phase and agent."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.measuring import metrics_view
from shared.http.models import PathId
from shared.http.runs import readable_run

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.app.get("/runs/<runId>/metrics", responses=responses("the metrics", 200))
def metrics(runId: PathId) -> Response[str]:
    """For workflows without phases their steps stand in, and the two scores are null."""
    return endpoint.ok(metrics_view(endpoint, readable_run(endpoint)))


handler = endpoint.handler
