"""POST /runs/{runId}/cancel: end an open run, whoever works on it, with a receipt of
what it spent.
"""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import changeable_run
from shared.http.call import Call
from shared.http.doors.runs import any_run, cancel_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok
from shared.http.views import receipt_view

endpoint = Endpoint(Action.CHANGE_RUNS)


@endpoint.post("/runs/<runId>/cancel")
def cancel(call: Call, run_id: PathId) -> Response[str]:
    """Idempotent; the receipt's `usage` may grow by what a worker had spent when it was stopped."""
    run = cancel_run(call, changeable_run(call, run_id))
    view = any_run(call, run)
    return ok(call, {"run": view, "receipt": receipt_view(run, view["usage"])})


handler = endpoint.handler
