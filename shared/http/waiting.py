"""`Prefer: wait=N`: holds the answer until the run has ended or waits for a person, or N seconds
have passed.

What is answered is authorised again: whoever lost the right in the meantime gets what a plain GET
would.
"""

from collections.abc import Callable
from dataclasses import replace

from aws_lambda_powertools.event_handler import Response

from shared.errors import NotReadable, RunUnreadable
from shared.http.authorize import admit
from shared.http.call import MAX_WAIT_SECONDS, Call
from shared.http.responses import ok
from shared.http.views import Json, as_row, unreadable_row
from shared.records.run import Run


def waited(call: Call, run: Run, again: Callable[[Call, str], Run]) -> Run:
    """The run as it is then.

    `again` finds it as a GET of the door does, and raises what that would. Takes a token for a GET.
    """
    return waited_until(call, run, settled, again)


def waited_until(
    call: Call, run: Run, until: Callable[[Run], bool], again: Callable[[Call, str], Run]
) -> Run:
    """The run when `until` says so, or as it is after as long as the call waits; on record."""
    call.looks.at_runs([run])
    if not call.wait_seconds:
        return run
    if call.method == "GET":
        admit(call)
    call.services.reader.wait(run, call.wait_seconds, until)
    return again(call, run.id)


def shown_run(
    call: Call, run_id: str, find: Callable[[Call, str], Run], view: Callable[[Call, Run], Json]
) -> Response[str]:
    """The answer of a GET of one run, once it has waited; of one that this version cannot read, the
    little that is known.
    """
    try:
        run = waited(call, find(call, run_id), find)
    except (NotReadable, RunUnreadable):
        return ok(call, {"run": unreadable_row(run_id)})
    return ok(call, {"run": as_row(run, lambda one: view(call, one))})


def settled(run: Run) -> bool:
    return run.is_terminal or run.awaits_person


def started_status(call: Call, run: Run) -> int:
    """202 for a run that was started, 200 where its end was seen while waiting."""
    return 200 if call.wait_seconds and settled(run) else 202


def patiently(call: Call) -> Call:
    """The call as one that waits as long as any may."""
    return replace(call, wait_seconds=MAX_WAIT_SECONDS)
