"""POST /api/studio/diagnosis-runs/{runId}/execute: ask the worker to take a queued run now."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import patient_run, require_worker
from shared.http.call import Call
from shared.http.doors.studio import find_run, studio_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok
from shared.http.waiting import started_status, waited

endpoint = Endpoint(Action.EXECUTE_PATIENT_RUN)


@endpoint.post("/api/studio/diagnosis-runs/<runId>/execute")
def execute(call: Call, run_id: PathId) -> Response[str]:
    """Accepted once per queued spell: of concurrent calls one is answered 202, the rest 409."""
    run = patient_run(call, run_id, Action.EXECUTE_PATIENT_RUN)
    require_worker(call, run)
    asked = call.services.commands.execute(run, call.caller.user_id)
    started = waited(call, asked, find_run)
    return ok(call, {"run": studio_run(call, started)}, started_status(call, started))


handler = endpoint.handler
