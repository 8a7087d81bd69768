"""PATCH /api/studio/diagnosis-runs/{runId}: a person takes a queued run into their hands, and ends
it.
"""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.authorize import patient_run
from shared.http.call import Call
from shared.http.doors.studio import UpdateDiagnosisRun, move_by_hand, studio_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.UPDATE_PATIENT_RUN)


@endpoint.patch("/api/studio/diagnosis-runs/<runId>")
def update(
    call: Call, run_id: PathId, body: Annotated[UpdateDiagnosisRun, Body()]
) -> Response[str]:
    """`running` takes it; `succeeded` with output_data or `failed` with error_info ends it."""
    run = patient_run(call, run_id, Action.UPDATE_PATIENT_RUN)
    return ok(call, {"run": studio_run(call, move_by_hand(call, run, body))})


handler = endpoint.handler
