"""The budgets door: what an organisation, one of its workflows or projects may spend."""

import re
from typing import Annotated, Literal

from pydantic import Field

from shared.engine.budgets import split
from shared.engine.spending import Spending, spending_of, total
from shared.errors import Conflict, NotFound, ValidationFailed
from shared.http.call import Call
from shared.http.models import KEPT_IN_MILLIONTHS, MICRO, UUID_PATTERN, Body, millionths
from shared.http.views import Json, time
from shared.ports import Scope
from shared.records.budget import ORGANISATION, Budget, Period, span_began_at, span_of
from shared.records.run import Subject
from shared.runs.timing import DAY
from shared.workflows.definitions import ANALYSIS, DEFINITIONS, asks_model

_SCOPE = re.compile(rf"{ORGANISATION}|workflow:[a-z_]{{1,32}}|project:.+")
_EXAMINED = 10_000
"""So many runs are looked at for what was spent before there was a budget."""
_PAGE = 100
_LONGEST_RUN = 60 * DAY


class PutBudget(Body):
    limit_usd: Annotated[
        float,
        Field(ge=0, le=1_000_000_000, allow_inf_nan=False, description=KEPT_IN_MILLIONTHS),
    ]
    period: Literal["month", "total"]


def budgets(call: Call) -> list[Budget]:
    services = call.services
    return services.budgets.all(call.caller.org_id, services.clock.now_ms())


def put_budget(call: Call, scope: str, body: PutBudget) -> Budget:
    """Set the limit; what was spent in its period before there was one counts.

    Raises ValidationFailed, NotFound for a project that there is not, Conflict for a workflow that
    asks no model.
    """
    _check(call, scope)
    services, org_id = call.services, call.caller.org_id
    now, period = services.clock.now_ms(), Period(body.period)
    span = span_of(period, now)
    limit = millionths(body.limit_usd)
    known = next((one for one in budgets(call) if one.scope == scope), None)
    is_new = known is None or known.span != span
    before = _spending_before(call, scope, span_began_at(span) or 0) if is_new else Spending()
    services.budgets.put(
        Budget(org_id, scope, period, limit, span, before.spent, before.uncertain, before.holds)
    )
    return next(one for one in budgets(call) if one.scope == scope)


def delete_budget(call: Call, scope: str) -> None:
    _check_form(scope)
    call.services.budgets.delete(call.caller.org_id, scope)


def budget_view(call: Call, budget: Budget) -> Json:
    held, uncertain = split(budget, call.services.clock.now_ms())
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


def _spending_before(call: Call, scope: str, since: int) -> Spending:
    """Of the runs of a scope since a moment (ms), the newest 10,000 of them."""
    kind, _, name = scope.partition(":")
    services, org_id = call.services, call.caller.org_id
    place = (
        Scope.of_subject(org_id, Subject(ANALYSIS.subject, name))
        if kind == "project"
        else Scope("organisation", org_id)
    )
    found, position = Spending(), None
    for _ in range(_EXAMINED // _PAGE):
        page = services.runs.page(place, position, _PAGE)
        found += total(
            spending_of(services.payloads, run, since)
            for run in page.runs
            if kind != "workflow" or run.workflow == name
        )
        position = page.position
        is_old = bool(page.runs) and page.runs[-1].created_at + _LONGEST_RUN < since
        if position is None or is_old:
            break
    return found
