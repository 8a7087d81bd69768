"""Reads a streamed answer to its end, within its time and only while somebody wants it.

The SDK hides pings from whoever iterates its events, so interest is asked at the bytes below them;
and its timeouts are of single reads, so an alarm bounds them all. Importing this module imports the
SDK; only the worker may.
"""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import anthropic
import httpx2
from anthropic.types import RawMessageStreamEvent

from shared.adapters.claude_errors import CUT_OFF, LLM_ERROR, translate
from shared.errors import EntryRefused, TransientFailure
from shared.records.money import TokenUsage
from shared.runs.model import CallMark, Heard, ModelAnswer, StopReason

STOP_REASONS: Mapping[str, StopReason] = {
    "end_turn": StopReason.COMPLETE,
    "stop_sequence": StopReason.COMPLETE,
    "max_tokens": StopReason.OUTPUT_LIMIT,
    "model_context_window_exceeded": StopReason.CONTEXT_LIMIT,
    "tool_use": StopReason.UNFINISHED,
    "pause_turn": StopReason.UNFINISHED,
    "refusal": StopReason.REFUSED,
}
"""The API's words for why an answer ended; one that is not here is taken for unfinished."""
_WORD = re.compile(r"[a-z_]{1,40}")


@contextmanager
def watched(
    response: httpx2.Response, deadline: float, still_wanted: Callable[[], None]
) -> Iterator[None]:
    """Ask `still_wanted` at every piece of the body, and hang up at the deadline (monotonic
    seconds), even on a silent peer.
    """
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
                # Not SSLSocket's own shutdown, which takes the TLS state away from under the
                # reader.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:
                self._closed = True


def read_answer(
    stream: anthropic.Stream[RawMessageStreamEvent],
    asked_model: str,
    heard: Callable[[Heard], None],
) -> ModelAnswer:
    """The whole answer. Raises TransientFailure for a stream that ends before it."""
    text: list[str] = []
    so_far, stop, category, complete = Heard(asked_model, TokenUsage()), None, None, False
    for event in _refused_only_before_output(stream):
        match event.type:
            case "message_start":
                so_far = _after(so_far, event.message.usage, event.message.model)
                heard(so_far)
            case "content_block_start" if event.content_block.type == "text":
                text.append(event.content_block.text)
            case "content_block_delta" if event.delta.type == "text_delta":
                text.append(event.delta.text)
            case "message_delta":
                stop = event.delta.stop_reason or stop
                category = _category(event.delta) or category
                so_far = _after(so_far, event.usage)
                heard(so_far)
            case "message_stop":
                complete = True
    if not complete or stop is None:
        raise TransientFailure(LLM_ERROR, CUT_OFF, may_be_billed=True)
    return ModelAnswer(
        "".join(text),
        so_far.model,
        STOP_REASONS.get(stop, StopReason.UNFINISHED),
        so_far.usage,
        category,
        so_far.terms,
        _mark(stream.response.headers),
    )


def _refused_only_before_output(
    stream: anthropic.Stream[RawMessageStreamEvent],
) -> Iterator[RawMessageStreamEvent]:
    """The stream's events. An overload is a refused entry until the first output; after it, an
    answer that broke off.
    """
    has_output = False
    try:
        for event in stream:
            has_output = has_output or event.type == "content_block_delta"
            yield event
    except anthropic.APIStatusError as exc:
        failure = translate(exc)
        if has_output and isinstance(failure, EntryRefused):
            raise TransientFailure(LLM_ERROR, CUT_OFF, may_be_billed=True) from exc
        raise failure from exc


def _category(delta: Any) -> str | None:
    """What a refusal is about. The explanation beside it may speak of the patient, so it is left
    where it is.
    """
    said = getattr(getattr(delta, "stop_details", None), "category", None)
    return said if isinstance(said, str) and _WORD.fullmatch(said) else None


def _after(so_far: Heard, said: Any, model: str | None = None) -> Heard:
    """Each event's counts are totals; one that an event does not carry stands."""
    counts = {
        "input_tokens": getattr(said, "input_tokens", None),
        "output_tokens": getattr(said, "output_tokens", None),
        "cache_read_tokens": getattr(said, "cache_read_input_tokens", None),
        "cache_write_tokens": getattr(said, "cache_creation_input_tokens", None),
        "thinking_tokens": getattr(
            getattr(said, "output_tokens_details", None), "thinking_tokens", None
        ),
    }
    terms = {
        "geography": getattr(said, "inference_geo", None),
        "tier": getattr(said, "service_tier", None),
        "hour_write_tokens": getattr(
            getattr(said, "cache_creation", None), "ephemeral_1h_input_tokens", None
        ),
    }
    return Heard(
        model or so_far.model,
        replace(
            so_far.usage, **{name: count for name, count in counts.items() if count is not None}
        ),
        replace(so_far.terms, **{name: said for name, said in terms.items() if said is not None}),
    )


def _mark(headers: Mapping[str, str]) -> CallMark:
    return CallMark(
        headers.get("request-id") or headers.get("x-amzn-requestid"),
        _whole(headers.get("anthropic-ratelimit-requests-remaining")),
        _whole(headers.get("anthropic-ratelimit-tokens-remaining")),
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
