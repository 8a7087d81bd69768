"""GET /api/projects/{projectId}/runs/latest: a project's newest analysis, or its newest in a
status.
"""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import project
from shared.http.call import Call
from shared.http.doors.projects import find_run, latest_run, project_run
from shared.http.endpoint import Endpoint
from shared.http.models import PathId, StatusFilter
from shared.http.responses import ok
from shared.http.views import unreadable_row
from shared.http.waiting import waited
from shared.ports import Unreadable

endpoint = Endpoint(Action.USE_PROJECT)


@endpoint.get("/api/projects/<projectId>/runs/latest")
def latest(call: Call, project_id: PathId, status: StatusFilter = None) -> Response[str]:
    """`run` is null when there is none; with `Prefer: wait=N` the run when it has ended."""
    found = latest_run(call, project(call, project_id), status)
    if found is None:
        return ok(call, {"run": None})
    if isinstance(found, Unreadable):
        return ok(call, {"run": unreadable_row(found.id)})
    return ok(call, {"run": project_run(call, waited(call, found, find_run))})


handler = endpoint.handler
