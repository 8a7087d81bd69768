"""A POST to somebody else's server: https, to a public address, within ten seconds.

The name is resolved once; every address that it has must be public, and the connection goes to one
that was looked at, under the name's SNI and certificate. So a name that is resolved differently a
moment later leads nowhere. Redirects are not followed, and of the answer nothing but status and
Retry-After is read.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from shared.ports import Answer
from shared.runs.addresses import is_public, url_problem
from shared.runs.timing import SECOND

DEADLINE = 10.0
_REDIRECTS = range(300, 400)
_LONGEST_DIGITS = 9
Resolve = Callable[[str, int], Sequence[str]]


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class HttpsPost:
    """Implements shared.ports.Post.

    `receiver`: a URL that may be posted to although it is none of these, the local stack's own.
    """

    def __init__(
        self,
        receiver: str = "",
        resolve: Resolve = resolved,
        context: ssl.SSLContext | None = None,
        public: Callable[[str], bool] = is_public,
        deadline: float = DEADLINE,
    ) -> None:
        self._receiver, self._resolve, self._public = receiver, resolve, public
        self._context = context or ssl.create_default_context()
        self._deadline = deadline

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """In a thread that nobody waits for longer than that: neither resolving a name nor an
        answer that trickles has a time limit of its own.
        """
        told: list[Answer] = []
        exchange = _Exchange(self, url, headers, body)
        thread = threading.Thread(target=lambda: told.append(exchange.run()), daemon=True)
        thread.start()
        thread.join(self._deadline)
        answer = told[0] if told else Answer(None, "timeout")
        exchange.close()
        return answer

    def connection(self, url: str) -> http.client.HTTPConnection:
        """To the address that was checked. Raises Refused, OSError."""
        parts = urlsplit(url)
        if self._receiver and url == self._receiver:
            assert parts.hostname is not None
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=self._deadline)
        if url_problem(url) is not None:
            raise Refused("refused_address")
        assert parts.hostname is not None
        port = parts.port or 443
        try:
            addresses = self._resolve(parts.hostname, port)
        except (OSError, UnicodeError):
            raise Refused("not_resolved") from None
        if not addresses or not all(self._public(address) for address in addresses):
            raise Refused("refused_address")
        return _Checked(parts.hostname, port, addresses[0], self._context, self._deadline)


class Refused(Exception):
    """Nothing was sent; the text is the word for why."""


class _Checked(http.client.HTTPSConnection):
    """To one address, under a name."""

    def __init__(
        self, host: str, port: int, address: str, context: ssl.SSLContext, deadline: float
    ) -> None:
        super().__init__(host, port, timeout=deadline, context=context)
        self._address, self._tls = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


class _Exchange:
    def __init__(self, post: HttpsPost, url: str, headers: Mapping[str, str], body: bytes) -> None:
        self._post, self._url, self._headers, self._body = post, url, headers, body
        self._connection: http.client.HTTPConnection | None = None
        self._is_closed = False

    def run(self) -> Answer:
        try:
            self._connection = self._post.connection(self._url)
            if self._is_closed:
                return Answer(None, "timeout")
            parts = urlsplit(self._url)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            self._connection.request("POST", target, self._body, dict(self._headers))
            with contextlib.closing(self._connection.getresponse()) as answer:
                wait = retry_after(answer.headers.get("retry-after"), time.time())
                error = "redirect" if answer.status in _REDIRECTS else None
                return Answer(answer.status, error, wait)
        except Refused as refused:
            return Answer(None, str(refused))
        except TimeoutError:
            return Answer(None, "timeout")
        except ssl.SSLError:
            return Answer(None, "tls")
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            return Answer(None, "connection")
        finally:
            self.close()

    def close(self) -> None:
        """Also from another thread, which ends what the exchange waits for."""
        self._is_closed = True
        connection = self._connection
        sock = None if connection is None else connection.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        if connection is not None:
            connection.close()


def retry_after(value: str | None, now: float) -> int | None:
    """Milliseconds of a Retry-After header, seconds or a date; None for none that can be read."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:_LONGEST_DIGITS]) * SECOND
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, int((moment - datetime.fromtimestamp(now, UTC)).total_seconds() * SECOND))
