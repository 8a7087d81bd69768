"""One request on its socket: writes answers, streams and errors to it, holds it, and notices that
its caller has gone.

Knows HTTP and nothing of scripts: what to send is the behaviour's to decide.
"""

import json
import math
import select
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler
from typing import Any

from local.model.clock import ModelClock
from local.model.wire import RETRY_AFTER_SECONDS, error_body, server_sent_event

PING_SECONDS = 0.5
LIMITS: Mapping[str, str] = {
    "anthropic-ratelimit-requests-remaining": "999",
    "anthropic-ratelimit-tokens-remaining": "1000000",
}


class CallerGone(Exception):
    """The other side has closed the connection, or the server is stopping: nothing more can be
    said.
    """


class Exchange:
    def __init__(
        self,
        handler: BaseHTTPRequestHandler,
        number: int,
        clock: ModelClock,
        holding: Callable[[], AbstractContextManager[None]],
        stopping: Callable[[], bool],
    ) -> None:
        self.number = number
        self.clock = clock
        self._handler = handler
        self._holding = holding
        self._stopping = stopping
        self._chunked = False

    @property
    def message_id(self) -> str:
        return f"msg_offline_{self.number:06}"

    @property
    def request_id(self) -> str:
        return f"req_offline_{self.number:06}"

    def send_json(
        self, status: int, body: Mapping[str, Any], more: Mapping[str, str] | None = None
    ) -> None:
        data = json.dumps(body).encode()
        self._head(
            status,
            {"content-type": "application/json", "content-length": str(len(data))},
            more or {},
        )
        self._write(data)

    def send_error(
        self,
        status: int,
        message: str | None = None,
        error_code: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        """An error; one with a code of its own lasts, so it names no time to try again.
        `retry_after`: so many seconds, in the place of the usual ones.
        """
        body = error_body(status, message, self.request_id, error_code)
        usual = {} if error_code else _retry_after(status)
        asked = usual if retry_after is None else {"retry-after": str(retry_after)}
        self.send_json(status, body, asked)

    def send_part(self, body: Mapping[str, Any]) -> None:
        """Promise the whole body and send half of it."""
        data = json.dumps(body).encode()
        self._head(200, {"content-type": "application/json", "content-length": str(len(data))}, {})
        self._write(data[: len(data) // 2])

    def open_stream(self) -> None:
        self._head(
            200,
            {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"},
            {"transfer-encoding": "chunked"},
        )
        self._chunked = True

    def send_events(self, events: Iterable[Mapping[str, Any]]) -> None:
        self._write(b"".join(_chunk(server_sent_event(event)) for event in events))

    def close_stream(self) -> None:
        self._write(b"0\r\n\r\n")

    def hold(self, until: float = math.inf) -> None:
        """Wait for a moment of stack time, saying pings meanwhile where a stream is open.

        Raises CallerGone.
        """
        last_ping = time.monotonic()

        def cancelled() -> bool:
            nonlocal last_ping
            if self._chunked and time.monotonic() - last_ping >= PING_SECONDS:
                last_ping = time.monotonic()
                self._ping()
            return self._gone()

        with self._holding():
            self.clock.wait_until(until, cancelled)
        if self._gone():
            raise CallerGone

    def drop(self) -> None:
        """Close the connection as a crashed peer would: without a word."""
        self._handler.close_connection = True
        try:
            self._handler.connection.shutdown(socket.SHUT_RDWR)
        except OSError as exc:
            raise CallerGone from exc

    def _gone(self) -> bool:
        if self._stopping():
            return True
        try:
            return (
                self._ready(select.POLLIN)
                and self._handler.connection.recv(1, socket.MSG_PEEK) == b""
            )
        except OSError:
            return True

    def _ping(self) -> None:
        # The clock may be asking under a lock of its own, so a caller who reads nothing must not
        # stop it.
        if self._ready(select.POLLOUT):
            try:
                self._handler.connection.send(_chunk(server_sent_event({"type": "ping"})))
            except OSError:
                self._handler.close_connection = True

    def _ready(self, event: int) -> bool:
        # Not select(), which fails at the thousandth open file.
        poll = select.poll()
        poll.register(self._handler.connection, event)
        return bool(poll.poll(0))

    def _head(self, status: int, headers: Mapping[str, str], more: Mapping[str, str]) -> None:
        self._handler.send_response_only(status)
        said = {**headers, **more, **LIMITS, "request-id": self.request_id}
        for name, value in said.items():
            self._handler.send_header(name, value)
        try:
            self._handler.end_headers()
        except OSError as exc:
            raise CallerGone from exc

    def _write(self, data: bytes) -> None:
        try:
            self._handler.wfile.write(data)
        except OSError as exc:
            raise CallerGone from exc


def _retry_after(status: int) -> dict[str, str]:
    return (
        {"retry-after": str(RETRY_AFTER_SECONDS[status])} if status in RETRY_AFTER_SECONDS else {}
    )


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
