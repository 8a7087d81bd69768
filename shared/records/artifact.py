"""An artifact: an immutable document that runs name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Artifact:
    """An immutable document of an organisation.

    `run_id` is the run that made it; links make it part of others.
    """

    id: str
    org_id: str
    run_id: str
    artifact_type: str
    artifact_name: str
    sha256: str
    size_bytes: int
    content_type: str
    storage_path: str
    created_at: int
    fingerprint: str | None = None
    """Of the request that made it, when a person did."""
    phase: str | None = None
    path: str | None = None
    description: str | None = None
