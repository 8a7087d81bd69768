"""Advancing an orchestration over HTTP, and saying what it led to."""

import hashlib

from aws_lambda_powertools.event_handler import Response

from shared.http.doors import after_wait, settled
from shared.http.endpoint import Endpoint
from shared.http.request import Request
from shared.http.runs import NextPhase, current_phase
from shared.runs.records import Run, Status


def advance(endpoint: Endpoint, run: Run, body: NextPhase) -> Response[str]:
    """One phase on. Raises Conflict unless the run waits at a gate that nobody else has moved it from."""
    request, before = endpoint.request, current_phase(run)
    op = _operation(request)
    repeated = any(entry.op == op for entry in run.history)
    if not repeated:
        endpoint.admit()
        run = endpoint.services.commands.advance(run, request.who.user_id, op, skip_validation=body.skip_validation)
    run = after_wait(endpoint, run)
    seen_end = request.wait_seconds > 0 and settled(run)
    after = current_phase(run) if seen_end else before
    data = {
        "run_id": run.id,
        "previous_phase": before,
        "current_phase": after,
        "status": run.status,
        "message": _message(run, before, after),
    }
    return endpoint.ok(data, 200 if seen_end else 202)


def _operation(request: Request) -> str:
    """The name of this request's write: the same for a repetition under the same Idempotency-Key."""
    if request.idempotency_key is None:
        return request.request_id[:24]
    text = f"{request.who.user_id}\x1f{request.idempotency_key}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _message(run: Run, before: str | None, after: str | None) -> str:
    if run.status is Status.SUCCEEDED:
        return f"Finished {before}, the last phase"
    if run.status is Status.FAILED:
        return f"Failed in {before}"
    if run.status is Status.WAITING and before == after:
        return f"Blocking checks failed in {before}"
    return f"Advanced from {before} to {after}" if before != after else f"Executing {before}"
