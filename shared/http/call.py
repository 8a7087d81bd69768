"""A call as routes see it: read once from API Gateway's event (payload format 2.0), before any
schema is looked at.

Raises, in the contract's order: TooLarge (413), InvalidRequest (400) for malformed ids, JSON, keys
and cursors, and ValidationFailed (422) for a body that is no object, or that is nested or split
beyond its limits.
"""

import base64
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.access.policy import Caller
from shared.bootstrap import Services
from shared.engine.creation import Key, keyed_id
from shared.engine.trail import Looks
from shared.errors import Conflict, InvalidRequest, TooLarge
from shared.http.cursors import Cursors
from shared.http.identity import caller_of
from shared.http.received import Limits, Reader, plain_body
from shared.records.run import HistoryEntry, Run
from shared.runs.canonical import canonical_json, evened, sha256_hex

MAX_WAIT_SECONDS = 25
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
"""On any other method a body means nothing, and is not read."""
_WORDS = frozenset({"userId", "scope"})
"""Path parameters that are no UUIDs."""
_KEY = re.compile(r'"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')
_OP, _KEY_NAME = 24, 16
"""How long the name of a write is, and the part of it that all calls under one key share."""
_PREFER_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*(\d{1,9})\s*(?=$|[,;])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """One request and the services that answer it.

    `body` is the parsed JSON object (None when there was none), `raw_body` its bytes, `position`
    where a list goes on, `keyed` whether an Idempotency-Key means anything here, `wait_seconds`
    what `Prefer: wait` asks for (0: nothing), `looks` whose data it has come to.
    """

    services: Services
    caller: Caller
    request_id: str
    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    raw_body: bytes
    body: Mapping[str, Any] | None
    keyed: bool
    idempotency_key: str | None
    position: str | None
    list_name: str
    wait_seconds: int
    looks: Looks = field(default_factory=Looks)

    def fingerprint(self) -> str:
        """sha256 of method, path and canonical body: what makes two requests the same."""
        return sha256_hex(canonical_json(evened([self.method, self.path, self.body])))

    def operation(self) -> str:
        """The name of this call's write. Under an Idempotency-Key it begins with the key's and ends
        with its own: of repetitions at the same moment each knows whether the write is its.
        """
        if self.idempotency_key is None:
            return self.request_id[:_OP]
        own = sha256_hex(self.request_id.encode())
        return f"{self._key_name()}{own}"[:_OP]

    def _key_name(self) -> str:
        text = f"{self.caller.user_id}\x1f{self.idempotency_key}"
        return sha256_hex(text.encode())[:_KEY_NAME]

    def moved(self, run: Run) -> HistoryEntry | None:
        """What this call wrote in the run's history, or an earlier one under its key."""
        name = self.operation() if self.idempotency_key is None else self._key_name()
        return next((entry for entry in run.history if entry.op.startswith(name)), None)

    def moved_once(self, run: Run, move: Callable[[Run], Run]) -> tuple[Run, bool]:
        """(the run once it is moved, whether this call did it): where another under the same key
        was faster, nothing is moved again. Raises what `move` does.
        """
        if self.moved(run):
            return run, False
        try:
            return move(run), True
        except Conflict:
            now = self.services.runs.get(run.id)
            if now is None or not self.moved(now):
                raise
            return now, False

    def key(self) -> Key:
        """Where the thing that this request creates will live: its Idempotency-Key's place, or a
        new one each time.
        """
        if self.idempotency_key is None:
            return Key(self.services.ids.unique(), self.fingerprint(), repeatable=False)
        place = keyed_id(self.caller.org_id, self.caller.user_id, self.idempotency_key)
        return Key(place, self.fingerprint())


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Names in lower case."""
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def read_call(
    event: Mapping[str, Any],
    services: Services,
    limits: Limits,
    *,
    keyed: bool = True,
    read_body: Reader = plain_body,
) -> Call:
    """The event as a Call. `keyed`: whether an Idempotency-Key means anything here."""
    context, settings = event["requestContext"], services.settings
    raw = _raw_body(event, limits.size) if context["http"]["method"] in _WITH_BODY else b""
    headers = headers_of(event)
    params = {
        name: _identifier(name, value)
        for name, value in (event.get("pathParameters") or {}).items()
    }
    claims = settings.org_claim, settings.roles_claim, settings.machine_client_id
    caller = caller_of(context, *claims)
    list_name = f"{context['http']['method']} {event['rawPath']}"
    key = idempotency_key_of(headers.get("idempotency-key")) if keyed else None
    position = _position(event, services, caller, list_name)
    raw, body = read_body(raw, headers, limits)
    return Call(
        services=services,
        caller=caller,
        request_id=context["requestId"],
        method=context["http"]["method"],
        path=event["rawPath"],
        params=params,
        headers=headers,
        raw_body=raw,
        body=body,
        keyed=keyed,
        idempotency_key=key,
        position=position,
        list_name=list_name,
        wait_seconds=wait_of(headers.get("prefer", "")),
    )


def _position(
    event: Mapping[str, Any], services: Services, caller: Caller, list_name: str
) -> str | None:
    """Where the cursor says that the list goes on; a public route has no caller, and no list."""
    cursor = (event.get("queryStringParameters") or {}).get("cursor")
    if cursor is None or not caller.user_id:
        return None
    return Cursors(services.cursor_key).open(cursor, caller, list_name)


def wait_of(prefer: str) -> int:
    """The seconds that a Prefer header's `wait=N` asks for, at most 25; 0 when it is absent or
    malformed.
    """
    asked = _PREFER_WAIT.search(prefer)
    return min(int(asked.group(1)), MAX_WAIT_SECONDS) if asked else 0


def _raw_body(event: Mapping[str, Any], limit: int) -> bytes:
    raw = _bytes_of(event)
    if len(raw) > limit:
        raise TooLarge(f"The body is over its limit of {limit} bytes.")
    return raw


def _bytes_of(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as exc:  # binascii.Error among them
        raise InvalidRequest("The body could not be read.") from exc


def _identifier(name: str, value: str) -> str:
    """A path parameter: ids are UUIDs, but a person is whatever their issuer calls them."""
    if name in _WORDS:
        if not _VISIBLE.fullmatch(value):
            raise InvalidRequest(f"{name} must be 1 to 255 visible ASCII characters.")
        return value
    if not _UUID.fullmatch(value):
        raise InvalidRequest(f"{name} is not a UUID.")
    return str(uuid.UUID(value))


def idempotency_key_of(header: str | None) -> str | None:
    """The key of an Idempotency-Key header, without its quotes; None for none.

    Raises InvalidRequest for a malformed one.
    """
    if header is None:
        return None
    found = _KEY.fullmatch(header.strip())
    if found is None:
        raise InvalidRequest(
            "Idempotency-Key must be 1 to 255 visible ASCII characters, bare or in double quotes."
        )
    return found.group(1) or found.group(2)
