"""A run's metrics, by phase and agent."""

from typing import Annotated

from pydantic import Field

from tools.openapi.answers.shape import Count, Dollars, Id, Seconds, Shape
from tools.openapi.answers.usage import TokenCount
from tools.openapi.answers.words import StepName

Score = Annotated[float, Field(ge=0, le=100, examples=[96.5])]
AgentId = Annotated[str, Field(examples=["planner"])]


class PhaseMetrics(Shape):
    """A phase; of workflows without phases, a step."""

    phase: StepName
    duration_seconds: Seconds
    token_usage: TokenCount
    cost_usd: Dollars
    agents_executed: list[AgentId]
    artifacts_generated: Count
    governance_passed: bool | None
    governance_warnings: Annotated[list[str], Field(examples=[[]])]


class AgentMetrics(Shape):
    agent_id: AgentId
    phases: list[StepName]
    token_usage: TokenCount
    cost_usd: Dollars
    artifacts_generated: Count


class Violation(Shape):
    """A check that failed."""

    rule: Annotated[str, Field(examples=["links_resolve"])]
    artifact_id: Id | None
    blocking: bool
    message: Annotated[str, Field(examples=["README.md names a file that is not there"])]


class Projection(Shape):
    """What remains will probably cost and take; null where there is nothing to learn from."""

    cost_usd: Dollars | None
    seconds: Seconds | None


class Metrics(Shape):
    run_id: Id
    total_duration_seconds: Seconds
    total_token_usage: TokenCount
    total_cost_usd: Dollars
    phases_metrics: list[PhaseMetrics]
    agents_metrics: list[AgentMetrics]
    governance_score: Score | None
    governance_violations: list[Violation]
    hygiene_score: Score | None
    artifacts_total: Count
    errors_count: Count
    projection: Projection


class ProfilePhase(Shape):
    """What a phase asks of whom."""

    phase: StepName
    agents: list[AgentId]
    files: Annotated[list[str], Field(examples=[["prd.md"]])]
    checks: Annotated[list[str], Field(examples=[["expected_files"]])]


class Profile(Shape):
    """A kind of orchestration."""

    name: Annotated[str, Field(examples=["analytics_forecast_app"])]
    title: Annotated[str, Field(examples=["Analytics forecast app"])]
    description: Annotated[str, Field(examples=["An app that forecasts demand."])]
    version: Annotated[str, Field(examples=["1.0.0"])]
    phases: list[ProfilePhase]
