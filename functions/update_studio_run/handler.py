"""PATCH /api/studio/diagnosis-runs/{runId}: a person takes a queued run into their hands, and ends it."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.documents import run_responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.studio import UpdateDiagnosisRun, authorized_run, studio_run
from shared.runs.records import Run

endpoint = Endpoint(Action.UPDATE_PATIENT_RUN)


@endpoint.app.patch("/api/studio/diagnosis-runs/<runId>", responses=run_responses(200, 409))
def update(runId: PathId, body: Annotated[UpdateDiagnosisRun, Body()]) -> Response[str]:
    """`running` takes it; `succeeded` with output_data or `failed` with error_info ends it."""
    run = authorized_run(endpoint, Action.UPDATE_PATIENT_RUN)
    return endpoint.ok({"run": studio_run(endpoint, _moved(run, body))})


def _moved(run: Run, body: UpdateDiagnosisRun) -> Run:
    commands, actor = endpoint.services.commands, endpoint.request.who.user_id
    if body.error_info is not None:
        return commands.fail(run, actor, body.error_info.code, {"message": body.error_info.message})
    if body.output_data is not None:
        return commands.succeed(run, actor, body.output_data)
    return commands.take(run, actor)


handler = endpoint.handler
