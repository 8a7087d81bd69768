"""Artifacts: a run's list, attaching by link or content, and showing one."""

import json
from functools import partial
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from shared.engine.creation import Key
from shared.errors import IdempotencyKeyReused, NotFound, ValidationFailed
from shared.http.authorize import admit_unless_made
from shared.http.authorize import artifact as visible_artifact
from shared.http.call import Call
from shared.http.models import KB, Body, Text, Uuid, at_most
from shared.http.responses import created, page
from shared.http.views import Json, time
from shared.records.artifact import Artifact
from shared.records.run import Run
from shared.runs.accounts import attached_ids, current_ids
from shared.runs.canonical import canonical_json, sha256_hex
from shared.runs.limits import MAX_ATTACHED_BYTES, MAX_ATTACHMENTS
from shared.runs.transitions import require_unstarted
from shared.workflows.definitions import DEFINITIONS
from shared.workflows.subjects import is_of_subject

Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
Part = TypeVar("Part")
ATTACHED = "attached"
"""Where in the list by phase stands what a person attached."""
_POSITION = "{:08x}"
_PHASES = (ATTACHED, *(step for definition in DEFINITIONS.values() for step in definition.steps))


def _known_phase(name: str) -> str:
    if name not in _PHASES:
        raise ValueError(f"must be one of {', '.join(_PHASES)}")
    return name


PhaseFilter = Annotated[
    str | None,
    Query(description="Only this phase's; of runs without phases, this step's"),
    AfterValidator(_known_phase),
]


class AttachArtifact(Body):
    """Either `artifact_id` alone, or the three fields of a new artifact."""

    artifact_id: Uuid | None = None
    artifact_type: Word | None = Field(None, validate_default=True)
    artifact_name: Text | None = Field(None, validate_default=True)
    artifact_data: Annotated[Any, at_most(256 * KB)] = Field(None, validate_default=True)

    @field_validator("artifact_type", "artifact_name", "artifact_data")
    @classmethod
    def _one_of(cls, value: Part, info: ValidationInfo) -> Part:
        if "artifact_id" not in info.data:
            return value  # what was wrong with it is said already
        linked = info.data["artifact_id"] is not None
        if linked and value is not None:
            raise ValueError("does not go with artifact_id")
        if not linked and value is None:
            raise ValueError("is required where there is no artifact_id")
        return value


def artifact_page(call: Call, run: Run, limit: int) -> Response[str]:
    """One page of the run's artifacts; a position is the place of the last one shown."""
    start = int(call.position or "0", 16)
    ids = run.artifacts[start : start + limit]
    found = {
        artifact.id: artifact for artifact in call.services.artifacts.get_many(run.org_id, ids)
    }
    rows = [
        _row(call, run, found[name], start + place)
        for place, name in enumerate(ids, 1)
        if name in found
    ]
    more = start + len(ids) < len(run.artifacts)
    return page(call, "artifacts", rows, _POSITION.format(start + len(ids)) if more else None)


def phase_page(call: Call, run: Run, phase: str | None, limit: int) -> Response[str]:
    """One page of the run's current artifacts, in their order and grouped by phase; `total_count`
    counts all of them.
    """
    held = call.services.artifacts.get_many(run.org_id, current_ids(run))
    wanted = [artifact for artifact in held if phase in (None, _phase(artifact))]
    start = int(call.position or "0", 16)
    shown = wanted[start : start + limit]
    rows = [_row(call, run, artifact, run.artifacts.index(artifact.id) + 1) for artifact in shown]
    grouped: dict[str, list[Json]] = {}
    for artifact, row in zip(shown, rows, strict=True):
        grouped.setdefault(_phase(artifact), []).append(row)
    more = start + len(shown) < len(wanted)
    counts = {"run_id": run.id, "total_count": len(wanted), "artifacts_by_phase": grouped}
    return page(
        call, "artifacts", rows, _POSITION.format(start + len(shown)) if more else None, counts
    )


def _row(call: Call, run: Run, artifact: Artifact, order: int) -> Json:
    """The row of an artifact; of one that an earlier version let somebody link from another
    patient's run, its id alone.
    """
    if not is_of_subject(call.services.runs, artifact, run):
        return {"id": artifact.id, "unavailable": True}
    return artifact_row(artifact, order)


def _phase(artifact: Artifact) -> str:
    return artifact.phase or ATTACHED


def file_name(artifact: Artifact) -> str:
    """What a downloaded artifact is called: the last part of its path, or its name with its type's
    ending.
    """
    name = (artifact.path or artifact.artifact_name).rsplit("/", 1)[-1]
    return name if artifact.path or "." in name else f"{name}.json"


def attach(call: Call, run: Run, body: AttachArtifact) -> Response[str]:
    """Link an artifact to the run, or store a new one in it."""
    if body.artifact_id:
        return link_artifact(call, run, body.artifact_id)
    return add_artifact(call, run, body)


def link_artifact(call: Call, run: Run, artifact_id: str) -> Response[str]:
    """Name an artifact that the caller may see, and that is of the same patient, in the run.
    Naming it again changes nothing.

    Raises ValidationFailed for another patient's, and for more than a run takes; Conflict after the
    first start, also for one that the run holds, unless the request is repeated by its key.
    """
    services, key = call.services, call.key()
    found, maker = visible_artifact(call, artifact_id)
    is_repeated = key.repeatable and services.projects.is_taken(key.id)
    if is_repeated:
        services.artifacts.use_key(key.id, key.fingerprint, run.id)
    if maker.subject != run.subject:
        raise ValidationFailed.of("body.artifact_id", "is of another patient than the run")
    if artifact_id in run.artifacts and not is_repeated:
        require_unstarted(run)
    if key.repeatable and not is_repeated:
        _require_room(call, run, found)
        is_repeated = services.artifacts.use_key(key.id, key.fingerprint, run.id)
    room = partial(_require_room, call, new=found)
    run = services.commands.attach(run, call.caller.user_id, artifact_id, room=room)
    return _attached(call, run, found, new=not is_repeated)


def carried_artifacts(call: Call, run: Run) -> list[str]:
    """What people attached to the run, for a clone to have from the start.

    Raises ValidationFailed where that is more than a run takes.
    """
    held = call.services.artifacts.get_many(run.org_id, attached_ids(run))
    own = [one for one in held if is_of_subject(call.services.runs, one, run)]
    if len(own) > MAX_ATTACHMENTS or sum(one.size_bytes for one in own) > MAX_ATTACHED_BYTES:
        raise ValidationFailed.of("body", "asks for more attachments than a run takes")
    return [one.id for one in own]


def _require_room(call: Call, run: Run, new: Artifact) -> None:
    """Raise ValidationFailed when the run takes no artifact of this size more."""
    held = attached_ids(run)
    if new.id in held:
        return
    if len(held) >= MAX_ATTACHMENTS:
        raise ValidationFailed.of(
            "body", f"is one more than the {MAX_ATTACHMENTS} that a run takes"
        )
    sizes = [one.size_bytes for one in call.services.artifacts.get_many(run.org_id, held)]
    if sum(sizes) + new.size_bytes > MAX_ATTACHED_BYTES:
        most = MAX_ATTACHED_BYTES // (KB * KB)
        raise ValidationFailed.of(
            "body", f"makes more than the {most} MB that a run takes together"
        )


def add_artifact(call: Call, run: Run, body: AttachArtifact) -> Response[str]:
    """Store a new artifact of a person's and name it in the run."""
    services, key = call.services, call.key()
    earlier = services.artifacts.get(run.org_id, key.id)
    if earlier is None:
        admit_unless_made(call, key)
    artifact = earlier or _stored(call, run, body, key)
    if artifact.fingerprint != key.fingerprint:
        raise IdempotencyKeyReused
    op, room = services.ids.op(), partial(_require_room, call, new=artifact)
    run = services.commands.attach(run, call.caller.user_id, artifact.id, op, room=room)
    is_own = any(entry.op == op for entry in run.history)
    return _attached(call, run, artifact, new=is_own or not key.repeatable)


def _stored(call: Call, run: Run, body: AttachArtifact, key: Key) -> Artifact:
    """A new artifact, stored where the run has room for it."""
    new = _new(call, run, body, key)
    _require_room(call, run, new)
    return call.services.artifacts.put(new, canonical_json(body.artifact_data))


def _new(call: Call, run: Run, body: AttachArtifact, key: Key) -> Artifact:
    data = canonical_json(body.artifact_data)
    return Artifact(
        id=key.id,
        org_id=run.org_id,
        run_id=run.id,
        artifact_type=body.artifact_type or "",
        artifact_name=body.artifact_name or "",
        sha256=sha256_hex(data),
        size_bytes=len(data),
        content_type="application/json",
        storage_path="",
        created_at=call.services.clock.now_ms(),
        fingerprint=key.fingerprint,
    )


def _attached(call: Call, run: Run, artifact: Artifact, *, new: bool) -> Response[str]:
    return created(call, "artifact", shown_artifact(call, artifact, run), new=new)


def shown_artifact(call: Call, artifact: Artifact, run: Run) -> Json:
    """The artifact with its content and its place in the run."""
    order = run.artifacts.index(artifact.id) + 1 if artifact.id in run.artifacts else None
    return artifact_view(artifact, order, call.services.artifacts.read(artifact))


def held_artifact(call: Call, run: Run, artifact_id: str) -> Artifact:
    """One that the run names and that is of the same patient. Raises NotFound."""
    named = artifact_id in run.artifacts
    found = call.services.artifacts.get(run.org_id, artifact_id) if named else None
    if found is None or not is_of_subject(call.services.runs, found, run):
        raise NotFound
    return found


def artifact_row(artifact: Artifact, order: int | None) -> Json:
    """An artifact in a list; `order` is its place in the run, from 1."""
    return {
        "id": artifact.id,
        "artifact_type": artifact.artifact_type,
        "artifact_name": artifact.artifact_name,
        "phase": artifact.phase,
        "path": artifact.path,
        "description": artifact.description,
        "storage_path": artifact.storage_path,
        "content_type": artifact.content_type,
        "size_bytes": artifact.size_bytes,
        "sha256": artifact.sha256,
        "sequence_order": order,
        "created_at": time(artifact.created_at),
    }


def artifact_view(artifact: Artifact, order: int | None, data: bytes) -> Json:
    """An artifact with its content: JSON as JSON, anything else as text."""
    content = (
        json.loads(data)
        if artifact.content_type == "application/json"
        else data.decode("utf-8", "replace")
    )
    return artifact_row(artifact, order) | {"artifact_data": content}
