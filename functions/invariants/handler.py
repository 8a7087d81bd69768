"""GET /health/invariants: open runs, those past their bound, and states that should not be."""

from dataclasses import asdict

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.documents import responses
from shared.http.endpoint import Endpoint

endpoint = Endpoint(Action.READ_INVARIANTS)


@endpoint.app.get("/health/invariants", responses=responses("`open_runs`, `past_due`, `violations`", 200))
def invariants() -> Response[str]:
    """Counts over all organisations, by walking the index of open runs only; no run is named."""
    endpoint.request.who  # noqa: B018 - raises Forbidden before anything is read
    return endpoint.ok(asdict(endpoint.services.sweeper.inspect()))


handler = endpoint.handler
