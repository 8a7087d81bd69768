"""Many at once, and being told: bulk, webhooks, deliveries."""

from typing import Annotated, Literal

from pydantic import Field

from shared.records.bulk import BulkAction, BulkStatus
from shared.records.run import Status
from shared.records.webhook import DeliveryStatus, Disabled
from shared.runs.codes import FailureCode
from tools.openapi.answers.shape import Count, Id, Person, Shape, Time, Url, absent
from tools.openapi.answers.words import WebhookEvent, WebhookStatus, Workflow

RowStatus = Status | Literal["unreadable"]
"""What a list of runs may be filtered by."""


class BulkFilter(Shape):
    """Which runs: as GET /runs, and by failure code. What was not asked for is left out."""

    workflow: Workflow | None = absent()
    profile: Annotated[str | None, Field(examples=["rest_api_service"])] = absent()
    status: RowStatus | list[RowStatus] | None = absent()
    tag: Annotated[str | None, Field(examples=["ward-3"])] = absent()
    created_after: Time | None = absent()
    created_before: Time | None = absent()
    code: FailureCode | list[FailureCode] | None = absent()


class BulkCounts(Shape):
    matched: Count
    done: Count
    skipped: Count
    """Had ended already, or may not be touched by the caller."""
    failed: Count


class Bulk(Shape):
    """One action on many runs."""

    id: Id
    action: BulkAction
    filter: BulkFilter
    status: BulkStatus
    counts: BulkCounts
    created_at: Time
    completed_at: Time | None
    dry_run: bool
    limit: Count
    refresh: bool
    created_by: Person


class Webhook(Shape):
    """Who is told of what."""

    id: Id
    url: Url
    events: list[WebhookEvent]
    workflows: list[Workflow] | None
    """Of these only; null for all."""
    status: WebhookStatus
    created_at: Time
    description: Annotated[str | None, Field(examples=["The ward's board"])]
    disabled_reason: Annotated[Disabled | None, Field(examples=["410"])]
    """Null while it is enabled."""
    disabled_at: Time | None
    updated_at: Time | None
    created_by: Person


class NewWebhook(Webhook):
    """With its secret, which is shown on creation and after rotation only."""

    secret: Annotated[str, Field(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])]


class DeliveryAttempt(Shape):
    at: Time
    status_code: Annotated[int | None, Field(examples=[204])]
    """Null where no answer came."""
    duration_ms: Count
    error: Annotated[str | None, Field(examples=["timeout"])]


class Delivery(Shape):
    """One message to one webhook; its id is the `webhook-id` of every try."""

    id: Id
    event: WebhookEvent
    run_id: Id | None
    status: DeliveryStatus
    attempts: list[DeliveryAttempt]
    next_attempt_at: Time | None
    created_at: Time
