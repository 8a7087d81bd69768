"""GET /runs/{runId}/why: what a run waits for, and until when."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import readable_run
from shared.http.call import Call
from shared.http.doors.why import why_view
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.get("/runs/<runId>/why")
def get_why(call: Call, run_id: PathId) -> Response[str]:
    """One reason, since when, until when, and when it is looked at again; right within
    one sweep.
    """
    return ok(call, why_view(call, readable_run(call, run_id)))


handler = endpoint.handler
