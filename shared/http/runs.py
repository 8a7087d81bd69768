"""The /runs door: orchestrations, and every run by any door, in its own words."""

from typing import Annotated, Any

from pydantic import Field

from shared.access.policy import Action, Role
from shared.errors import Forbidden, ValidationFailed
from shared.http.assessment import seen_by
from shared.http.doors import found_run, may_see, require, run_view
from shared.http.endpoint import Endpoint
from shared.http.models import KB, Body, Dollars, Tags, Text, at_most, text_at_most
from shared.http.views import Json, run_row
from shared.ports import Scope
from shared.runs.records import Run, Status
from shared.runs.timeline import current_step
from shared.workflows.definitions import DIAGNOSIS, ORCHESTRATION
from shared.workflows.orchestration.metrics import phase_views, total_duration_seconds
from shared.workflows.orchestration.profiles import known_profiles

_RARE = {Status.FAILED, Status.CANCELLED}


class CreateRun(Body):
    profile: str
    intake: Annotated[str, text_at_most(100 * KB)] | None = None
    project_name: Text | None = None
    metadata: Annotated[dict[str, Any], at_most(4 * KB)] = Field(default_factory=dict)
    tags: Tags = Field(default_factory=list)
    auto_advance: bool = False
    max_cost_usd: Dollars | None = None


class NextPhase(Body):
    skip_validation: bool = False


def check_profile(name: str, field: str = "body.profile") -> None:
    """Raise ValidationFailed, naming the known profiles, for an unknown one."""
    if name not in known_profiles():
        raise ValidationFailed.of(field, f"is not a known profile; known are {', '.join(known_profiles())}")


def readable_run(endpoint: Endpoint) -> Run:
    """The path's run. Raises NotFound, and Forbidden unless the caller may see it."""
    run = found_run(endpoint)
    if not may_see(endpoint, run):
        raise Forbidden
    return run


def changeable_run(endpoint: Endpoint) -> Run:
    """The path's run, if the caller may cancel, retry or advance it."""
    run = found_run(endpoint)
    return require(endpoint, Action.EXECUTE_PATIENT_RUN if run.workflow == DIAGNOSIS.name else Action.CHANGE_OWN_RUN, run)


def any_row(run: Run) -> Json:
    """A run in the list of all workflows."""
    gated = run.workflow == ORCHESTRATION.name
    return run_row(run) | {
        "profile": run.attributes.get("profile"),
        "project_name": run.attributes.get("project_name"),
        "current_phase": current_phase(run) if gated else None,
    }


def any_run(endpoint: Endpoint, run: Run) -> Json:
    """The whole run in this door's words; phases for orchestrations only."""
    view = run_view(endpoint, run)
    gated = run.workflow == ORCHESTRATION.name
    return (
        any_row(run)
        | view
        | {
            "intake": (view["input"] or {}).get("intake") if gated else None,
            "phases": phase_views(run) if gated else None,
            "total_duration_seconds": total_duration_seconds(run),
        }
    )


def current_phase(run: Run) -> str | None:
    """The first phase that is not finished; the last one of a run that is."""
    return current_step(run, ORCHESTRATION.steps) or ORCHESTRATION.steps[-1]


def list_scope(endpoint: Endpoint, status: Status | None) -> Scope:
    """What one created; an admin's organisation, of which rare ends have a list of their own."""
    caller = endpoint.request.who
    if not caller.has(Role.ADMIN):
        return Scope("creator", caller.org_id, caller.user_id)
    return Scope("rare", caller.org_id, status) if status in _RARE and status else Scope("organisation", caller.org_id)


def visible(endpoint: Endpoint, runs: list[Run]) -> list[Run]:
    """Of these, the ones the caller may see now: a patient's run by the present relation."""
    of_patients = {run.id for run in seen_by(endpoint, lambda _: True)(runs)}
    return [run for run in runs if run.workflow != DIAGNOSIS.name or run.id in of_patients]
