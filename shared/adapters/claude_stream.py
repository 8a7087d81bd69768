"""Reads a streamed answer to its end, within its time and only while somebody wants it.

The SDK hides pings from whoever iterates its events, so interest is asked at the bytes below them; and its timeouts are of single
reads, so an alarm bounds them all. Importing this module imports the SDK; only the worker may.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import anthropic
import httpx2
from anthropic.types import RawMessageStreamEvent

from shared.adapters.claude_errors import CUT_OFF, LLM_ERROR
from shared.errors import TransientFailure
from shared.ports import ModelAnswer
from shared.runs.records import TokenUsage


@contextmanager
def watched(response: httpx2.Response, deadline: float, still_wanted: Callable[[], None]) -> Iterator[None]:
    """Ask `still_wanted` at every piece of the body, and hang up at the deadline (monotonic seconds), even on a silent peer."""
    body = _WatchedBody(response, still_wanted)
    response.stream = body
    alarm = threading.Timer(max(0.0, deadline - time.monotonic()), body.hang_up)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


class _WatchedBody(httpx2.SyncByteStream):
    def __init__(self, response: httpx2.Response, still_wanted: Callable[[], None]) -> None:
        self._body: Any = response.stream
        self._network = response.extensions.get("network_stream")
        self._still_wanted = still_wanted
        self._lock = threading.Lock()
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._body:
            self._still_wanted()
            yield piece

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._body.close()

    def hang_up(self) -> None:
        """End the read that the other thread is blocked in; closing a file descriptor would not."""
        connection = self._network.get_extra_info("socket") if self._network else None
        # Under the lock, as a body that is closed may have given its connection to another call.
        with self._lock:
            if connection is None or self._closed:
                return
            try:
                # Not SSLSocket's own shutdown, which takes the TLS state away from under the reader.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:
                self._closed = True


def read_answer(stream: anthropic.Stream[RawMessageStreamEvent], asked_model: str) -> ModelAnswer:
    """The whole answer. Raises TransientFailure when the stream ends before it says so."""
    text: list[str] = []
    model, stop_reason, usage, complete = asked_model, None, TokenUsage(), False
    for event in stream:
        match event.type:
            case "message_start":
                model, usage = event.message.model or asked_model, _with_usage(usage, event.message.usage)
            case "content_block_start" if event.content_block.type == "text":
                text.append(event.content_block.text)
            case "content_block_delta" if event.delta.type == "text_delta":
                text.append(event.delta.text)
            case "message_delta":
                stop_reason, usage = event.delta.stop_reason or stop_reason, _with_usage(usage, event.usage)
            case "message_stop":
                complete = True
    if not complete or stop_reason is None:
        raise TransientFailure(LLM_ERROR, CUT_OFF)
    return ModelAnswer("".join(text), model, stop_reason, usage)


def _with_usage(so_far: TokenUsage, said: Any) -> TokenUsage:
    """Each event's counts are totals; one that an event does not carry stands."""
    named = {
        "input_tokens": getattr(said, "input_tokens", None),
        "output_tokens": getattr(said, "output_tokens", None),
        "cache_read_tokens": getattr(said, "cache_read_input_tokens", None),
        "cache_write_tokens": getattr(said, "cache_creation_input_tokens", None),
    }
    return replace(so_far, **{name: count for name, count in named.items() if count is not None})
