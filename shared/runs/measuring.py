"""What writes of runs add to the metrics of a deployment: how many began, ended and were tried
again. Pure.
"""

from collections import Counter
from collections.abc import Iterable

from shared.records.run import Run, Status
from shared.runs.codes import EventCode, FailureCode
from shared.runs.counting import failure_code
from shared.runs.timeline import Event, events, told_code

Counted = Counter[tuple[str, str | None]]
"""How many, by the metric's name and the code that it is split by."""
_ENDS = {Status.SUCCEEDED: "RunsSucceeded", Status.CANCELLED: "RunsCancelled"}
_RETRIED = frozenset({*FailureCode, EventCode.LEASE_LOST, EventCode.RETRY})


def measured(writes: Iterable[tuple[Run | None, Run]]) -> Counted:
    """Of writes as (the run before, None when it was created; the run after).

    A failed attempt that is tried again is a retry by its own code; what a person asks for anew is
    one by the code RETRY.
    """
    counted: Counted = Counter()
    for before, after in writes:
        for event in events(after)[before.version if before else 0 :]:
            counted.update(_of(event))
    return counted


def _of(event: Event) -> list[tuple[str, str | None]]:
    entry = event.entry
    if event.before is None:
        return [("RunsCreated", None)]
    if entry.to is Status.FAILED:
        return [("RunsFailed", failure_code(told_code(entry)))]
    if entry.to in _ENDS and entry.to is not event.before:
        return [(_ENDS[entry.to], None)]
    if entry.to is Status.QUEUED and entry.code in _RETRIED:
        return [("Retries", str(entry.code))]
    return []
