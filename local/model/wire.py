"""The Messages API's wire forms: error bodies, messages and their server-sent events.

Pure: knows no socket and no script.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ERRORS: Mapping[int, tuple[str, str]] = {
    400: (
        "invalid_request_error",
        "The offline model was told to refuse this request as malformed.",
    ),
    401: ("authentication_error", "invalid x-api-key"),
    404: ("not_found_error", "Not found"),
    405: ("invalid_request_error", "Method Not Allowed"),
    413: ("request_too_large", "Request exceeds the maximum size"),
    429: ("rate_limit_error", "This request would exceed the rate limit of your organization."),
    500: ("api_error", "Internal server error"),
    529: ("overloaded_error", "Overloaded"),
}
RETRY_AFTER_SECONDS: Mapping[int, int] = {429: 3, 529: 2}
_DELTA_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call is answered with, and what it would have been billed."""

    model: str
    text: str
    stop_reason: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    geography: str = "global"
    refusal_category: str | None = None


def error_body(
    status: int, message: str | None, request_id: str, error_code: str | None = None
) -> dict[str, Any]:
    kind, usual = ERRORS[status]
    error: dict[str, Any] = {"type": kind, "message": message or usual}
    if error_code:
        error["details"] = {"error_code": error_code}
    return {"type": "error", "error": error, "request_id": request_id}


def message_body(reply: Reply, message_id: str) -> dict[str, Any]:
    """The whole message, as a call without streaming gets it."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": [{"type": "text", "text": reply.text}],
        "stop_reason": reply.stop_reason,
        "stop_sequence": None,
        "stop_details": _stop_details(reply),
        "usage": _usage(reply, reply.output_tokens),
    }


def opening_events(reply: Reply, message_id: str) -> list[dict[str, Any]]:
    """What a stream begins with, before a word of the answer is known."""
    message = {
        **message_body(reply, message_id),
        "content": [],
        "stop_reason": None,
        "stop_details": None,
    }
    return [
        {"type": "message_start", "message": {**message, "usage": _usage(reply, 1)}},
        {"type": "ping"},
    ]


def text_events(reply: Reply) -> Iterator[dict[str, Any]]:
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for at in range(0, len(reply.text), _DELTA_CHARACTERS):
        delta = {"type": "text_delta", "text": reply.text[at : at + _DELTA_CHARACTERS]}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}


def closing_events(reply: Reply) -> list[dict[str, Any]]:
    delta = {
        "stop_reason": reply.stop_reason,
        "stop_sequence": None,
        "stop_details": _stop_details(reply),
    }
    return [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": reply.output_tokens}},
        {"type": "message_stop"},
    ]


def server_sent_event(event: Mapping[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _usage(reply: Reply, output_tokens: int) -> dict[str, Any]:
    return {
        "input_tokens": reply.input_tokens,
        "output_tokens": output_tokens,
        "output_tokens_details": {"thinking_tokens": 0},
        "cache_creation_input_tokens": reply.cache_write_tokens,
        "cache_read_input_tokens": reply.cache_read_tokens,
        "cache_creation": {
            "ephemeral_5m_input_tokens": reply.cache_write_tokens,
            "ephemeral_1h_input_tokens": 0,
        },
        "inference_geo": reply.geography,
        "service_tier": "standard",
    }


def _stop_details(reply: Reply) -> dict[str, Any] | None:
    if reply.stop_reason != "refusal":
        return None
    return {
        "type": "refusal",
        "category": reply.refusal_category,
        "explanation": "The offline model was told to refuse.",
    }
