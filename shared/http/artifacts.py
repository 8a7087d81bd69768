"""Artifacts over HTTP: a run's list, attaching by link or content, and showing one."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator

from shared.errors import IdempotencyKeyReused
from shared.http.endpoint import Endpoint
from shared.http.studio import AttachArtifact, visible_artifact
from shared.http.views import Json, artifact_row, artifact_view
from shared.ports import Artifact
from shared.runs.accounts import current_ids
from shared.runs.canonical import canonical_json, sha256_hex
from shared.runs.records import Run
from shared.workflows.definitions import DEFINITIONS

ATTACHED = "attached"
"""Where in the list by phase stands what a person attached."""
_POSITION = "{:08x}"
_PHASES = (ATTACHED, *(step for definition in DEFINITIONS.values() for step in definition.steps))


def _known_phase(name: str) -> str:
    if name not in _PHASES:
        raise ValueError(f"must be one of {', '.join(_PHASES)}")
    return name


PhaseFilter = Annotated[
    str | None, Query(description="Only this phase's; of runs without phases, this step's"), AfterValidator(_known_phase)
]


def artifact_page(endpoint: Endpoint, run: Run, limit: int) -> Response[str]:
    """One page of the run's artifacts; a position is the place of the last one shown."""
    start = int(endpoint.request.position or "0", 16)
    ids = run.artifacts[start : start + limit]
    found = {artifact.id: artifact for artifact in endpoint.services.artifacts.get_many(run.org_id, ids)}
    rows = [artifact_row(found[name], start + place) for place, name in enumerate(ids, 1) if name in found]
    more = start + len(ids) < len(run.artifacts)
    return endpoint.page("artifacts", rows, _POSITION.format(start + len(ids)) if more else None)


def phase_page(endpoint: Endpoint, run: Run, phase: str | None, limit: int) -> Response[str]:
    """One page of the run's current artifacts, in their order and grouped by phase; `total_count` counts all of them."""
    held = endpoint.services.artifacts.get_many(run.org_id, current_ids(run))
    wanted = [artifact for artifact in held if phase in (None, _phase(artifact))]
    start = int(endpoint.request.position or "0", 16)
    shown = wanted[start : start + limit]
    rows = [artifact_row(artifact, run.artifacts.index(artifact.id) + 1) for artifact in shown]
    grouped: dict[str, list[Json]] = {}
    for artifact, row in zip(shown, rows, strict=True):
        grouped.setdefault(_phase(artifact), []).append(row)
    more = start + len(shown) < len(wanted)
    counts = {"run_id": run.id, "total_count": len(wanted), "artifacts_by_phase": grouped}
    return endpoint.page("artifacts", rows, _POSITION.format(start + len(shown)) if more else None, counts)


def _phase(artifact: Artifact) -> str:
    return artifact.phase or ATTACHED


def file_name(artifact: Artifact) -> str:
    """What a downloaded artifact is called: the last part of its path, or its name with its type's ending."""
    name = (artifact.path or artifact.artifact_name).rsplit("/", 1)[-1]
    return name if artifact.path or "." in name else f"{name}.json"


def linked(endpoint: Endpoint, run: Run, artifact_id: str) -> Response[str]:
    """Name an artifact that the caller may see in the run. The link is noted first, so that the artifact finds the run."""
    request, services = endpoint.request, endpoint.services
    artifact, _ = visible_artifact(endpoint, artifact_id)
    key = request.key(services.ids)
    used = request.idempotency_key is not None and services.artifacts.use_key(key.id, key.fingerprint)
    services.artifacts.link(artifact_id, run.id)
    run = services.commands.attach(run, request.who.user_id, artifact_id)
    return _attached(endpoint, run, artifact, replayed=used)


def stored(endpoint: Endpoint, run: Run, body: AttachArtifact) -> Response[str]:
    """Store a new artifact of a person's and name it in the run."""
    services, key = endpoint.services, endpoint.request.key(endpoint.services.ids)
    earlier = services.artifacts.get(run.org_id, key.id)
    if earlier is None:
        endpoint.admit(key)
    artifact = earlier or services.artifacts.put(_new(endpoint, run, body, key.id, key.fingerprint), canonical_json(body.artifact_data))
    if artifact.fingerprint != key.fingerprint:
        raise IdempotencyKeyReused
    op = services.ids.op()
    run = services.commands.attach(run, endpoint.request.who.user_id, artifact.id, op)
    return _attached(endpoint, run, artifact, replayed=key.repeatable and all(entry.op != op for entry in run.history))


def _new(endpoint: Endpoint, run: Run, body: AttachArtifact, artifact_id: str, fingerprint: str) -> Artifact:
    data = canonical_json(body.artifact_data)
    return Artifact(
        id=artifact_id,
        org_id=run.org_id,
        run_id=run.id,
        artifact_type=body.artifact_type or "",
        artifact_name=body.artifact_name or "",
        sha256=sha256_hex(data),
        size_bytes=len(data),
        content_type="application/json",
        storage_path="",
        created_at=endpoint.services.clock.now_ms(),
        fingerprint=fingerprint,
    )


def _attached(endpoint: Endpoint, run: Run, artifact: Artifact, *, replayed: bool) -> Response[str]:
    if replayed:
        return answer_artifact(endpoint, artifact, run, 200, {"Idempotency-Replayed": "true"})
    return answer_artifact(endpoint, artifact, run, 201)


def answer_artifact(
    endpoint: Endpoint, artifact: Artifact, run: Run, status: int = 200, headers: dict[str, str] | None = None
) -> Response[str]:
    """The artifact with its content and its place in the run."""
    order = run.artifacts.index(artifact.id) + 1 if artifact.id in run.artifacts else None
    data = endpoint.services.artifacts.read(artifact)
    return endpoint.ok({"artifact": artifact_view(artifact, order, data)}, status, headers)
