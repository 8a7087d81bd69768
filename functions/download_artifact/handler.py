"""GET /runs/{runId}/artifacts/{artifactId}/download: a presigned URL of the artifact's bytes."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.errors import NotFound
from shared.http.artifacts import file_name
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import bare
from shared.http.runs import readable_run

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.app.get("/runs/<runId>/artifacts/<artifactId>/download", responses=responses("nothing; Location holds the URL", 302))
def download(runId: PathId, artifactId: PathId) -> Response[str]:
    """302; the URL is good for five minutes and names the file."""
    run, request = readable_run(endpoint), endpoint.request
    artifact_id = request.params["artifactId"]
    artifact = endpoint.services.artifacts.get(run.org_id, artifact_id) if artifact_id in run.artifacts else None
    if artifact is None:
        raise NotFound
    location = endpoint.services.artifacts.presign(artifact, file_name(artifact))
    return bare(request.request_id, "text/plain", "", 302, {"Location": location, "cache-control": "no-store"})


handler = endpoint.handler
