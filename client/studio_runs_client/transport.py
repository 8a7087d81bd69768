"""One request, sent until it is answered: the same Idempotency-Key over all tries, Retry-After and
backoff honoured.

A request is tried again when it is safe: it reads, it replaces, or it bears an Idempotency-Key.
What was answered 4xx is not
tried again, but for 429 (which did nothing) and one 401 with a fresh token.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from studio_runs_client.errors import (
    ApiError,
    ConnectionFailed,
    UnexpectedAnswer,
    api_error,
)
from studio_runs_client.tokens import Tokens

_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_BROKEN = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is tried, and how long between: doubling from `first` to `longest`
    seconds, fully jittered.
    """

    tries: int = 6
    first: float = 0.5
    longest: float = 20.0
    sleep: Callable[[float], None] = field(default=time.sleep)

    def pause(self, tried: int, asked: float | None) -> None:
        """Wait before the next try; at least as long as the service asked for."""
        own = random.uniform(0, min(self.longest, self.first * 2**tried))
        self.sleep(max(own, asked or 0.0))


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` of the envelope, and how it was answered."""

    status: int
    data: Any
    headers: Mapping[str, str]

    @property
    def is_replay(self) -> bool:
        return self.headers.get("idempotency-replayed") == "true"


class Transport:
    """Sends requests to one service. May be used by several threads."""

    def __init__(
        self, url: str, tokens: Tokens, *, http: httpx.Client, retries: Retries | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self.http = http
        self.retries = retries or Retries()
        self._tokens = tokens

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        key: str | None = None,
        keyed: bool = False,
        wait: float | None = None,
    ) -> Answer:
        """One request. `keyed`: it creates something, so a key is made where none is given; `wait`:
        seconds to hold the answer.
        """
        headers = {"accept": "application/json"}
        if keyed or key is not None:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        if wait:
            headers["Prefer"] = f"wait={max(1, min(25, int(wait)))}"
        if content is not None:
            headers["content-type"] = "application/json"
        request = _Request(method, path, headers, json=json, content=content, query=_plain(query))
        return _answer(
            self._answered(
                request, repeatable=method in _REPEATABLE or "Idempotency-Key" in headers
            )
        )

    def raw(
        self, method: str, path: str, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One request whose answer is not in the envelope: a document, a redirect. Raises ApiError
        for a refusal.
        """
        response = self._answered(_Request(method, path, dict(headers or {})), repeatable=True)
        if response.status_code >= 400:
            raise _refusal(response)
        return response

    @contextmanager
    def streamed(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """One GET whose answer is read as it comes; not tried again. Raises ApiError, and
        ConnectionFailed also while it is read.
        """
        sent = {**headers, "authorization": f"Bearer {self._tokens.token()}"}
        try:
            with self.http.stream("GET", self.url + path, headers=sent) as response:
                if response.status_code >= 400:
                    response.read()
                    raise _refusal(response)
                yield response
        except httpx.TransportError as exc:
            raise ConnectionFailed(str(exc) or type(exc).__name__) from exc

    def _answered(self, request: "_Request", *, repeatable: bool) -> httpx.Response:
        tried, renewed = 0, False
        while True:
            try:
                response = self._sent(request, fresh=renewed)
            except httpx.TransportError as exc:
                failure: Exception = ConnectionFailed(
                    f"{request.method} {request.path}: {exc or type(exc).__name__}"
                )
                failure.__cause__ = exc
                asked = None
                again = repeatable or isinstance(exc, httpx.ConnectError)
            else:
                if response.status_code == 401 and not renewed:
                    renewed = True
                    continue
                limited = response.status_code == 429
                again = limited or (repeatable and _is_broken(response))
                if not again:
                    return response
                failure, asked = _refusal(response), _retry_after(response)
            tried += 1
            if not again or tried >= self.retries.tries:
                raise failure
            self.retries.pause(tried - 1, asked)

    def _sent(self, request: "_Request", *, fresh: bool) -> httpx.Response:
        token = self._tokens.token(fresh=fresh)
        headers = {**request.headers, "authorization": f"Bearer {token}"}
        return self.http.request(
            request.method,
            self.url + request.path,
            headers=headers,
            json=request.json,
            content=request.content,
            params=request.query,
        )


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    headers: Mapping[str, str]
    json: Any = None
    content: bytes | None = None
    query: Any = None


def _is_broken(response: httpx.Response) -> bool:
    """Not available now. A refusal of the service's own that says 503 (the worker is off) stays
    one, however often it is asked.
    """
    if response.status_code not in _BROKEN:
        return False
    return "WORKER_DISABLED" not in response.text


def _plain(query: Mapping[str, Any] | None) -> list[tuple[str, str]] | None:
    """A query without what was not asked for; a list is given several times."""
    if query is None:
        return None
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        many = value if isinstance(value, list | tuple | set | frozenset) else [value]
        pairs += [(name, _word(one)) for one in many if one is not None]
    return pairs


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _answer(response: httpx.Response) -> Answer:
    if response.status_code >= 400:
        raise _refusal(response)
    headers = {name.lower(): value for name, value in response.headers.items()}
    if not response.content:
        return Answer(response.status_code, None, headers)
    body = _json(response)
    if not isinstance(body, dict) or body.get("success") is not True:
        raise UnexpectedAnswer(
            f"{response.request.method} {response.request.url.path} was answered in another form"
        )
    return Answer(response.status_code, body["data"], headers)


def _refusal(response: httpx.Response) -> ApiError:
    try:
        body = _json(response)
    except UnexpectedAnswer:
        body = None
    request_id = response.headers.get("x-request-id")
    return api_error(response.status_code, body, request_id, _retry_after(response))


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as exc:
        raise UnexpectedAnswer(f"{response.request.url.path} did not answer JSON") from exc


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds, from a number or a date; None where there is none or it cannot be read."""
    said = response.headers.get("retry-after")
    if said is None:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
