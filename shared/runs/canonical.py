"""One byte form for a JSON value, and the hash that names it.

Two values that differ in key order only have the same bytes; so these bytes may be compared, hashed and stored. The form is
RFC 8785's in all but two points: numbers are written as Python writes them (1.0 is not 1), keys sort by code point.
Knows nothing of what the values mean.
"""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """UTF-8, sorted keys, no white space. Raises ValueError for what no JSON text may hold (NaN, infinities, a lone surrogate,
    a nesting beyond the interpreter's reach) and TypeError for what is no JSON value."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except RecursionError as exc:
        raise ValueError("the value is nested too deeply") from exc
    return text.encode("utf-8")


def sha256_hex(data: bytes) -> str:
    """SHA-256 in 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
