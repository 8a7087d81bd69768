"""What a body may be: absent, or one JSON object within its limits.

Decided here, before any library unwraps it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import InvalidRequest, TooLarge, ValidationFailed
from shared.intake.decoding import (
    Decoded,
    NotDecodable,
    OverLimit,
    RepeatedKey,
    TooDeep,
    decode,
)
from shared.runs.canonical import canonical_json
from shared.runs.limits import MAX_LEVELS, MAX_NODES, BeyondLimits, count_nodes

_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a body: `size` in bytes, as received and in canonical form; `nodes` counts every value,
    keys not; None: any number.
    """

    size: int = 1024 * 1024
    nodes: int | None = MAX_NODES


Headers = Mapping[str, str]
Read = tuple[bytes, Mapping[str, Any] | None]
Reader = Callable[[bytes, Headers, Limits], Read]
"""From a body as received to the bytes that count and the object that they hold."""


def plain_body(raw: bytes, headers: Headers, limits: Limits) -> Read:
    """A body as every route but the record's takes it."""
    return raw, object_of(raw, limits)


def record_body(raw: bytes, headers: Headers, limits: Limits) -> Read:
    """A record as real systems send it: with a byte order mark, or as gzip.

    Raises as `object_of` does, and ValidationFailed where an object names one key twice.
    """
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("gzip", "identity"):
        raise InvalidRequest("content-encoding must be gzip, where there is one.")
    if not raw:
        return raw, None
    decoded = decoded_record(raw, limits.size, gzipped=encoding == "gzip")
    return decoded.data, _checked(decoded.bundle, limits)


def decoded_record(
    raw: bytes, limit: int, *, gzipped: bool = False, ndjson: bool = False
) -> Decoded:
    """What was sent as a record, within `limit` bytes unpacked and the levels of any JSON.

    Raises TooLarge, InvalidRequest and ValidationFailed.
    """
    try:
        decoded = decode(raw, limit=limit, gzipped=gzipped, ndjson=ndjson)
    except OverLimit as exc:
        raise TooLarge(str(exc)) from exc
    except TooDeep as exc:
        if gzipped or _is_balanced(raw):
            raise _too_deep() from exc
        raise InvalidRequest("The record is not valid JSON.") from exc
    except NotDecodable as exc:
        raise InvalidRequest(str(exc)) from exc
    except RepeatedKey as exc:
        raise ValidationFailed.of("body", str(exc)) from exc
    _nodes(decoded.bundle)
    return decoded


def object_of(raw: bytes, limits: Limits) -> Mapping[str, Any] | None:
    """The body's object, None when there is no body.

    Raises InvalidRequest when it is no JSON, ValidationFailed when it is another value than an
    object (`null` too), or nested or split beyond the limits, TooLarge when its canonical form,
    where 1e15 takes 18 bytes, is over the size.
    """
    if not raw:
        return None
    return _checked(_json(raw), limits)


def _checked(value: Any, limits: Limits) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValidationFailed.of("body", "must be an object")
    nodes = _nodes(value)
    try:
        size = len(canonical_json(value))
    except ValueError as exc:
        raise InvalidRequest("The body is not valid JSON.") from exc
    if size > limits.size:
        raise TooLarge(
            f"The body is over its limit of {limits.size} bytes when its numbers are written out."
        )
    if limits.nodes is not None and nodes > limits.nodes:
        raise ValidationFailed.of("body", f"must have at most {limits.nodes:,} values")
    return value


def _json(raw: bytes) -> Any:
    """UTF-8, finite numbers. What the parser cannot nest is deeper than any limit of ours, if it is
    JSON at all: what opens more than it closes is none.
    """
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except RecursionError as exc:
        if _is_balanced(raw):
            raise _too_deep() from exc
        raise InvalidRequest("The body is not valid JSON.") from exc
    except ValueError as exc:
        raise InvalidRequest("The body is not valid JSON.") from exc


def _is_balanced(raw: bytes) -> bool:
    bare = _TEXTS.sub(b"", raw)
    return all(bare.count(a) == bare.count(b) for a, b in ((b"[", b"]"), (b"{", b"}")))


def _nodes(value: Any) -> int:
    """How many values there are. Raises ValidationFailed for what is nested too deep."""
    try:
        return count_nodes(value)
    except BeyondLimits as exc:
        raise _too_deep() from exc


def _too_deep() -> ValidationFailed:
    return ValidationFailed.of("body", f"must be nested at most {MAX_LEVELS} levels deep")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
