"""GET /api/studio/diagnosis-artifacts/{artifactId}: one artifact with its content."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.artifacts import answer_artifact
from shared.http.documents import artifact_responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.studio import visible_artifact

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.app.get("/api/studio/diagnosis-artifacts/<artifactId>", responses=artifact_responses(200))
def get(artifactId: PathId) -> Response[str]:
    """For whoever may see a run that it belongs to."""
    artifact, run = visible_artifact(endpoint, endpoint.request.params["artifactId"])
    return answer_artifact(endpoint, artifact, run)


handler = endpoint.handler
