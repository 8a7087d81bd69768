"""The bulk door: one action on every run that a filter finds, taken in and shown."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shared.access.policy import Action, Relation, permits
from shared.errors import Conflict, Forbidden, NotFound, ValidationFailed
from shared.http.authorize import admit_unless_made
from shared.http.call import Call
from shared.http.doors.runs import WorkflowName
from shared.http.models import (
    AS_INTEGER,
    Body,
    MomentText,
    StatusName,
    milliseconds,
    moment_of,
)
from shared.http.views import Json, time
from shared.records.bulk import Bulk, BulkAction, BulkStatus
from shared.runs.codes import FailureCode

MOST, USUAL = 10_000, 1_000
_TRIES = 20
_MOMENTS = ("created_after", "created_before")
_LAST_MOMENT = 253_402_300_799_000
"""The last second that has a year of four digits."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _several(word: Any) -> Any:
    """A word or a list of words, as a list."""
    several = Annotated[list[word], Field(min_length=1)]
    taken = BeforeValidator(_listed, json_schema_input_type=word | several)
    return Annotated[several, taken] | None


if TYPE_CHECKING:
    Statuses = list[str] | None
    Codes = list[str] | None
else:
    Statuses = _several(StatusName)
    Codes = _several(Literal[tuple(code.value for code in FailureCode)])


class BulkRuns(Body):
    """Which runs: as GET /runs, and by failure code. `status` and `code` are a word or a list."""

    workflow: WorkflowName | None = None
    profile: str | None = None
    status: Statuses = None
    tag: str | None = None
    created_after: MomentText | None = None
    created_before: MomentText | None = None
    code: Codes = None


class CreateBulk(Body):
    """`limit`: so many runs at most, oldest first. `dry_run` counts and does nothing. `refresh`
    belongs to retry.
    """

    action: Literal["cancel", "retry"]
    filter: BulkRuns
    dry_run: bool = False
    limit: Annotated[int, Field(ge=1, le=MOST), AS_INTEGER] = USUAL
    refresh: bool = False


def create_bulk(call: Call, body: CreateBulk) -> tuple[Bulk, bool]:
    """(the bulk, whether it is new); somebody is called to go on with a new one.

    Raises ValidationFailed for a filter that says nothing, IdempotencyKeyReused, RateLimited.
    """
    wanted = body.filter.model_dump(exclude_none=True)
    if not wanted:
        raise ValidationFailed.of("body.filter", "must name at least one thing to filter by")
    if body.refresh and body.action != "retry":
        raise ValidationFailed.of("body.refresh", "belongs to the action retry")
    services, key = call.services, call.key()
    admit_unless_made(call, key)
    bulk = Bulk(
        id=key.id,
        org_id=call.caller.org_id,
        created_by=call.caller.user_id,
        roles=tuple(sorted(call.caller.roles)),
        created_at=services.clock.now_ms(),
        action=BulkAction(body.action),
        filter=_as_sent(call),
        limit=body.limit,
        fingerprint=key.fingerprint,
        dry_run=body.dry_run,
        refresh=body.refresh,
    )
    runner = services.bulk_runner
    existing = services.bulks.create(bulk, runner.due())
    if existing is None or existing.created_at == bulk.created_at:
        runner.ask(bulk)  # a create that was answered too late is met by its own repetition
    if existing is not None and key.repeatable:
        return existing, False
    return bulk, True


def own_bulk(call: Call, bulk_id: str) -> Bulk:
    """A bulk that the caller may see and end. Raises NotFound, Forbidden."""
    bulk = call.services.bulks.get(bulk_id)
    if bulk is None or bulk.org_id != call.caller.org_id:
        raise NotFound
    own = {Relation.CREATOR} if bulk.created_by == call.caller.user_id else set()
    if not permits(call.caller, Action.USE_BULK, own):
        raise Forbidden
    return bulk


def cancel_bulk(call: Call, bulk: Bulk) -> Bulk:
    """What it has done stays done. Raises Conflict once it has succeeded."""
    services = call.services
    for _ in range(_TRIES):
        if bulk.status is BulkStatus.CANCELLED:
            return bulk
        if bulk.is_over:
            raise Conflict(f"Bulk has already ended (current: {bulk.status})")
        ended = replace(
            bulk,
            status=BulkStatus.CANCELLED,
            completed_at=services.clock.now_ms(),
            version=bulk.version + 1,
        )
        if services.bulks.save(ended, services.bulk_runner.due()):
            return ended
        bulk = services.bulks.get(bulk.id) or bulk
    raise Conflict("Bulk is being changed by others")


def bulk_view(bulk: Bulk) -> Json:
    return {
        "id": bulk.id,
        "action": bulk.action,
        "filter": dict(bulk.filter),
        "status": bulk.status,
        "counts": {
            "matched": bulk.matched,
            "done": bulk.done,
            "skipped": bulk.skipped,
            "failed": bulk.failed,
        },
        "created_at": time(bulk.created_at),
        "completed_at": time(bulk.completed_at),
        "dry_run": bulk.dry_run,
        "limit": bulk.limit,
        "refresh": bulk.refresh,
        "created_by": bulk.created_by,
    }


def _as_sent(call: Call) -> Mapping[str, Any]:
    """The filter in the caller's own words, a word stays a word; its times in UTC."""
    sent: Mapping[str, Any] = (call.body or {})["filter"]
    return {
        name: _in_utc(value) if name in _MOMENTS else value
        for name, value in sent.items()
        if value is not None
    }


def _in_utc(text: str) -> str | None:
    return time(min(milliseconds(moment_of(text)), _LAST_MOMENT))
