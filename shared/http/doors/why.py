"""Why a run waits, for whoever may see it: the run's own reason, with what its gate knows."""

from collections.abc import Callable, Mapping

from shared.engine.ledger import open_call
from shared.http.authorize import is_staff
from shared.http.call import Call
from shared.http.models import MICRO
from shared.http.views import Json, current_phase, time
from shared.records.budget import span_began_at
from shared.records.gate import parts_of
from shared.records.run import WORKER, Run, Status
from shared.runs.timeline import current_step
from shared.runs.timing import MINUTE
from shared.runs.why import Why, blocked_by, looked_at_again_at, since, until, why
from shared.workflows.definitions import definition_of

Detail = Callable[[Call, Run], Json]


def why_view(call: Call, run: Run) -> Json:
    now = call.services.clock.now_ms()
    asked_at = _asked_at(call, run)
    reason = why(run, now, calls_model=asked_at is not None)
    ends = until(run, reason) if reason not in _UNTIL else _UNTIL[reason](call, run)
    began = asked_at if reason is Why.MODEL_CALL and asked_at else since(run)
    waiting = {
        "reason": reason,
        "since": time(began),
        "until": time(ends),
        "detail": _detail(call, run, reason),
    }
    return {
        "status": run.status,
        "blocked_by": blocked_by(run, now),
        "waiting_for": [waiting],
        "looked_at_again_at": time(looked_at_again_at(run, now)),
        "ends_by": None if run.is_terminal else time(run.deadline_at),
    }


def _detail(call: Call, run: Run, reason: Why) -> Json:
    is_told = reason in _DETAILS and (reason not in _OF_THE_HOUSE or is_staff(call.caller))
    return _DETAILS[reason](call, run) if is_told else {}


def _asked_at(call: Call, run: Run) -> int | None:
    """When the present claim's latest call was asked (ms), if it has no answer yet."""
    if run.status is not Status.RUNNING or run.lessee != WORKER:
        return None
    return open_call(run, call.services.payloads.purchases(run))


def _step(call: Call, run: Run) -> Json:
    return {"step": current_step(run, definition_of(run.workflow).steps)}


def _model_call(call: Call, run: Run) -> Json:
    asked = time(_asked_at(call, run))
    return _step(call, run) | {"since": asked, "last_sign_of_life_at": asked}


def _budget(call: Call, run: Run) -> Json:
    _, org_id, scope = parts_of(run.gate or "")
    now = call.services.clock.now_ms()
    found = next((b for b in call.services.budgets.all(org_id, now) if b.scope == scope), None)
    missing = found.missing_for(run.needed or 0) if found else 0
    return {"scope": scope, "missing_usd": missing / MICRO}


def _budget_until(call: Call, run: Run) -> int | None:
    """The next month, where the budget is a month's."""
    _, org_id, scope = parts_of(run.gate or "")
    now = call.services.clock.now_ms()
    found = next((b for b in call.services.budgets.all(org_id, now) if b.scope == scope), None)
    began = span_began_at(found.span) if found else None
    if found is None or began is None:
        return None
    year, month = (int(part) for part in found.span.split("-"))
    return span_began_at(f"{year + month // 12}-{month % 12 + 1:02}")


def _paused(call: Call, run: Run) -> Json:
    found = call.services.organisations.get(run.org_id)
    return {"who": found.paused_by, "why": found.pause_reason}


def _provider_until(call: Call, run: Run) -> int | None:
    """The moment that the provider named; None where a probe has to find out."""
    state = call.services.providers.get(run.gate or "")
    return None if state.needs_probe or state.reason is None else state.closed_until


def _provider(call: Call, run: Run) -> Json:
    _, provider, model = parts_of(run.gate or "")
    return {"provider": provider, "model": model}


def _gate(call: Call, run: Run) -> Json:
    phase = current_phase(run)
    return {"phase": phase, "who": ["creator", "admin"]}


def _person(call: Call, run: Run) -> Json:
    return {"person": run.lessee}


def _lost(call: Call, run: Run) -> Json:
    now = call.services.clock.now_ms()
    return {"taken_over_by": time((now // MINUTE + 1) * MINUTE)}


_DETAILS: Mapping[Why, Detail] = {
    Why.BUDGET: _budget,
    Why.PAUSED: _paused,
    Why.GATE: _gate,
    Why.PERSON: _person,
    Why.MODEL_CALL: _model_call,
    Why.STEP: _step,
    Why.LOST_WORKER: _lost,
    Why.PROVIDER_OVERLOADED: _provider,
    Why.PROVIDER_RATE_LIMITED: _provider,
    Why.PROVIDER_SPEND_LIMIT: _provider,
}
_OF_THE_HOUSE = frozenset({Why.BUDGET, Why.PAUSED})
"""What stands behind them is the organisation's own, which patients are not shown elsewhere either.
"""
_UNTIL: Mapping[Why, Callable[[Call, Run], int | None]] = {
    Why.BUDGET: _budget_until,
    Why.PROVIDER_OVERLOADED: _provider_until,
    Why.PROVIDER_RATE_LIMITED: _provider_until,
    Why.PROVIDER_SPEND_LIMIT: _provider_until,
}
