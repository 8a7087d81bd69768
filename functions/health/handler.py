"""GET /health: no token; whether the service answers and the diagnosis worker is switched on."""

from aws_lambda_powertools.event_handler import Response

from shared.http.call import Call
from shared.http.endpoint import Endpoint
from shared.http.responses import ok
from shared.runs.prices import age_days

endpoint = Endpoint()


@endpoint.get("/health")
def health(call: Call) -> Response[str]:
    """Touches no store: it says that the function runs, not that everything behind it does."""
    settings = call.services.settings
    data = {
        "status": "ok",
        "version": settings.service_version,
        "worker_enabled": settings.worker_enabled,
        "prices_age_days": age_days(call.services.clock.now_ms()),
    }
    return ok(call, data)


handler = endpoint.handler
