"""Advancing an orchestration over HTTP, and saying what it led to."""

import hashlib

from aws_lambda_powertools.event_handler import Response

from shared.errors import IdempotencyKeyReused
from shared.http.doors import after_wait, settled
from shared.http.endpoint import Endpoint
from shared.http.request import Request
from shared.http.runs import NextPhase, current_phase
from shared.runs.codes import EventCode
from shared.runs.records import Run, Status
from shared.workflows.definitions import ORCHESTRATION


def advance(endpoint: Endpoint, run: Run, body: NextPhase) -> Response[str]:
    """One phase on. Raises Conflict unless the run waits at a gate that nobody else has moved it from.

    Repeated under its Idempotency-Key it moves nothing, and tells what became of the phase that it set going.
    """
    request = endpoint.request
    op = _operation(request)
    repeated = _was_made(run, op, body)
    if not repeated:
        endpoint.admit()
        run = endpoint.services.commands.advance(run, request.who.user_id, op, skip_validation=body.skip_validation)
    run = after_wait(endpoint, run)
    return _told(endpoint, run, _set_going(run, op), repeated=repeated)


def _operation(request: Request) -> str:
    """The name of this request's write: the same for a repetition under the same Idempotency-Key."""
    if request.idempotency_key is None:
        return request.request_id[:24]
    text = f"{request.who.user_id}\x1f{request.idempotency_key}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _was_made(run: Run, op: str, body: NextPhase) -> bool:
    """Whether this very request moved the run before. Raises IdempotencyKeyReused when another one did under its key."""
    made = next((entry for entry in run.history if entry.op == op), None)
    if made is not None and (made.code == EventCode.SKIP_VALIDATION) != body.skip_validation:
        raise IdempotencyKeyReused
    return made is not None


def _set_going(run: Run, op: str) -> str | None:
    """The phase that the write of this name gave to the worker: the first that was not finished then."""
    finished: set[str | None] = set()
    for entry in run.history:
        if entry.op == op:
            break
        if entry.code is None:
            finished.add(entry.step)
    return next((name for name in ORCHESTRATION.steps if name not in finished), None)


def _told(endpoint: Endpoint, run: Run, before: str | None, *, repeated: bool) -> Response[str]:
    """202 while the phase is being executed, and 200 where what came of it was seen."""
    seen_end = (repeated or endpoint.request.wait_seconds > 0) and settled(run)
    after = current_phase(run) if seen_end or repeated else before
    data = {
        "run_id": run.id,
        "previous_phase": before,
        "current_phase": after,
        "status": run.status,
        "message": _message(run, before, after),
    }
    replayed = {"Idempotency-Replayed": "true"} if repeated else {}
    return endpoint.ok(data, 200 if seen_end or after != before else 202, replayed)


def _message(run: Run, before: str | None, after: str | None) -> str:
    if run.status is Status.SUCCEEDED:
        return f"Finished {after}, the last phase"
    if run.status in (Status.FAILED, Status.CANCELLED):
        return f"{run.status.capitalize()} in {after}"
    if before != after:
        return f"Advanced from {before} to {after}"
    return f"Blocking checks failed in {before}" if run.status is Status.WAITING else f"Executing {before}"
