"""One byte form for a JSON value, and the hash that names it.

Two values that differ in key order only have the same bytes; so these bytes may be compared, hashed
and stored. The form is RFC 8785's in all but two points: numbers are written as Python writes them
(1.0 is not 1), keys sort by code point. Knows nothing of what the values mean.
"""

import hashlib
import json
from typing import Any

_EXACT = 2**53
"""Below it every whole number has a binary fraction of its own."""
_HIGHEST = 10**308


def canonical_json(value: Any) -> bytes:
    """UTF-8, sorted keys, no white space.

    Raises ValueError for what no JSON text may hold (NaN, infinities, a lone surrogate, a nesting
    beyond the interpreter's reach) and TypeError for what is no JSON value.
    """
    try:
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except RecursionError as exc:
        raise ValueError("the value is nested too deeply") from exc
    return text.encode("utf-8")


def evened(value: Any) -> Any:
    """The value with numbers that are equal written in one way: 1.0 as 1, 1e20 like its digits.

    Beyond 2^53 it is the short form, so that no exponent becomes three hundred digits.
    """
    if isinstance(value, dict):
        return {name: evened(one) for name, one in value.items()}
    if isinstance(value, list):
        return [evened(one) for one in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if type(value) is int and _EXACT <= abs(value) < _HIGHEST and int(float(value)) == value:
        return float(value)
    return value


def sha256_hex(data: bytes) -> str:
    """SHA-256 in 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
