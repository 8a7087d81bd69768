"""POST /api/studio/diagnosis-runs/{runId}/artifacts: link an artifact to a run, or store a new one in it."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.artifacts import linked, stored
from shared.http.documents import artifact_responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.studio import AttachArtifact, authorized_run

endpoint = Endpoint(Action.ATTACH_ARTIFACT)


@endpoint.app.post("/api/studio/diagnosis-runs/<runId>/artifacts", responses=artifact_responses(201, 200, 409))
def attach(runId: PathId, body: Annotated[AttachArtifact, Body()]) -> Response[str]:
    """Before the run's first start only: what is attached becomes part of its context pack."""
    run = authorized_run(endpoint, Action.ATTACH_ARTIFACT)
    return linked(endpoint, run, body.artifact_id) if body.artifact_id else stored(endpoint, run, body)


handler = endpoint.handler
