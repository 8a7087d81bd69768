"""A request as handlers see it, read from API Gateway's event (payload format 2.0) before any schema is looked at.

Raises, in the contract's order: TooLarge (413), then InvalidRequest (400) for malformed ids, JSON, keys and cursors.
"""

import base64
import binascii
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.access.policy import Caller, Role
from shared.engine.creation import Key, keyed_id
from shared.errors import Forbidden, InvalidRequest, TooLarge
from shared.http.cursors import Cursors
from shared.ports import Ids
from shared.runs.canonical import canonical_json, sha256_hex

MAX_BODY = 1024 * 1024
MAX_WAIT_SECONDS = 25
MAX_NESTING = 100
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KEY = re.compile(r'"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')
_PREFER_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*(\d{1,9})\s*(?=$|[,;])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """`body` is the parsed JSON (None when there was none), `raw_body` its bytes, `position` where a list goes on."""

    request_id: str
    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    caller: Caller | None
    raw_body: bytes
    body: Any
    idempotency_key: str | None
    position: str | None
    list_name: str

    @property
    def wait_seconds(self) -> int:
        """What `Prefer: wait=N` asks for, at most 25; 0 when it is absent or malformed."""
        asked = _PREFER_WAIT.search(self.headers.get("prefer", ""))
        return min(int(asked.group(1)), MAX_WAIT_SECONDS) if asked else 0

    @property
    def who(self) -> Caller:
        """The caller. Raises Forbidden when the token names no organisation."""
        if self.caller is None or not self.caller.org_id:
            raise Forbidden
        return self.caller

    def fingerprint(self) -> str:
        """sha256 of method, path and canonical body: what makes two requests the same."""
        return sha256_hex(canonical_json([self.method, self.path, self.body]))

    def key(self, ids: Ids) -> Key:
        """Where the thing that this request creates will live: its Idempotency-Key's place, or a new one."""
        if self.idempotency_key is None:
            return Key(ids.unique(), self.fingerprint(), repeatable=False)
        return Key(keyed_id(self.who.org_id, self.who.user_id, self.idempotency_key), self.fingerprint())


def read_request(
    event: Mapping[str, Any], cursors: Cursors, *, org_claim: str, roles_claim: str, max_body: int = MAX_BODY, keyed: bool = True
) -> Request:
    """The event as a Request. `keyed`: whether an Idempotency-Key means anything here. Raises TooLarge, InvalidRequest."""
    raw = _raw_body(event)
    if len(raw) > max_body:
        raise TooLarge(f"The body is over its limit of {max_body} bytes.")
    context = event["requestContext"]
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    params = {name: _identifier(name, value) for name, value in (event.get("pathParameters") or {}).items()}
    caller = _caller(context, org_claim, roles_claim)
    list_name = f"{context['http']['method']} {event['rawPath']}"
    return Request(
        request_id=context["requestId"],
        method=context["http"]["method"],
        path=event["rawPath"],
        params=params,
        headers=headers,
        caller=caller,
        raw_body=raw,
        body=_json(raw, max_body),
        idempotency_key=_idempotency_key(headers.get("idempotency-key")) if keyed else None,
        position=cursors.open((event.get("queryStringParameters") or {}).get("cursor"), caller, list_name),
        list_name=list_name,
    )


def _raw_body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as exc:
        raise InvalidRequest("The body could not be read.") from exc


def _json(raw: bytes, max_body: int) -> Any:
    """The body as JSON: UTF-8, finite numbers, text that can be written again. None when there is no body.

    It is written again in canonical form, where 1e15 takes 18 bytes: its limit holds for that form too.
    """
    if not raw.strip():
        return None
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        size = len(canonical_json(value))
    except (ValueError, RecursionError) as exc:
        raise InvalidRequest("The body is not valid JSON.") from exc
    if size > max_body:
        raise TooLarge(f"The body is over its limit of {max_body} bytes when its numbers are written out.")
    if _too_deep(value):
        raise InvalidRequest(f"The body is nested more than {MAX_NESTING} levels deep.")
    return value


def _too_deep(value: Any) -> bool:
    """What is deeper than any document should be could exhaust the stack of whoever walks it later."""
    level = [value]
    for _ in range(MAX_NESTING):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _identifier(name: str, value: str) -> str:
    """A path parameter: ids are UUIDs, but a person is whatever their issuer calls them."""
    if name == "userId":
        if not re.fullmatch(r"[\x21-\x7e]{1,255}", value):
            raise InvalidRequest("userId must be 1 to 255 visible ASCII characters.")
        return value
    if not _UUID.fullmatch(value):
        raise InvalidRequest(f"{name} is not a UUID.")
    return str(uuid.UUID(value))


def _idempotency_key(header: str | None) -> str | None:
    if header is None:
        return None
    found = _KEY.fullmatch(header.strip())
    if found is None:
        raise InvalidRequest("Idempotency-Key must be 1 to 255 visible ASCII characters, bare or in double quotes.")
    return found.group(1) or found.group(2)


def _caller(context: Mapping[str, Any], org_claim: str, roles_claim: str) -> Caller | None:
    claims = context.get("authorizer", {}).get("jwt", {}).get("claims")
    if not claims or not claims.get("sub"):
        return None
    return Caller(str(claims["sub"]), str(claims.get(org_claim) or ""), _roles(claims.get(roles_claim)))


def _roles(claim: Any) -> frozenset[Role]:
    """API Gateway hands a list claim over as the text `[admin clinician]`; a single word stands alone."""
    words = claim if isinstance(claim, list) else re.split(r"[\s,]+", str(claim or "").strip("[] "))
    return frozenset(Role(word) for word in words if word in set(Role))
