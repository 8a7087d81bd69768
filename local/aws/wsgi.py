"""Calls a WSGI application with a request, and gives what it answers as a response.

Knows no socket and no application.
"""

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from local.serving.messages import Request, Response

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_BYTES = "binary/octet-stream"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def serve(application: Application, request: Request) -> Response:
    begun: list[Any] = []
    body = b"".join(
        application(
            _environ(request),
            lambda status, headers, exc_info=None: begun.extend((status, headers)),
        )
    )
    status, headers = begun
    return Response(int(status.partition(" ")[0]), headers, body)


def _environ(request: Request) -> dict[str, Any]:
    headers = {
        name.upper().replace("-", "_"): value for name, value in request.joined_headers().items()
    }
    host, _, port = headers.get("HOST", "127.0.0.1").partition(":")
    return {f"HTTP_{name}": value for name, value in headers.items()} | {
        "REQUEST_METHOD": request.method,
        "REQUEST_URI": request.target,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "CONTENT_TYPE": _content_type(request.method, headers.get("CONTENT_TYPE", "")),
        "CONTENT_LENGTH": str(len(request.body)),
        "SERVER_NAME": host,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": request.protocol,
        "REMOTE_ADDR": request.source_ip,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _content_type(method: str, said: str) -> str:
    """What the application is told of the body. curl, urllib and others call whatever they PUT a
    form, where nobody says otherwise; moto would read it as one and store nothing. What AWS takes
    by PUT is never a form.
    """
    return _BYTES if method == "PUT" and said.lower().startswith(_FORMS) else said
