"""GET /api/studio/diagnosis-artifacts/{artifactId}: one artifact with its content."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import artifact
from shared.http.call import Call
from shared.http.doors.artifacts import shown_artifact
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import ok

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.get("/api/studio/diagnosis-artifacts/<artifactId>")
def get(call: Call, artifact_id: PathId) -> Response[str]:
    """For whoever may see a run that it belongs to."""
    found, run = artifact(call, artifact_id)
    return ok(call, {"artifact": shown_artifact(call, found, run)})


handler = endpoint.handler
