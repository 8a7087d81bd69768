"""The budgets door: what an organisation, one of its workflows or projects may spend."""

import re
from typing import Annotated, Literal

from pydantic import Field

from shared.engine.budgets import split
from shared.errors import Conflict, NotFound, ValidationFailed
from shared.http.call import Call
from shared.http.models import KEPT_IN_MILLIONTHS, MICRO, UUID_PATTERN, Body, millionths
from shared.http.views import Json, time
from shared.records.budget import ORGANISATION, Budget, Period, span_began_at, span_of
from shared.workflows.definitions import DEFINITIONS, asks_model

_SCOPE = re.compile(rf"{ORGANISATION}|workflow:[a-z_]{{1,32}}|project:.+")


class PutBudget(Body):
    limit_usd: Annotated[
        float,
        Field(ge=0, le=1_000_000_000, allow_inf_nan=False, description=KEPT_IN_MILLIONTHS),
    ]
    period: Literal["month", "total"]


def budget_page(call: Call, limit: int) -> tuple[list[Budget], str | None]:
    """Of the organisation's budgets, by scope, and where more begin."""
    services = call.services
    now = services.clock.now_ms()
    return services.budgets.page(call.caller.org_id, call.position, limit, now)


def put_budget(call: Call, scope: str, body: PutBudget) -> Budget:
    """Set the limit; what was spent in its period before there was one counts. What of that a
    request has no room to count, the sweeps that follow do.

    Raises ValidationFailed, NotFound for a project that there is not, Conflict for a workflow that
    asks no model.
    """
    _check(call, scope)
    services, org_id = call.services, call.caller.org_id
    now, period = services.clock.now_ms(), Period(body.period)
    budget = Budget(org_id, scope, period, millionths(body.limit_usd), span_of(period, now))
    known = services.budgets.of(org_id, [scope], now)
    if known and known[0].span == budget.span:
        services.budgets.put(budget)
    else:
        services.reckoner.go_on(services.budgets.begin(budget, now))
    return services.budgets.of(org_id, [scope], now)[0]


def delete_budget(call: Call, scope: str) -> None:
    _check_form(scope)
    call.services.budgets.delete(call.caller.org_id, scope)


def budget_view(call: Call, budget: Budget) -> Json:
    held, uncertain = split(budget, call.services.clock.now_ms())
    if not budget.is_counted:
        # Nobody knows yet how much of what seems to be left was spent.
        uncertain = max(uncertain, budget.limit - budget.spent - held)
    return {
        "scope": budget.scope,
        "period": budget.period,
        "limit_usd": budget.limit / MICRO,
        "spent_usd": budget.spent / MICRO,
        "held_usd": held / MICRO,
        "uncertain_usd": uncertain / MICRO,
        "left_usd": budget.left / MICRO,
        "period_started_at": time(span_began_at(budget.span)),
    }


def _check(call: Call, scope: str) -> None:
    _check_form(scope)
    kind, _, name = scope.partition(":")
    if kind == "workflow" and name not in DEFINITIONS:
        raise ValidationFailed.of("path.scope", f"must be one of {', '.join(sorted(DEFINITIONS))}")
    if kind == "workflow" and not asks_model(name):
        raise Conflict(f"Runs of '{name}' take no budget")
    if kind == "project":
        found = re.fullmatch(UUID_PATTERN, name) and call.services.projects.get_project(
            call.caller.org_id, name
        )
        if not found:
            raise NotFound


def _check_form(scope: str) -> None:
    if not _SCOPE.fullmatch(scope):
        raise ValidationFailed.of("path.scope", "must be organisation, workflow:NAME or project:ID")
