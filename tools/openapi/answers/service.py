"""The service itself: health, invariants, the audit trail."""

from typing import Annotated, Literal

from pydantic import Field

from tools.openapi.answers.shape import Count, Id, Person, Shape, Time
from tools.openapi.answers.words import AuditOutcome


class Health(Shape):
    status: Literal["ok"]
    version: Annotated[str, Field(examples=["0.2.0"])]
    worker_enabled: bool
    prices_age_days: Count
    """How many days ago the prices that budgets are held by were read from the provider's list."""


class Invariants(Shape):
    """Counts of the caller's organisation; of all for `system`."""

    open_runs: Count
    past_due: Count
    violations: Count
    at: Time | None
    """When they were counted."""


class AuditEntry(Shape):
    """One look at a patient's data."""

    at: Time
    person: Person
    """A `sub`, or `worker`."""
    roles: Annotated[list[str], Field(examples=[["clinician"]])]
    action: Annotated[str, Field(examples=["read_run"])]
    patient_id: Id | None
    run_id: Id | None
    outcome: AuditOutcome
    request_id: Annotated[str | None, Field(examples=["Root=1-67"])]
