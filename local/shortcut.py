"""Lets AWS clients of this process call the local AWS without a socket between them: a third faster, and the answers are the same.

What a client would send over HTTP becomes the WSGI request that the server would have made of it.
"""

import io
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from urllib3 import HTTPHeaderDict

if TYPE_CHECKING:
    from botocore.client import BaseClient

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Body(io.BytesIO):
    """What botocore expects of a raw response beside reading."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        while part := self.read(65536):
            yield part


@contextmanager
def every_client(finish: Callable[["BaseClient"], "BaseClient"]) -> Iterator[None]:
    """While it lasts, boto3.client(...) finishes each client so. One at a time: its default session is not safe with threads."""
    make, making = boto3.client, threading.Lock()

    def make_one(*args: Any, **kwargs: Any) -> Any:
        with making:
            return finish(make(*args, **kwargs))

    boto3.client = make_one
    try:
        yield
    finally:
        boto3.client = make


def take(client: "BaseClient", endpoint: str, serve: Wsgi) -> None:
    """Answer every request of the client that goes to the endpoint by calling `serve`."""

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        if not request.url.startswith(endpoint):
            return None
        begun: list[Any] = []
        body = b"".join(serve(_environ(request), lambda status, headers, exc_info=None: begun.extend((status, headers))))
        status, headers = begun
        return AWSResponse(request.url, int(status.split()[0]), HTTPHeaderDict(headers), _Body(body))

    client.meta.events.register("before-send", answer)


def _environ(request: AWSPreparedRequest) -> dict[str, Any]:
    url = urlsplit(request.url)
    body = _bytes(request.body)
    headers = {name.upper().replace("-", "_"): _text(value) for name, value in request.headers.items()}
    return {f"HTTP_{name}": value for name, value in headers.items()} | {
        "REQUEST_METHOD": request.method,
        "REQUEST_URI": f"{url.path}?{url.query}" if url.query else url.path,
        "PATH_INFO": url.path,
        "QUERY_STRING": url.query,
        "CONTENT_TYPE": headers.get("CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": url.netloc,
        "SERVER_NAME": str(url.hostname),
        "SERVER_PORT": str(url.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _bytes(body: Any) -> bytes:
    content = body.read() if hasattr(body, "read") else body
    return content.encode() if isinstance(content, str) else bytes(content or b"")


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
