"""GET /runs/{runId}/artifacts/{artifactId}/download: a presigned URL of the artifact's bytes."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import whole_run
from shared.http.call import Call
from shared.http.doors.artifacts import file_name, held_artifact
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.responses import bare

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.get("/runs/<runId>/artifacts/<artifactId>/download")
def download(call: Call, run_id: PathId, artifact_id: PathId) -> Response[str]:
    """302; the URL is good for five minutes and names the file."""
    artifact = held_artifact(call, whole_run(call, run_id), artifact_id)
    location = call.services.artifacts.presign(artifact, file_name(artifact))
    headers = {"Location": location, "cache-control": "no-store"}
    return bare(call.request_id, "text/plain", "", 302, headers)


handler = endpoint.handler
