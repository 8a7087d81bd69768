"""What webhooks are told of a write, and when what did not arrive is tried again. Pure."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.records.change import BudgetSpent
from shared.records.gate import Reason
from shared.records.run import HistoryEntry, Run, Status
from shared.records.webhook import News
from shared.runs.codes import FailureCode
from shared.runs.counting import failure_code
from shared.runs.timeline import Event, events, told_code
from shared.runs.timing import DAY, HOUR, MINUTE, SECOND

RETRIES = (
    *(5 * SECOND, 5 * MINUTE, 30 * MINUTE),
    *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24)),
)
"""After the first try, and after each that follows it."""
LONGEST_WAIT = 24 * HOUR
GIVEN_UP_AFTER = 5 * DAY
"""A webhook with no success for so long is disabled."""
PERCENTS = (80, 100)
_ENDS = {
    Status.SUCCEEDED: News.SUCCEEDED,
    Status.FAILED: News.FAILED,
    Status.CANCELLED: News.CANCELLED,
    Status.WAITING: News.WAITING,
}
_BLOCKED = frozenset(Reason) - {Reason.WORKER_DISABLED}


@dataclass(frozen=True, slots=True)
class Told:
    """Something to be told. `name` is the same whenever it is found again; `at` its moment (ms);
    `is_kept`: it may never be told again.
    """

    news: News
    name: str
    org_id: str
    at: int
    data: Mapping[str, Any]
    run_id: str | None = None
    workflow: str | None = None
    is_kept: bool = False

    def delivery_id(self, webhook_id: str) -> str:
        return str(uuid.uuid5(uuid.UUID(webhook_id), self.name))

    def body(self) -> str:
        """As it is sent: the same bytes at every try."""
        return body_of(self.news, self.at, self.data)


def body_of(news: str, at: int, data: Mapping[str, Any]) -> str:
    moment = datetime.fromtimestamp(at / 1_000, UTC).isoformat(timespec="milliseconds")
    body = {"type": news, "timestamp": moment.replace("+00:00", "Z"), "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def told_of_run(before: Run | None, after: Run) -> Iterator[Told]:
    """What a write of a run tells: by its new history entries, so whoever wrote it."""
    history = events(after)
    for event in history[before.version if before else 0 :]:
        news = _news(event, history)
        if news is not None:
            data = {
                "run_id": after.id,
                "org_id": after.org_id,
                "workflow": after.workflow,
                "status": event.entry.to,
                "code": _code(news, event.entry),
            }
            name = f"{after.id}#{event.seq}"
            at, workflow = event.entry.at, after.workflow
            yield Told(news, name, after.org_id, at, data, after.id, workflow)


def told_of_budget(spent: BudgetSpent, now: int) -> Iterator[Told]:
    """That a budget has reached a mark: once a span, by its name."""
    kind, _, name = spent.scope.partition(":")
    for percent in PERCENTS:
        is_reached = spent.after > 0 and 100 * spent.after >= percent * spent.limit
        was_reached = (
            spent.limit_before == spent.limit and 100 * spent.before >= percent * spent.limit
        )
        if is_reached and not (was_reached and spent.before > 0):
            yield Told(
                News.BUDGET,
                f"{spent.scope}#{spent.span}#{percent}",
                spent.org_id,
                now,
                {"org_id": spent.org_id, "scope": spent.scope, "percent": percent},
                workflow=name if kind == "workflow" else None,
                is_kept=True,
            )


def next_try(tries: int, now: int, luck: float, retry_after: int | None) -> int | None:
    """When (ms) the next try comes after `tries` of them; None when it was the last.

    `luck` from 0 to 1 takes up to a tenth off; `retry_after` (ms) is what the receiver asked for.
    """
    if tries > len(RETRIES):
        return None
    wait = int(RETRIES[tries - 1] * (1 - luck / 10))
    return now + max(wait, min(retry_after or 0, LONGEST_WAIT))


def _news(event: Event, history: list[Event]) -> News | None:
    entry = event.entry
    if entry.to in _ENDS:
        return _ENDS[entry.to] if entry.to is not event.before else None
    if entry.to is not Status.QUEUED or entry.code not in _BLOCKED:
        return None
    earlier = history[event.seq - 2].entry if event.seq > 1 else None
    goes_on = earlier is not None and (earlier.to, earlier.code) == (entry.to, entry.code)
    return None if goes_on else News.BLOCKED


def _code(news: News, entry: HistoryEntry) -> str | None:
    if news is News.FAILED:
        return failure_code(told_code(entry))
    if news is News.BLOCKED:
        return str(entry.code).lower()
    return entry.code if entry.code in set(FailureCode) else None
