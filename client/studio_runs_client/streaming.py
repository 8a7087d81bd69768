"""A run's events as they happen, none lost and none twice, whatever happens to the connection or
the server.

An HTTP API cannot stream: `GET /runs/{runId}/stream` answers with what there is, or at the next
event, in the form of server-sent events, and closes. So this is an EventSource: what was seen is
the seq of the last event that was given out; each request asks for what comes after it, and 204
says that the run has ended and that there is nothing more.
"""

import json
import time
from collections.abc import Callable, Iterator

from studio_runs_client.errors import ConnectionFailed, RateLimited, ServerFault
from studio_runs_client.models import Event
from studio_runs_client.transport import Transport

TERMINAL = frozenset({"succeeded", "failed", "cancelled"})
_NOTHING_LEFT = 204
_PAUSE_SECONDS = 1.0


def events_of(
    transport: Transport,
    run_id: str,
    *,
    after: int = 0,
    give_up_after: float = 300.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Event]:
    """Every event after the seq `after`, until the run has ended. Raises ConnectionFailed when
    nothing answered for so many seconds.
    """
    seen, silent_since = after, time.monotonic()
    while True:
        headers = {"accept": "text/event-stream", "Last-Event-ID": str(seen)}
        try:
            response = transport.raw("GET", f"/runs/{run_id}/stream", headers)
        except (ConnectionFailed, ServerFault, RateLimited):
            if time.monotonic() - silent_since > give_up_after:
                raise
            sleep(_PAUSE_SECONDS)
            continue
        silent_since = time.monotonic()
        if response.status_code == _NOTHING_LEFT:
            return
        for event in parsed(response.text):
            if event.seq > seen:
                seen = event.seq
                yield event


def parsed(text: str) -> Iterator[Event]:
    """The events of a `text/event-stream`; its end, its comments and what is cut off are none."""
    for block in text.split("\n\n")[:-1]:
        fields = [line.partition(": ") for line in block.split("\n")]
        found = {name: value for name, _, value in fields if name}
        if found.get("id") and "data" in found:
            yield Event.model_validate(json.loads(found["data"]))
