"""Money, pauses, numbers: budgets, the organisation, statistics."""

from typing import Annotated

from pydantic import Field

from tools.openapi.answers.shape import (
    Count,
    Day,
    Dollars,
    Organisation,
    Person,
    Shape,
    Time,
)
from tools.openapi.answers.words import BudgetPeriod, Workflow

ByWord = Annotated[dict[str, Count], Field(examples=[{"diagnosis": 3}])]


class Budget(Shape):
    """`left_usd` = limit - spent - held - uncertain, not under 0. While the past of a scope of many
    runs is still being counted, `uncertain_usd` has all that is not spent or held.
    """

    scope: Annotated[str, Field(examples=["workflow:diagnosis"])]
    """`organisation`, `workflow:NAME` or `project:ID`."""
    period: BudgetPeriod
    limit_usd: Dollars
    spent_usd: Dollars
    held_usd: Dollars
    """Held for calls that are under way."""
    uncertain_usd: Dollars
    left_usd: Dollars
    period_started_at: Time | None


class RetentionDue(Shape):
    """What the present setting is about to erase."""

    runs: Count
    patients: Count


class OrganisationSettings(Shape):
    id: Organisation
    paused_workflows: list[Workflow]
    pause_reason: Annotated[str | None, Field(examples=["The provider's price rise"])]
    paused_by: Person | None
    retention_days: Annotated[int | None, Field(ge=1, le=36_500, examples=[3_650])]
    """Null: for ever."""
    retention_due: RetentionDue


class WorkflowDay(Shape):
    created: Count
    succeeded: Count
    failed: Count
    cancelled: Count
    cost_usd: Dollars


class StatsDay(Shape):
    """One UTC day. An entry counts on its own day."""

    date: Day
    created: Count
    succeeded: Count
    failed: Count
    cancelled: Count
    cost_usd: Dollars
    by_workflow: dict[str, WorkflowDay]
    by_code: ByWord


class OpenRuns(Shape):
    queued: Count
    running: Count
    waiting: Count
    by_reason: ByWord
