"""Answers of some size travel compressed to whoever takes that: an HTTP API compresses nothing, so
its functions do. An event stream stays as it is, because it is read while it comes.
"""

import base64
import zlib
from collections.abc import Mapping
from typing import Any

SMALLEST = 1_000
"""Bytes above which it is worth it, as CloudFront sees it."""
_TYPES = ("application/json", "text/html")
_LEVEL, _GZIP = 6, 31


def compressed(answer: dict[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """The answer, in gzip where the request's headers (names in lower case) take that. One that
    would be compressed for others says so (`vary`), so that no cache mixes them up.
    """
    said = {name.lower(): str(value) for name, value in answer["headers"].items()}
    body = (answer.get("body") or "").encode()
    if len(body) <= SMALLEST or not said.get("content-type", "").startswith(_TYPES):
        return answer
    kept = {**answer["headers"], "vary": "Accept-Encoding"}
    if not takes_gzip(headers.get("accept-encoding", "")):
        return {**answer, "headers": kept}
    work = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    packed = work.compress(body) + work.flush()
    return {
        **answer,
        "headers": {**kept, "content-encoding": "gzip"},
        "body": base64.b64encode(packed).decode(),
        "isBase64Encoded": True,
    }


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3)."""
    weights = dict(_weighed(part) for part in accepted.lower().split(","))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weighed(part: str) -> tuple[str, float]:
    """A coding and its weight; what has none is wanted, what has a malformed one is not."""
    name, _, rest = part.partition(";")
    parameter, _, weight = rest.partition("=")
    if parameter.strip() != "q":
        return name.strip(), 1.0
    try:
        return name.strip(), float(weight)
    except ValueError:
        return name.strip(), 0.0
