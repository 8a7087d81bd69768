"""GET /api/projects/{projectId}/runs/latest: a project's newest analysis, or its newest in a status."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.documents import run_responses
from shared.http.doors import after_wait
from shared.http.endpoint import Endpoint
from shared.http.models import PathId, StatusFilter
from shared.http.projects import authorized_project, latest_run, project_run

endpoint = Endpoint(Action.USE_PROJECT)


@endpoint.app.get("/api/projects/<projectId>/runs/latest", responses=run_responses(200))
def latest(projectId: PathId, status: StatusFilter = None) -> Response[str]:
    """`run` is null when there is none; with `Prefer: wait=N` the run when it has ended."""
    run = latest_run(endpoint, authorized_project(endpoint), status)
    return endpoint.ok({"run": None if run is None else project_run(endpoint, after_wait(endpoint, run))})


handler = endpoint.handler
