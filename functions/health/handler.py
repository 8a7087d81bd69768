"""GET /health: no token; whether the service answers and the diagnosis worker is switched on."""

from aws_lambda_powertools.event_handler import Response

from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.responses import success

endpoint = Endpoint()


@endpoint.app.get("/health", responses=responses("`status`, `version`, `worker_enabled`", 200))
def health() -> Response[str]:
    """Touches no store: it says that the function runs, not that everything behind it does."""
    settings = endpoint.services.settings
    data = {"status": "ok", "version": settings.service_version, "worker_enabled": settings.worker_enabled}
    return success(endpoint.request.request_id, data)


handler = endpoint.handler
