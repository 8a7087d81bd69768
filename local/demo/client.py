"""A small HTTP client of the product's own API, for the demo and the tests.

Knows paths only where a caller names them.
"""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 90


class Refused(AssertionError):
    """The API did not do what was asked; the text is its whole answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The parsed JSON; None if there is no body, and the bytes if they are not JSON."""
        try:
            return json.loads(self.raw) if self.raw else None
        except ValueError:
            return self.raw

    @property
    def data(self) -> Any:
        """The envelope's data. Raises Refused with the whole answer when there is none."""
        body = self.body
        if not isinstance(body, dict) or body.get("success") is not True:
            raise Refused(f"{self.status}: {body!r}")
        return body["data"]

    @property
    def code(self) -> str | None:
        """The envelope's error code."""
        return (
            self.body["error"]["code"]
            if isinstance(self.body, dict) and "error" in self.body
            else None
        )


class Client:
    """Calls the API at one base URL. `user` names the demo user whose token is sent."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._tokens: dict[str, str] = {}

    def token(self, user: str, expires_in: int | None = None) -> str:
        """A token of a demo user, kept unless its lifetime is asked for."""
        if expires_in is not None:
            return str(
                self.call("POST", "/dev/token", {"user": user, "expires_in": expires_in}).body[
                    "token"
                ]
            )
        if user not in self._tokens:
            self._tokens[user] = str(self.call("POST", "/dev/token", {"user": user}).body["token"])
        return self._tokens[user]

    def call(
        self, method: str, path: str, body: Any = None, user: str | None = None, **headers: str
    ) -> Answer:
        """One request.

        A `body` of bytes is sent as it is, anything else as JSON; header names come with
        underscores.
        """
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if data is not None:
            sent.setdefault("content-type", "application/json")
        if user is not None:
            sent["authorization"] = f"Bearer {self.token(user)}"
        return _send(urlsplit(self.url).netloc, method, path, data, sent)

    def fetch(self, url: str) -> Answer:
        """GET an absolute URL as it is, without a token: a presigned one."""
        parts = urlsplit(url)
        return _send(parts.netloc, "GET", f"{parts.path}?{parts.query}", None, {})

    def carry(self, url: str, data: bytes, headers: Mapping[str, str]) -> Answer:
        """PUT bytes to an absolute URL as it is, without a token: a presigned one."""
        parts = urlsplit(url)
        return _send(parts.netloc, "PUT", f"{parts.path}?{parts.query}", data, headers)


def _send(
    address: str, method: str, path: str, data: bytes | None, headers: Mapping[str, str]
) -> Answer:
    with closing(http.client.HTTPConnection(address, timeout=_TIMEOUT_SECONDS)) as connection:
        connection.request(method, path, data, dict(headers))
        response = connection.getresponse()
        return Answer(
            response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        )
