"""POST /api/diagnosis-runs/{runId}/process: ask the worker to take a queued run now."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import patient_run, require_worker
from shared.http.call import Call
from shared.http.doors.assessment import assessment_run, find_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok
from shared.http.waiting import started_status, waited

endpoint = Endpoint(Action.PROCESS_ASSESSMENT_RUN)


@endpoint.post("/api/diagnosis-runs/<runId>/process")
def process(call: Call, run_id: PathId) -> Response[str]:
    """As execute: accepted once per queued spell."""
    run = patient_run(call, run_id, Action.PROCESS_ASSESSMENT_RUN)
    require_worker(call, run)
    asked = call.services.commands.execute(run, call.caller.user_id)
    started = waited(call, asked, find_run)
    return ok(call, {"run": assessment_run(call, started)}, started_status(call, started))


handler = endpoint.handler
