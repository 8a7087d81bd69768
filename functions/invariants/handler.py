"""GET /health/invariants: open runs, those past their bound, and states that should not be."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action, Role
from shared.http.call import Call
from shared.http.endpoint import Endpoint
from shared.http.responses import ok
from shared.http.views import time
from shared.runs.health import HealthSeen

endpoint = Endpoint(Action.READ_INVARIANTS)


@endpoint.get("/health/invariants")
def invariants(call: Call) -> Response[str]:
    """Counts of the caller's organisation, of all for `system`, as of the last whole inspection; no
    run is named.
    """
    is_system = call.caller.has(Role.SYSTEM)
    return ok(call, _view(call.services.health.of(None if is_system else call.caller.org_id)))


def _view(seen: HealthSeen) -> dict[str, Any]:
    return {**asdict(seen.health), "at": None if seen.at is None else time(seen.at)}


handler = endpoint.handler
