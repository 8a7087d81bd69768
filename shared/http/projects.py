"""The project doors: projects, versioned inputs and the append-only analyses of them, in their own words.

A project's runs are named by (project, input version, pipeline version), whoever asks for them and however the version was
chosen. What a list says of runs is derived; nothing of a run is kept in its project.
"""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared.access.policy import Action, Relation, Role, permits
from shared.engine.creation import Key, NewRun, keyed_id
from shared.engine.listing import EXAMINED_AT_MOST
from shared.errors import Forbidden, NotFound, StoreError, ValidationFailed
from shared.http.doors import run_view
from shared.http.endpoint import Endpoint
from shared.http.models import Body
from shared.http.views import Json, run_row, time
from shared.observability import log
from shared.ports import Scope
from shared.runs.canonical import canonical_json, sha256_hex
from shared.runs.codes import FailureCode
from shared.runs.projects import Project, ProjectInput, ProjectSummary
from shared.runs.records import Run, Subject
from shared.workflows.analysis.version import PIPELINE_VERSION
from shared.workflows.definitions import ANALYSIS

TITLE_CHARACTERS = 120
_READ_AT_ONCE = 100
_NATURAL = "project:input:pipeline"
"""The scope of the natural key, which is no person's."""
_NO_METADATA: Mapping[str, Any] = {}


class CreateProject(Body):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class CreateInput(Body):
    """`input` may be anything: what an analysis misses in it, the analysis says."""

    input: dict[str, Any]
    status: Literal["draft", "final"] = "final"


class GenerateRun(Body):
    """Without a version the latest final input is taken: a draft is analysed only when it is asked for by its version."""

    input_version: Annotated[int, Field(ge=1, le=99_999_999)] | None = None


# --- projects ---------------------------------------------------------------------------------------------------------


def authorized_project(endpoint: Endpoint, project_id: str | None = None) -> Project:
    """The path's project, or the one named. Raises NotFound for a missing or another organisation's, Forbidden for a colleague's."""
    request = endpoint.request
    project = endpoint.services.projects.get_project(request.who.org_id, project_id or request.params["projectId"])
    if project is None:
        raise NotFound
    if not permits(request.who, Action.USE_PROJECT, {Relation.CREATOR} if project.created_by == request.who.user_id else ()):
        raise Forbidden
    return project


def created_project(endpoint: Endpoint, name: str) -> tuple[Project, bool]:
    """(the project, whether it is new); a repeated request gets what it made the first time."""
    request, services = endpoint.request, endpoint.services
    key, caller = request.key(services.ids), request.who
    endpoint.admit(key)
    project = Project(key.id, caller.org_id, name, caller.user_id, services.clock.now_ms(), key.fingerprint)
    existing = services.projects.create_project(project)
    return existing or project, existing is None


def listed_projects(endpoint: Endpoint, limit: int) -> tuple[list[ProjectSummary], str | None]:
    """One's own, or an admin's organisation's."""
    request = endpoint.request
    person = None if request.who.has(Role.ADMIN) else request.who.user_id
    return endpoint.services.projects.summaries(request.who.org_id, person, request.position, limit)


def project_view(project: Project) -> Json:
    return {
        "id": project.id,
        "org_id": project.org_id,
        "name": project.name,
        "created_by": project.created_by,
        "created_at": time(project.created_at),
    }


def project_row(summary: ProjectSummary) -> Json:
    last = summary.last_run
    return project_view(summary.project) | {
        "inputs_count": summary.inputs_count,
        "runs_count": summary.runs_count,
        "last_run": None if last is None else _last_run(last),
    }


def _last_run(run: Run) -> Json:
    return {"id": run.id, "status": run.status, "started_at": time(run.started_at), "finished_at": time(run.completed_at)}


# --- inputs -----------------------------------------------------------------------------------------------------------


def added_input(endpoint: Endpoint, project: Project, body: CreateInput) -> tuple[ProjectInput, bool]:
    """(the input with its version, whether this request made it)."""
    request, services = endpoint.request, endpoint.services
    key, document = request.key(services.ids), canonical_json(body.input)
    endpoint.admit(key)
    new = ProjectInput(
        id=key.id,
        org_id=project.org_id,
        project_id=project.id,
        version=0,
        status=body.status,
        title=_title(body.input),
        created_by=request.who.user_id,
        created_at=services.clock.now_ms(),
        sha256=sha256_hex(document),
        size_bytes=len(document),
    )
    return services.projects.add_input(new, document, key.fingerprint)


def _title(document: Mapping[str, Any]) -> str:
    """The first line of the hypothesis, so that one knows a version again in a list, which leaves documents out."""
    hypothesis = document.get("hypothesis")
    line = next(iter(hypothesis.strip().splitlines()), "") if isinstance(hypothesis, str) else ""
    return line if len(line) <= TITLE_CHARACTERS else f"{line[: TITLE_CHARACTERS - 1]}…"


def input_row(one: ProjectInput) -> Json:
    return {
        "id": one.id,
        "project_id": one.project_id,
        "version": one.version,
        "status": one.status,
        "title": one.title,
        "created_by": one.created_by,
        "created_at": time(one.created_at),
        "sha256": one.sha256,
        "size_bytes": one.size_bytes,
    }


def input_view(endpoint: Endpoint, one: ProjectInput) -> Json:
    return input_row(one) | {"input": json.loads(endpoint.services.projects.read_input(one))}


# --- runs -------------------------------------------------------------------------------------------------------------


def new_analysis(endpoint: Endpoint, project_id: str, body: GenerateRun, metadata: Mapping[str, Any] = _NO_METADATA) -> tuple[NewRun, Key]:
    """What to create for a project and an input version, and where. A project without inputs gets a run that has failed.

    Raises NotFound, Forbidden, and ValidationFailed for a version that there is not.
    """
    project = authorized_project(endpoint, project_id)
    chosen = _chosen(endpoint, project, body.input_version)
    version = None if chosen is None else chosen.version
    new = NewRun(
        workflow=ANALYSIS.name,
        org_id=project.org_id,
        subject=Subject(ANALYSIS.subject, project.id),
        created_by=endpoint.request.who.user_id,
        input=None if chosen is None else json.loads(endpoint.services.projects.read_input(chosen)),
        failed=FailureCode.NO_INPUTS if chosen is None else None,
        metadata=metadata,
        attributes={"input_version": version, "pipeline_version": PIPELINE_VERSION},
    )
    return new, analysis_key(project, version)


def _chosen(endpoint: Endpoint, project: Project, version: int | None) -> ProjectInput | None:
    projects = endpoint.services.projects
    if version is None:
        return projects.latest_input(project, "final")
    chosen = projects.get_input(project, version)
    if chosen is None:
        raise ValidationFailed.of("body.input_version", "is not a version of the project's inputs")
    return chosen


def analysis_key(project: Project, input_version: int | None) -> Key:
    """Where the one run of an input version under this pipeline lives, and that of a project without inputs."""
    name = f"{project.id}:{input_version or 'none'}:{PIPELINE_VERSION}"
    return Key(keyed_id(project.org_id, _NATURAL, name), sha256_hex(name.encode()))


def settle_softly(endpoint: Endpoint, project_id: str) -> None:
    """Keep counting runs cheap; where that fails now, a later one does it."""
    services = endpoint.services
    try:
        services.projects.settle(project_id, services.clock.now_ms())
    except StoreError:
        log("settle_failed")


def project_scope(project: Project) -> Scope:
    return Scope("subject", project.org_id, f"{ANALYSIS.subject}#{project.id}")


def in_status(status: str | None) -> Callable[[list[Run]], list[Run]]:
    """Keeps the runs of a status, or all."""
    return lambda runs: [run for run in runs if status in (None, run.status)]


def latest_run(endpoint: Endpoint, project: Project, status: str | None) -> Run | None:
    """The newest run, or the newest of a status among as many as a request examines."""
    position: str | None = None
    for _ in range(EXAMINED_AT_MOST // _READ_AT_ONCE):
        page = endpoint.services.runs.page(project_scope(project), position, 1 if status is None else _READ_AT_ONCE)
        found = in_status(status)(page.runs)
        if found or page.position is None:
            return found[0] if found else None
        position = page.position
    return None


def project_words(run: Run) -> Json:
    return {
        "project_id": run.subject.id,
        "input_version": run.attributes.get("input_version"),
        "pipeline_version": run.attributes.get("pipeline_version"),
    }


def project_run_row(run: Run) -> Json:
    return run_row(run) | project_words(run)


def project_run(endpoint: Endpoint, run: Run) -> Json:
    """The whole run in the projects' words."""
    return run_view(endpoint, run) | project_words(run)
