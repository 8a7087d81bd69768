"""The project doors: append-only analyses."""

from tools.openapi.answers.projects import Project, ProjectInput, ProjectInputRow, ProjectRow
from tools.openapi.answers.runs import ProjectRun, ProjectRunRow, UnreadableRun
from tools.openapi.operation import Operation, Routes, data, page

TAG = "Projects"
_PROJECT = data("Project", project=Project)
_INPUT = data("ProjectInput", input=ProjectInput)
_RUN = data("ProjectRun", run=ProjectRun)

ROUTES: Routes = {
    "POST /api/projects": Operation(
        TAG,
        {201: _PROJECT, 200: _PROJECT},
        errors=(429,),
        keyed=True,
        example={"name": "Bakery forecast"},
    ),
    "GET /api/projects": Operation(TAG, {200: page("Projects", projects=list[ProjectRow])}),
    "POST /api/projects/{projectId}/inputs": Operation(
        TAG,
        {201: _INPUT, 200: _INPUT},
        errors=(409, 429),
        keyed=True,
        example={"input": {"hypothesis": "Managers will trust a nightly forecast."}},
    ),
    "GET /api/projects/{projectId}/inputs": Operation(
        TAG, {200: page("ProjectInputs", inputs=list[ProjectInputRow])}
    ),
    "POST /api/projects/{projectId}/generate": Operation(
        TAG,
        {202: _RUN, 200: _RUN},
        errors=(409, 429),
        natural=True,
        waits=True,
        example={"input_version": 1},
    ),
    "GET /api/projects/{projectId}/runs": Operation(
        TAG, {200: page("ProjectRuns", runs=list[ProjectRunRow | UnreadableRun])}
    ),
    "GET /api/projects/{projectId}/runs/latest": Operation(
        TAG,
        {200: data("LatestRun", run=ProjectRun | UnreadableRun | None)},
        errors=(429,),
        waits=True,
    ),
}
