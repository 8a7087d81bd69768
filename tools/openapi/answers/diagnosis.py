"""A diagnosis and what a diagnosis run answers as its output."""

from typing import Annotated

from pydantic import Field

from tools.openapi.answers.shape import Id, Sha256, Shape, Time, absent
from tools.openapi.answers.usage import AnswerTokens
from tools.openapi.answers.words import RiskLevel


class DiagnosisMetadata(Shape):
    """What the worker adds to the model's words."""

    model: Annotated[str | None, Field(examples=["claude-sonnet-5"])]
    usage: AnswerTokens
    prompt_version: Annotated[str, Field(examples=["diagnosis-3"])]
    schema_version: Annotated[str, Field(examples=["v1"])]
    context_hash: Sha256
    created_at: Time
    warnings: Annotated[list[str], Field(examples=[["Low confidence"]])]
    """Low confidence, a risk level that the findings do not bear out, empty findings."""


class Diagnosis(Shape):
    """A decision support draft for the treating clinician."""

    summary: Annotated[str, Field(examples=["Raised creatinine under a new drug."])]
    findings: Annotated[list[str], Field(examples=[["Creatinine 180 umol/l on 2026-02-27"]])]
    recommendations: Annotated[list[str], Field(examples=[["Repeat creatinine within two days"]])]
    risk_level: RiskLevel = absent()
    confidence_score: Annotated[float, Field(ge=0, le=1, examples=[0.8])] = absent()
    """Required at the assessment door."""
    metadata: DiagnosisMetadata


class DiagnosisOutput(Shape):
    """What a diagnosis run that the worker executed ends with."""

    artifact_id: Id
    diagnosis: Diagnosis
