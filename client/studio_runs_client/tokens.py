"""Three ways to a token: given, by client credentials, and from a local stack. Each is asked anew
before its token runs out.
"""

import base64
import json
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import httpx

from studio_runs_client.errors import StudioRunsError

_EARLY_SECONDS = 60
"""A token is replaced this long before it runs out, so that none expires on the way."""


_TIMEOUT_SECONDS = 20


class TokenError(StudioRunsError):
    """No token could be had; the text says why."""


class Tokens(Protocol):
    """Where tokens come from."""

    def token(self, *, fresh: bool = False) -> str:
        """A token that is good now; `fresh`: another one than before, which was refused."""
        ...


class GivenToken:
    """A token that the caller has, or a function that gets one."""

    def __init__(self, given: str | Callable[[], str]) -> None:
        self._given = given

    def token(self, *, fresh: bool = False) -> str:
        return self._given if isinstance(self._given, str) else self._given()


class _KeptToken:
    """A token that is fetched, and kept as long as it is good."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token, self._good_until = "", 0.0

    def token(self, *, fresh: bool = False) -> str:
        with self._lock:
            if fresh or time.time() >= self._good_until - _EARLY_SECONDS:
                self._token, self._good_until = self._fetched()
            return self._token

    def _fetched(self) -> tuple[str, float]:
        raise NotImplementedError


class ClientCredentials(_KeptToken):
    """OAuth 2.0 client credentials: for programs. `token_url` is the issuer's token endpoint."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        super().__init__()
        self._url, self._scope = token_url, scope
        self._auth = httpx.BasicAuth(client_id, client_secret)
        self._http = http

    def _fetched(self) -> tuple[str, float]:
        asked = {"grant_type": "client_credentials"}
        if self._scope:
            asked["scope"] = self._scope
        body = _posted(self._http, self._url, data=asked, auth=self._auth)
        token = str(body["access_token"])
        return token, time.time() + float(body.get("expires_in", 300))


class LocalTokens(_KeptToken):
    """The tokens of a local stack's demo users."""

    def __init__(self, url: str, user: str, *, http: httpx.Client | None = None) -> None:
        super().__init__()
        self._url, self._user = url.rstrip("/"), user
        self._http = http

    def _fetched(self) -> tuple[str, float]:
        body = _posted(self._http, f"{self._url}/dev/token", json={"user": self._user})
        token = str(body["token"])
        return token, _expiry(token)


def _posted(http: httpx.Client | None, url: str, **sent: Any) -> dict[str, Any]:
    try:
        answer = (http.post if http else httpx.post)(url, timeout=_TIMEOUT_SECONDS, **sent)
    except httpx.HTTPError as exc:
        raise TokenError(f"no token: {url} does not answer ({exc})") from exc
    if answer.status_code != 200:
        raise TokenError(f"no token: {url} answered {answer.status_code}")
    body: dict[str, Any] = answer.json()
    return body


def _expiry(token: str) -> float:
    """When a JWT runs out by its own word; an hour from now where it says none."""
    try:
        claims = token.split(".")[1]
        read = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return float(read["exp"])
    except (ValueError, KeyError, IndexError):
        return time.time() + 3_600
