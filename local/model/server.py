"""The offline model: a server on 127.0.0.1 that speaks the Messages API, so that the real SDK is
exercised without a key.

It answers from what it was sent and does what its script says. It must never know the run, the
store or the stack around it: only the requests it gets and the clock it was given. Alone:
`python -m local.model.server --port N`.
"""

import argparse
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.model.answers import COMPOSERS, Composers, compose
from local.model.caching import PromptCache
from local.model.clock import ModelClock, RealClock
from local.model.exchange import CallerGone, Exchange
from local.model.request import (
    Refused,
    check_headers,
    parse_body,
    read_call,
)
from local.model.script import Line, Scene, ok, parse_script
from local.model.till import Bill, Till
from local.model.wire import Reply
from shared.records.money import TokenUsage

MAX_RECORDED = 1_000
_MESSAGES = "/v1/messages"


class OfflineModel:
    """A clock that is not given is the real one; `port` 0 takes a free one."""

    def __init__(
        self, clock: ModelClock | None = None, *, port: int = 0, composers: Composers = COMPOSERS
    ) -> None:
        self.clock: ModelClock = clock or RealClock()
        self._composers = composers
        self._lock = threading.Lock()
        self._script: deque[Line] = deque()
        self._requests = self._calls = self._waiting = 0
        self._till = Till()
        self._cache = PromptCache(self.clock.now)
        self._record: deque[dict[str, Any]] = deque(maxlen=MAX_RECORDED)
        self._stopping = threading.Event()
        self._port = port
        self.url = ""
        self._server: _Server | None = None

    def start(self) -> str:
        """The base URL to give to the SDK."""
        self._stopping.clear()
        self._server = _Server(("127.0.0.1", self._port), self)
        threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="offline-model", daemon=True
        ).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self.url

    def stop(self) -> None:
        """Ends at once every call that it holds, and returns when all threads are done."""
        self._stopping.set()
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.hang_up()
            server.server_close()

    def script(self, script: object) -> None:
        """Replace what the next calls meet; afterwards `ok`.

        Raises ValueError for an unknown word, and changes nothing.
        """
        parsed = parse_script(script)
        with self._lock:
            self._script = parsed

    def status(self) -> dict[str, int]:
        with self._lock:
            return {"calls": self._calls, "remaining": len(self._script)}

    def billed_microusd(self) -> int:
        """What all answers that it began would have been billed, in micro-dollars."""
        return self._till.microusd()

    def waiting(self) -> int:
        """How many calls are being held: by `timeout`, `hang` or `slow`."""
        with self._lock:
            return self._waiting

    def totals(self) -> dict[str, int]:
        """What all answers since the start would have been billed; one lost on its way is, one
        refused or held for ever is not.
        """
        tokens = self._till.tokens()
        return {"input_tokens": tokens.input_tokens, "output_tokens": tokens.output_tokens}

    @property
    def record(self) -> list[dict[str, Any]]:
        """The last thousand bodies that asked for a message, oldest first."""
        with self._lock:
            return list(self._record)

    def serve(self, handler: BaseHTTPRequestHandler, raw: bytes) -> None:
        """Answer one request. Raises CallerGone when there is nobody to answer any more."""
        path = handler.path.partition("?")[0]
        exchange = Exchange(
            handler, self._number(path), self.clock, self._holding, self._stopping.is_set
        )
        try:
            _check_route(handler.command, path)
            check_headers({name.lower(): value for name, value in handler.headers.items()})
            body = parse_body(raw)
            if path == _MESSAGES:
                self._answer(exchange, body)
            else:
                exchange.send_json(
                    200, {"input_tokens": read_call(body, counting=True).input_tokens}
                )
        except Refused as refused:
            exchange.send_error(refused.status, refused.message)

    def _answer(self, exchange: Exchange, body: dict[str, Any]) -> None:
        # Before it is checked: what was sent is what a test wants to see of a refused request, too.
        with self._lock:
            self._record.append(body)
        call = read_call(body)
        with self._lock:
            line = self._script[0] if self._script else Line(ok, forever=True)
            if not line.forever:
                self._script.popleft()

        def billed(reply: Reply) -> None:
            self._bill(exchange.number, reply)

        def cached(reply: Reply) -> Reply:
            read, written = self._cache.use(call.beginnings)
            return replace(
                reply,
                input_tokens=call.input_tokens - read - written,
                cache_read_tokens=read,
                cache_write_tokens=written,
                geography=call.geography,
            )

        line.behave(Scene(call, exchange, compose(call, self._composers), billed, cached))

    def _number(self, path: str) -> int:
        with self._lock:
            self._requests += 1
            self._calls += path == _MESSAGES
            return self._requests

    def _bill(self, number: int, reply: Reply) -> None:
        usage = TokenUsage(
            reply.input_tokens,
            reply.output_tokens,
            reply.cache_read_tokens,
            reply.cache_write_tokens,
        )
        self._till.bill(number, Bill(reply.model, usage, reply.geography), self.clock.now())

    @contextmanager
    def _holding(self) -> Iterator[None]:
        with self._lock:
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1


def _check_route(method: str, path: str) -> None:
    if path not in (_MESSAGES, f"{_MESSAGES}/count_tokens"):
        raise Refused(404)
    if method != "POST":
        raise Refused(405)


class _Server(ThreadingHTTPServer):
    # Closing waits for every thread, so that nothing of a stopped server is left to surprise the
    # next one.
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], model: OfflineModel) -> None:
        self.model = model
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Wake the threads that wait for a next request on a connection kept alive, so that they
        end.
        """
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                self._open.discard(connection)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 300
    server: _Server

    def do_POST(self) -> None:
        try:
            self.server.model.serve(
                self, self.rfile.read(int(self.headers.get("content-length") or 0))
            )
        except (CallerGone, ConnectionError):
            self.close_connection = True

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: what is asked here is patient data."""


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for the Messages API, offline")
    parser.add_argument("--port", type=int, default=4010)
    model = OfflineModel(port=parser.parse_args().port)
    print(f"offline model {model.start()}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        model.stop()


if __name__ == "__main__":
    main()
