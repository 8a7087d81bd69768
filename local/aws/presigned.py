"""Checks presigned S3 URLs, which moto does not: signature (AWS Signature Version 4) and expiry.

A request that is not presigned passes.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from local.serving.messages import Request


def refusal(
    request: Request, headers: Mapping[str, str], secret_key: str, now: float
) -> bytes | None:
    """S3's answer (XML) to a presigned request that is forged, or expired at `now`.

    None if the request may pass.
    """
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    signature = query.pop("X-Amz-Signature", None)
    if signature is None:
        return None
    try:
        signed_at = (
            datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        )
        expected = _signature(request, headers, query, secret_key)
        expired = now > signed_at + int(query["X-Amz-Expires"])
    except (KeyError, ValueError):
        return _xml(
            "AuthorizationQueryParametersError",
            "Query-string authentication parameters are missing or malformed",
        )
    if not hmac.compare_digest(expected, signature):
        return _xml(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        )
    return _xml("AccessDenied", "Request has expired") if expired else None


def _signature(
    request: Request, headers: Mapping[str, str], query: Mapping[str, str], secret_key: str
) -> str:
    names = query["X-Amz-SignedHeaders"].split(";")
    canonical_headers = "".join(f"{name}:{headers.get(name, '')}\n" for name in names)
    canonical_query = "&".join(
        f"{quote(key, safe='-_.~')}={quote(value, safe='-_.~')}"
        for key, value in sorted(query.items())
    )
    canonical = "\n".join(
        [
            request.method,
            request.path,
            canonical_query,
            canonical_headers,
            ";".join(names),
            "UNSIGNED-PAYLOAD",
        ]
    )
    scope = query["X-Amz-Credential"].partition("/")[2]
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", query["X-Amz-Date"], scope, digest])
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _xml(code: str, message: str) -> bytes:
    return (
        f'<?xml version="1.0" '
        f'encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    ).encode()
