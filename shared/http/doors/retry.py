"""Retrying a failed run: once under an Idempotency-Key, whatever has become of it since."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.errors import ValidationFailed
from shared.http.authorize import admit, readable_run, require_worker
from shared.http.call import Call
from shared.http.doors.projects import input_of_now
from shared.http.doors.records import changed_record_warning
from shared.http.doors.runs import any_run
from shared.http.models import MICRO, Attempts, Body, Dollars, micro
from shared.http.responses import REPLAYED, ok
from shared.http.waiting import waited
from shared.records.run import Run
from shared.runs.codes import FailureCode
from shared.runs.transitions import Retry
from shared.workflows.definitions import ANALYSIS


class RetryRun(Body):
    """`max_cost_usd`, where it is higher, raises what the run may spend; `refresh` begins again at
    the first step, with the record as it is now.
    """

    max_cost_usd: Dollars | None = None
    max_attempts: Attempts | None = None
    refresh: bool = False


def retry_run(call: Call, run: Run, body: RetryRun) -> Response[str]:
    """At least one more attempt.

    Raises IdempotencyKeyReused, RateLimited, WorkerDisabled, ValidationFailed, and Conflict unless
    the run has failed.
    """
    key, artifacts = call.key(), call.services.artifacts
    if key.repeatable and call.services.projects.is_taken(key.id):
        artifacts.use_key(key.id, key.fingerprint, run.id)

    def move(one: Run) -> Run:
        admit(call)
        require_worker(call, one)
        document, asked = _asked(call, one, body)
        if key.repeatable:
            artifacts.use_key(key.id, key.fingerprint, one.id)
        op, person = call.operation(), call.caller.user_id
        return call.services.commands.retry(one, person, asked, op, document=document)

    retried, is_own = call.moved_once(run, move)
    view = {"run": any_run(call, waited(call, retried, readable_run))}
    return ok(call, view, 202) if is_own else ok(call, view, 200, REPLAYED)


def retry_as(call: Call, run: Run, body: RetryRun, op: str) -> Run:
    """The retry alone, under the name `op`: no quota, no key, no answer.

    Raises WorkerDisabled, ValidationFailed, and Conflict unless the run has failed.
    """
    require_worker(call, run)
    document, asked = _asked(call, run, body)
    return call.services.commands.retry(run, call.caller.user_id, asked, op, document=document)


def _asked(call: Call, run: Run, body: RetryRun) -> tuple[Any, Retry]:
    """(a new input or None, what else is wanted)."""
    held, wanted = run.attributes.get("max_cost"), micro(body.max_cost_usd)
    if held is not None and wanted is not None and wanted < held:
        raise ValidationFailed.of(
            "body.max_cost_usd", f"is less than the {held / MICRO} that the run may spend already"
        )
    document: Any = None
    facts: dict[str, Any] = {}
    if run.workflow == ANALYSIS.name and run.error_code == FailureCode.NO_INPUTS:
        document, facts = input_of_now(call, run)
    asked = Retry(
        max_attempts=body.max_attempts,
        max_cost=wanted,
        refresh=body.refresh,
        warning=None if body.refresh else changed_record_warning(call, run),
        facts=facts,
    )
    return document, asked
