"""POST /api/studio/diagnosis-runs/{runId}/artifacts: link an artifact to a run, or store a new one
in it.
"""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.authorize import patient_run
from shared.http.call import Call
from shared.http.doors.artifacts import AttachArtifact, attach
from shared.http.endpoint import Endpoint
from shared.http.models import PathId

endpoint = Endpoint(Action.ATTACH_ARTIFACT)


@endpoint.post("/api/studio/diagnosis-runs/<runId>/artifacts")
def attach_artifact(
    call: Call, run_id: PathId, body: Annotated[AttachArtifact, Body()]
) -> Response[str]:
    """Before the run's first start only: what is attached becomes part of its context pack."""
    return attach(call, patient_run(call, run_id, Action.ATTACH_ARTIFACT), body)


handler = endpoint.handler
