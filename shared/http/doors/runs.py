"""The /runs door: orchestrations, and every run by any door, in its own words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from shared.access.policy import Role
from shared.engine.creation import NewRun
from shared.errors import Conflict, ValidationFailed
from shared.http.authorize import found_run
from shared.http.call import Call
from shared.http.models import (
    KB,
    Attempts,
    Body,
    Dollars,
    StartAt,
    Tags,
    Text,
    at_most,
    known,
    micro,
    start_moment,
    text_at_most,
)
from shared.http.views import Json, current_phase, run_row, run_view
from shared.ports import Scope
from shared.records.run import DEFAULT_ATTEMPTS, Run, Status, Subject
from shared.workflows.definitions import DEFINITIONS, ORCHESTRATION
from shared.workflows.orchestration.metrics import phase_views, total_duration_seconds

if TYPE_CHECKING:
    WorkflowName = str
else:
    WorkflowName = Literal[tuple(DEFINITIONS)]
    """A registered workflow's name."""
_RARE = frozenset({Status.FAILED.value, Status.CANCELLED.value})


class CreateRun(Body):
    profile: str
    intake: Annotated[str, text_at_most(100 * KB)] | None = None
    project_name: Text | None = None
    metadata: Annotated[dict[str, Any], at_most(4 * KB)] = Field(default_factory=dict)
    tags: Tags = Field(default_factory=list)
    auto_advance: bool = False
    max_attempts: Attempts = DEFAULT_ATTEMPTS
    max_cost_usd: Dollars | None = None
    start_at: StartAt | None = None


def check_profile(name: str, field: str = "body.profile") -> None:
    """Raise ValidationFailed, naming the known profiles, for an unknown one."""
    # Only a creation reads the profiles, which are slow to build.
    from shared.workflows.orchestration.profiles import known_profiles

    if name not in known_profiles():
        raise ValidationFailed.of(
            field, f"is not a known profile; known are {', '.join(known_profiles())}"
        )


def new_orchestration(call: Call, body: CreateRun, run_id: str) -> NewRun:
    """What to create; its subject is its own intake, so it bears the run's id.

    Raises ValidationFailed for a `start_at` too far ahead.
    """
    return NewRun(
        workflow=ORCHESTRATION.name,
        org_id=call.caller.org_id,
        subject=Subject(ORCHESTRATION.subject, run_id),
        created_by=call.caller.user_id,
        input={"profile": body.profile, "intake": body.intake, "project_name": body.project_name},
        waiting=not body.auto_advance,
        max_attempts=body.max_attempts,
        start_at=start_moment(body.start_at, call.services.clock.now_ms()),
        tags=tuple(body.tags),
        metadata=body.metadata,
        attributes=known(
            profile=body.profile,
            project_name=body.project_name,
            auto_advance=body.auto_advance or None,
            max_attempts=body.max_attempts if body.max_attempts != DEFAULT_ATTEMPTS else None,
            max_cost=micro(body.max_cost_usd),
        ),
    )


def any_row(call: Call, run: Run) -> Json:
    """A run in the list of all workflows."""
    gated = run.workflow == ORCHESTRATION.name
    return run_row(call, run) | {
        "profile": run.attributes.get("profile"),
        "project_name": run.attributes.get("project_name"),
        "current_phase": current_phase(run) if gated else None,
    }


def any_run(call: Call, run: Run) -> Json:
    """The whole run in this door's words; phases for orchestrations only."""
    view = run_view(call, run)
    gated = run.workflow == ORCHESTRATION.name
    words = {
        "intake": (view["input"] or {}).get("intake") if gated else None,
        "phases": phase_views(run) if gated else None,
        "total_duration_seconds": total_duration_seconds(run),
    }
    return any_row(call, run) | view | words


def list_scopes(call: Call, statuses: Sequence[str] | None, tag: str | None = None) -> list[Scope]:
    """What one created; an admin's organisation, of which rare ends have lists of their own.

    Of either, what bears a tag has one, too.
    """
    only = set(statuses or ())
    caller = call.caller
    if not caller.has(Role.ADMIN):
        return [Scope("creator", caller.org_id, caller.user_id, tag)]
    if only and only <= _RARE and tag is None:
        return [Scope("rare", caller.org_id, status) for status in sorted(only)]
    return [Scope("organisation", caller.org_id, tag=tag)]


def list_scope(call: Call, statuses: Sequence[str] | None, tag: str | None = None) -> Scope:
    """The one list that holds them all."""
    narrow = list_scopes(call, statuses, tag)
    return narrow[0] if len(narrow) == 1 else Scope("organisation", call.caller.org_id)


def cancel_run(call: Call, run: Run) -> Run:
    """The run as it is once cancelled, by this call or by another at the same moment.

    Raises Conflict for another end.
    """
    if run.status is Status.CANCELLED:
        return run
    try:
        return call.services.commands.cancel(run, call.caller.user_id)
    except Conflict:
        current = found_run(call, run.id)
        if current.status is not Status.CANCELLED:
            raise
        return current
