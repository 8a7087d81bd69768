"""Artifacts: files that runs make and people attach."""

from typing import Annotated, Any, Literal

from pydantic import Field

from tools.openapi.answers.shape import Count, Id, Sha256, Shape, Time


class ArtifactRow(Shape):
    """An artifact in a list, without its content."""

    id: Id
    artifact_type: Annotated[str, Field(examples=["diagnosis"])]
    artifact_name: Annotated[str, Field(examples=["diagnosis.json"])]
    phase: Annotated[str | None, Field(examples=["planning"])]
    path: Annotated[str | None, Field(examples=["docs/prd.md"])]
    description: Annotated[str | None, Field(examples=["What shall be built"])]
    storage_path: Annotated[str, Field(examples=["s3://bucket/demo/01a1fc26/d819"])]
    content_type: Annotated[str, Field(examples=["application/json"])]
    size_bytes: Count
    sha256: Sha256
    sequence_order: Annotated[int | None, Field(ge=1, examples=[1])]
    """Its place in the run, from 1."""
    created_at: Time


class Artifact(ArtifactRow):
    """An artifact with its content."""

    artifact_data: Annotated[Any, Field(examples=[{"note": "seen"}])]
    """JSON as JSON, anything else as text."""


class UnavailableArtifact(Shape):
    """One that was linked before and is of another subject."""

    id: Id
    unavailable: Literal[True]
