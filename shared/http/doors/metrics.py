"""A run's metrics: reads what its phases left and what earlier runs of its kind tell."""

from shared.access.policy import Role
from shared.engine.account import run_usage
from shared.http.call import Call
from shared.http.views import Json, Viewer
from shared.ports import Scope
from shared.records.run import Run
from shared.runs.prices import parse_price_overrides
from shared.workflows.orchestration.metrics import record_refs, run_metrics

_EARLIER = 100
"""How many newest runs, of those that the caller may see, a projection learns from at most."""


def metrics_view(call: Call, run: Run) -> Json:
    """Everything that GET /runs/{runId}/metrics answers."""
    services = call.services
    viewer = Viewer(services.payloads)
    records = {name: viewer.read(run, ref) for name, ref in record_refs(run).items()}
    scope = (
        Scope("organisation", run.org_id)
        if call.caller.has(Role.ADMIN)
        else Scope("creator", run.org_id, call.caller.user_id)
    )
    earlier = services.runs.page(scope, None, _EARLIER).runs
    prices = parse_price_overrides(services.settings.model_prices)
    return {
        "run_id": run.id,
        **run_metrics(run, run_usage(services.payloads, run), records, earlier, prices),
    }
