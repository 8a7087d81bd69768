"""Advancing an orchestration, and saying what it led to."""

from aws_lambda_powertools.event_handler import Response

from shared.errors import IdempotencyKeyReused
from shared.http.authorize import admit, readable_run
from shared.http.call import Call
from shared.http.models import Body
from shared.http.responses import REPLAYED, ok
from shared.http.views import current_phase
from shared.http.waiting import settled, waited
from shared.records.run import HistoryEntry, Run, Status
from shared.runs.codes import EventCode
from shared.workflows.definitions import ORCHESTRATION


class NextPhase(Body):
    skip_validation: bool = False


def advance(call: Call, run: Run, body: NextPhase) -> Response[str]:
    """One phase on.

    Raises Conflict unless the run waits at a gate that nobody else has moved it from.

    Repeated under its Idempotency-Key it moves nothing, and tells what became of the phase that it
    set going.
    """

    def move(one: Run) -> Run:
        admit(call)
        op, skips = call.operation(), body.skip_validation
        commands = call.services.commands
        return commands.advance(one, call.caller.user_id, op, skip_validation=skips)

    moved, is_own = call.moved_once(run, move)
    made = call.moved(moved)
    _require_same(made, body)
    run = waited(call, moved, readable_run)
    return _told(call, run, _set_going(run, made.op if made else None), repeated=not is_own)


def _require_same(made: HistoryEntry | None, body: NextPhase) -> None:
    """Raise IdempotencyKeyReused where another call than this very one moved the run under its
    key.
    """
    if made is not None and (made.code == EventCode.SKIP_VALIDATION) != body.skip_validation:
        raise IdempotencyKeyReused


def _set_going(run: Run, op: str | None) -> str | None:
    """The phase that the write of this name gave to the worker: the first that was not finished
    then.
    """
    finished: set[str | None] = set()
    for entry in run.history:
        if entry.op == op:
            break
        if entry.code is None:
            finished.add(entry.step)
    return next((name for name in ORCHESTRATION.steps if name not in finished), None)


def _told(call: Call, run: Run, before: str | None, *, repeated: bool) -> Response[str]:
    """202 while the phase is being executed, and 200 where what came of it was seen."""
    seen_end = (repeated or call.wait_seconds > 0) and settled(run)
    after = current_phase(run) if seen_end or repeated else before
    data = {
        "run_id": run.id,
        "previous_phase": before,
        "current_phase": after,
        "status": run.status,
        "message": _message(run, before, after),
    }
    status = 200 if seen_end or repeated or after != before else 202
    return ok(call, data, status, REPLAYED if repeated else {})


def _message(run: Run, before: str | None, after: str | None) -> str:
    if run.status is Status.SUCCEEDED:
        return f"Finished {after}, the last phase"
    if run.status in (Status.FAILED, Status.CANCELLED):
        return f"{run.status.capitalize()} in {after}"
    if before != after:
        return f"Advanced from {before} to {after}"
    return (
        f"Blocking checks failed in {before}"
        if run.status is Status.WAITING
        else f"Executing {before}"
    )
