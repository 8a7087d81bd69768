"""What a change of a run, or of its call ledger, adds to the counts of its organisation. Pure.

All counts are sums over entries, so a recount of all runs gives the same: `recounted` is that.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from shared.records.counts import OPEN, Tally
from shared.records.money import LedgerEntry
from shared.records.run import OPEN as OPEN_STATUSES
from shared.records.run import Run, Status
from shared.runs.codes import EventCode, FailureCode
from shared.runs.timeline import Event, events
from shared.runs.timing import SECOND
from shared.runs.why import Why, why

_PASSING = frozenset(
    {
        *(Why.STARTING, Why.START_AT, Why.BACKOFF),
        *(Why.MODEL_CALL, Why.STEP, Why.LOST_WORKER, Why.ENDED),
    }
)
"""Reasons that time changes without a write, so no stream could count them."""


def day_of(at: int) -> str:
    """The UTC day of a moment (ms)."""
    return datetime.fromtimestamp(at / SECOND, UTC).date().isoformat()


def tallies(before: Run | None, after: Run) -> Iterator[Tally]:
    """What a write of a run adds: its new history entries on their days, and where it now stands.

    `before`: the run as it was, None when it was created, or when that cannot be read.
    """
    for event in events(after)[before.version if before else 0 :]:
        names = _of_event(after.workflow, event)
        if names:
            yield Tally(after.org_id, day_of(event.entry.at), names)
    moved = Counter(_standing(after))
    moved.subtract(Counter(_standing(before)) if before else {})
    changed = {name: number for name, number in moved.items() if number}
    if changed:
        yield Tally(after.org_id, OPEN, changed)


def ledger_tally(run: Run, before: LedgerEntry | None, after: LedgerEntry) -> Tally | None:
    """What a line of the run's call ledger adds to the cost of the day on which it was known."""
    added = after.usage.cost - (before.usage.cost if before else 0)
    if not added or after.known_at is None:
        return None
    return Tally(run.org_id, day_of(after.known_at), {f"cost|{run.workflow}": added})


def recounted(runs: Iterable[tuple[Run, Iterable[LedgerEntry]]]) -> dict[tuple[str, str], Counter]:  # type: ignore[type-arg]
    """All counts, by organisation and day, from runs and the lines of their ledgers."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for run, ledger in runs:
        costs = (ledger_tally(run, None, entry) for entry in ledger)
        for tally in [*tallies(None, run), *(cost for cost in costs if cost)]:
            found.setdefault((tally.org_id, tally.day), Counter()).update(tally.counts)
    return found


def _of_event(workflow: str, event: Event) -> dict[str, int]:
    entry, names = event.entry, {}
    if event.before is None:
        names[f"created|{workflow}"] = 1
    if entry.to not in OPEN_STATUSES and entry.to is not event.before:
        names[f"{entry.to}|{workflow}"] = 1
        if entry.to is Status.FAILED:
            names[f"code|{workflow}|{failure_code(entry.code)}"] = 1
    return names


def failure_code(code: str | None) -> str:
    """The contract's: a lost worker has none of its own there."""
    if code is None or code == EventCode.LEASE_LOST:
        return FailureCode.EXECUTION_ERROR
    return code


def _standing(run: Run) -> list[str]:
    """Its status, and the reason why it stands there where that is one which only a write ends."""
    if run.is_terminal:
        return []
    reason = why(run, 0)
    names = [f"{run.status}|{run.workflow}"]
    return names if reason in _PASSING else [*names, f"reason|{run.workflow}|{reason}"]
