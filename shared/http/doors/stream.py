"""A run's events as server-sent events: one answer of a stream that the client takes up again."""

import json
import re

from shared.errors import InvalidRequest
from shared.http.call import Call
from shared.http.views import event_views
from shared.records.run import Run

RETRY_MS = 1_000
"""After so long an EventSource comes back."""
_SEQ = re.compile(r"\d{1,9}", re.ASCII)


def last_seen(call: Call, after: int) -> int:
    """The seq of the last event that the client has: what its EventSource says, else `after`.

    Raises InvalidRequest for a Last-Event-ID that is no seq.
    """
    said = call.headers.get("last-event-id", "").strip()
    if not said:
        return after
    if not _SEQ.fullmatch(said):
        raise InvalidRequest("Last-Event-ID must be the id of an event of this stream.")
    return int(said)


def has_nothing_left(run: Run, seen: int) -> bool:
    """Whether the run has ended and the client has its last event. A retry opens it again."""
    return run.is_terminal and seen >= run.version


def as_stream(run: Run, seen: int) -> str:
    """The events after `seen`, a comment where there are none, and the end of an ended run.

    The end has data, because browsers drop an event that has none, and no id of its own, so the
    last event's stays the one that the client comes back with.
    """
    parts = []
    for event in event_views(run, seen):
        data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        parts.append(f"id: {event['seq']}\nevent: {event['to']}\ndata: {data}\n\n")
    if run.is_terminal:
        parts.append("event: end\ndata: {}\n\n")
    # In the first event's block: some clients take a block of its own for an event.
    return f"retry: {RETRY_MS}\n" + ("".join(parts) or ": nothing new\n\n")
