"""The project doors: projects, versioned inputs and the append-only analyses of them, in their own
words.

A project's runs are named by (project, input version, pipeline version), whoever asks for them and
however the version was chosen. What a list says of runs is derived; nothing of a run is kept in its
project.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.access.policy import Role
from shared.engine.creation import Key, NewRun, keyed_id
from shared.errors import StoreError, ValidationFailed
from shared.http.authorize import admit_unless_made, found_run
from shared.http.authorize import project as usable_project
from shared.http.call import Call
from shared.http.models import AS_INTEGER, Body
from shared.http.views import (
    Json,
    if_wanted,
    in_status,
    only_of,
    run_row,
    run_view,
    time,
    unreadable_row,
)
from shared.observability import log
from shared.ports import Scope, Unreadable
from shared.records.project import Project, ProjectInput, ProjectSummary
from shared.records.run import Run, Subject
from shared.runs.canonical import canonical_json, sha256_hex
from shared.runs.codes import FailureCode
from shared.workflows.analysis.version import PIPELINE_VERSION
from shared.workflows.definitions import ANALYSIS

TITLE_CHARACTERS = 120
_NATURAL = "project:input:pipeline"
"""The scope of the natural key, which is no person's."""
_NO_METADATA: Mapping[str, Any] = {}


def _trimmed(name: str) -> str:
    if not name.strip():
        raise ValueError("must not be blank")
    return name.strip()


class CreateProject(Body):
    """The name's length is that of what was sent; it is kept without the space around it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_trimmed)]


class CreateInput(Body):
    """`input` may be anything: what an analysis misses in it, the analysis says."""

    input: dict[str, Any]
    status: Literal["draft", "final"] = "final"


class GenerateRun(Body):
    """Without a version the latest final input is taken: a draft is analysed only when it is asked
    for by its version.
    """

    input_version: Annotated[int, Field(ge=1, le=99_999_999), AS_INTEGER] | None = None


# --- projects -------------------------------------------------------------------------------------


def add_project(call: Call, name: str) -> tuple[Project, bool]:
    """(the project, whether it is new); a repeated call gets what it made the first time."""
    services, caller, key = call.services, call.caller, call.key()
    admit_unless_made(call, key)
    project = Project(
        key.id, caller.org_id, name, caller.user_id, services.clock.now_ms(), key.fingerprint
    )
    existing = services.projects.create_project(project)
    return existing or project, existing is None


def visible_projects(call: Call, limit: int) -> tuple[list[ProjectSummary], str | None]:
    """One's own, or an admin's organisation's."""
    person = None if call.caller.has(Role.ADMIN) else call.caller.user_id
    return call.services.projects.summaries(call.caller.org_id, person, call.position, limit)


def project_view(project: Project) -> Json:
    return {
        "id": project.id,
        "org_id": project.org_id,
        "name": project.name,
        "created_by": project.created_by,
        "created_at": time(project.created_at),
    }


def project_row(summary: ProjectSummary) -> Json:
    last, lost = summary.last_run, summary.last_unreadable
    return project_view(summary.project) | {
        "inputs_count": summary.inputs_count,
        "runs_count": summary.runs_count,
        "last_run": _last_run(last) if last else _lost_run(lost) if lost else None,
    }


def _lost_run(run_id: str) -> Json:
    return unreadable_row(run_id) | {"started_at": None, "finished_at": None}


def _last_run(run: Run) -> Json:
    return {
        "id": run.id,
        "status": run.status,
        "started_at": time(run.started_at),
        "finished_at": time(run.completed_at),
    }


# --- inputs ---------------------------------------------------------------------------------------


def add_input(call: Call, project: Project, body: CreateInput) -> tuple[ProjectInput, bool]:
    """(the input with its version, whether this call made it)."""
    services, key, document = call.services, call.key(), canonical_json(body.input)
    admit_unless_made(call, key)
    new = ProjectInput(
        id=key.id,
        org_id=project.org_id,
        project_id=project.id,
        version=0,
        status=body.status,
        title=_title(body.input),
        created_by=call.caller.user_id,
        created_at=services.clock.now_ms(),
        sha256=sha256_hex(document),
        size_bytes=len(document),
    )
    return services.projects.add_input(new, document, key.fingerprint)


def _title(document: Mapping[str, Any]) -> str:
    """The first line of the hypothesis, so that one knows a version again in a list, which leaves
    documents out.
    """
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


def input_view(call: Call, one: ProjectInput) -> Json:
    return input_row(one) | {"input": json.loads(call.services.projects.read_input(one))}


# --- runs -----------------------------------------------------------------------------------------


def new_analysis(
    call: Call,
    project_id: str,
    body: GenerateRun,
    metadata: Mapping[str, Any] = _NO_METADATA,
) -> tuple[NewRun, Key]:
    """What to create for a project and an input version, and where.

    A project without inputs gets a run that has failed.

    Raises NotFound, Forbidden, and ValidationFailed for a version that there is not.
    """
    project = usable_project(call, project_id)
    chosen = _chosen(call, project, body.input_version)
    version = None if chosen is None else chosen.version
    new = NewRun(
        workflow=ANALYSIS.name,
        org_id=project.org_id,
        subject=Subject(ANALYSIS.subject, project.id),
        created_by=call.caller.user_id,
        input=None if chosen is None else json.loads(call.services.projects.read_input(chosen)),
        failed=FailureCode.NO_INPUTS if chosen is None else None,
        metadata=metadata,
        attributes={"input_version": version, "pipeline_version": PIPELINE_VERSION},
    )
    return new, analysis_key(project, version)


def _chosen(call: Call, project: Project, version: int | None) -> ProjectInput | None:
    projects = call.services.projects
    if version is None:
        return projects.latest_final(project)
    chosen = projects.get_input(project, version)
    if chosen is None:
        raise ValidationFailed.of("body.input_version", "is not a version of the project's inputs")
    return chosen


def input_of_now(call: Call, run: Run) -> tuple[Any, dict[str, Any]]:
    """The project's newest final input and what a run of it says of it; (None, {}) for none."""
    project = call.services.projects.get_project(run.org_id, run.subject.id)
    chosen = None if project is None else call.services.projects.latest_final(project)
    if chosen is None:
        return None, {}
    document = json.loads(call.services.projects.read_input(chosen))
    return document, {"input_version": chosen.version}


def analysis_key(project: Project, input_version: int | None) -> Key:
    """Where the one run of an input version under this pipeline lives, and that of a project
    without inputs.
    """
    name = f"{project.id}:{input_version or 'none'}:{PIPELINE_VERSION}"
    return Key(keyed_id(project.org_id, _NATURAL, name), sha256_hex(name.encode()))


def settle_softly(call: Call, project_id: str) -> None:
    """Keep counting runs cheap; where that fails now, a later one does it."""
    services = call.services
    try:
        services.projects.settle(project_id, services.clock.now_ms())
    except StoreError:
        log("settle_failed")


def project_scope(project: Project) -> Scope:
    return Scope.of_subject(project.org_id, Subject(ANALYSIS.subject, project.id))


def find_run(call: Call, run_id: str) -> Run:
    """A project's run as this door's routes find it."""
    run = found_run(call, run_id)
    usable_project(call, run.subject.id)
    return run


def latest_run(
    call: Call, project: Project, statuses: Sequence[str] | None
) -> Run | Unreadable | None:
    """The newest run, or the newest in one of the statuses among as many as a request examines."""
    found = call.services.reader.page(
        project_scope(project),
        None,
        1,
        lambda runs: in_status(runs, statuses),
        unreadable=if_wanted(statuses),
        only=only_of(statuses),
    )
    return found.rows[0] if found.rows else None


def project_words(run: Run) -> Json:
    return {
        "project_id": run.subject.id,
        "input_version": run.attributes.get("input_version"),
        "pipeline_version": run.attributes.get("pipeline_version"),
    }


def project_run_row(call: Call, run: Run) -> Json:
    return run_row(call, run) | project_words(run)


def project_run(call: Call, run: Run) -> Json:
    """The whole run in the projects' words."""
    return run_view(call, run) | project_words(run)
