"""The headers of the contract, as components."""

from typing import Any

REQUEST: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Makes the request repeatable: the same key and payload answer what was "
        "made the first time, with "
        "`Idempotency-Replayed: true`; another payload is a 422. Bare or in double quotes.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 257},
        "example": "7f9c2b1e-create",
    },
    "Idempotency-Key-Ignored": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Not looked at, whatever it is: the route has a natural key, and says so "
        "with `Idempotency-Status: ignored`.",
        "schema": {"type": "string"},
        "example": "7f9c2b1e-create",
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=N` holds the answer until there is something to say, or N seconds "
        "(at most 25) have passed.",
        "schema": {"type": "string"},
        "example": "wait=20",
    },
    "Last-Event-ID": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "The `id` of the last event that was seen; beats `after`.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        "example": "4",
    },
}

RESPONSE: dict[str, dict[str, Any]] = {
    "x-request-id": {
        "description": "Names the request in our logs",
        "schema": {"type": "string"},
        "example": "9b2f6c1e-6f0d-4f3a-8a57-0d8a1f6c2b11",
    },
    "Idempotency-Replayed": {
        "description": "`true` where the answer is of what the same request made before",
        "schema": {"type": "string", "enum": ["true"]},
        "example": "true",
    },
    "Idempotency-Status": {
        "description": "`ignored` where the route has a natural key and an Idempotency-Key was "
        "sent",
        "schema": {"type": "string", "enum": ["ignored"]},
        "example": "ignored",
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try",
        "schema": {"type": "integer", "minimum": 1},
        "example": 12,
    },
    "Location": {
        "description": "A presigned URL",
        "schema": {"type": "string", "format": "uri"},
        "example": "https://bucket.s3.amazonaws.com/demo/01a1fc26/d819?X-Amz-Expires=300",
    },
}


def reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
