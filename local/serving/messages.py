"""A request and a response as plain values: what the server, the gateway and the local AWS hand to
each other.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """`target` is the request line's path and query as received; header names in any case,
    duplicates kept apart.
    """

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"
    id: str = field(default_factory=lambda: secrets.token_urlsafe(11) + "=")

    @property
    def path(self) -> str:
        """Still percent-encoded."""
        return (
            urlsplit(self.target).path
            if not self.target.startswith("//")
            else self.target.partition("?")[0]
        )

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def joined_headers(self) -> dict[str, str]:
        joined: dict[str, str] = {}
        for name, value in self.headers:
            key, clean = name.lower(), value.strip()
            joined[key] = f"{joined[key]},{clean}" if key in joined else clean
        return joined


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""


def message(status: int, text: str, headers: Sequence[tuple[str, str]] = ()) -> Response:
    """An answer of API Gateway's own."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return Response(status, [("Content-Type", "application/json"), *headers], body)
