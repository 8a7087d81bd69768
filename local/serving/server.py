"""An HTTP/1.1 server on 127.0.0.1, a thread per connection, for one function from request to
response. Knows nothing of APIs.
"""

import logging
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.errors import LocalStackError
from local.serving.messages import Request, Response, message

READ_LIMIT = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_log = logging.getLogger(__name__)
Handle = Callable[[Request], Response]


class HttpServer(ThreadingHTTPServer):
    """Bound on creation, so that its port is known before it serves; who connects earlier waits."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True
    handle: Handle
    _serving = False

    def __init__(self, port: int) -> None:
        try:
            super().__init__(("127.0.0.1", port), _Connection)
        except OSError as exc:
            raise LocalStackError(
                f"port {port} of 127.0.0.1 cannot be used: {exc.strerror}"
            ) from exc

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def start(self, handle: Handle) -> None:
        self.handle = handle
        threading.Thread(
            target=self.serve_forever, args=(0.05,), name=f"server {self.server_port}", daemon=True
        ).start()
        self._serving = True

    def rest(self) -> None:
        """Answers nothing more, but keeps its port; a request under way goes on in its thread."""
        if self._serving:
            self.shutdown()
            self._serving = False

    def stop(self) -> None:
        self.rest()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        gone = isinstance(sys.exception(), ConnectionError | TimeoutError)
        _log.log(
            logging.DEBUG if gone else logging.ERROR, "a request could not be served", exc_info=True
        )


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 300
    server: HttpServer

    def __getattr__(self, name: str) -> Any:
        """http.server looks for do_GET and so on; every method is served alike."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            self._refuse(413, "Request Entity Too Large")
            return
        request = Request(
            self.command,
            self.path,
            self.headers.items(),
            body,
            str(self.client_address[0]),
            self.request_version,
        )
        self._send(self.server.handle(request))

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        named = {name.lower() for name, _ in response.headers}
        if "date" not in named:
            self.send_header("Date", self.date_time_string())
        if response.status != 204 and "content-length" not in named:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD" and response.status != 204:
            self.wfile.write(response.body)
        self.wfile.flush()

    def _body(self) -> bytes | None:
        """None when it is far beyond any limit, or its length makes no sense."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunked()
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > READ_LIMIT:
            return None
        return self.rfile.read(int(length))

    def _chunked(self) -> bytes | None:
        body = b""
        while len(body) <= READ_LIMIT:
            size = self.rfile.readline(_CHUNK).partition(b";")[0].strip()
            try:
                length = int(size, 16)
            except ValueError:
                return None
            body += self.rfile.read(length)
            self.rfile.readline(_CHUNK)
            if length == 0:
                return body
        return None

    def handle_expect_100(self) -> bool:
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server itself refuses, such as a malformed request line, in the form of
        everything else here.
        """
        self.command = getattr(self, "command", None) or "GET"
        self._refuse(code, "Bad Request")

    def _refuse(self, status: int, text: str) -> None:
        self.close_connection = True
        self._send(message(status, text, [("Connection", "close")]))

    def log_message(self, format: str, *args: Any) -> None:
        """Paths hold ids, and the functions log what matters."""
