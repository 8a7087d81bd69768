"""Reads a Messages API request as strictly as the API does, and counts its tokens.

Pure: knows no socket and no script.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.model.caching import Beginning, marked_beginnings

MAX_BODY_BYTES = 32 * 1024 * 1024
CHARACTERS_PER_TOKEN = 4

# What structured output's grammar cannot express; the API answers 400 to each, and so does this.
_UNSUPPORTED: Mapping[str, tuple[str, ...]] = {
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength"),
    "array": ("maxItems", "uniqueItems"),
}


class Refused(Exception):
    """The request is not one that the API would serve: the status, and the error's message (None
    for the usual one).
    """

    def __init__(self, status: int, message: str | None = None) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Call:
    """What a request asks, as the composers of answers see it.

    `schema` is None when any text will do.
    """

    model: str
    system: str
    prompt: str
    schema: Mapping[str, Any] | None
    max_tokens: int
    input_tokens: int
    stream: bool
    beginnings: tuple[Beginning, ...] = ()
    """What it marks to be cached."""
    geography: str = "global"


def check_headers(headers: Mapping[str, str]) -> None:
    """Raises Refused.

    The key may come either way, as the SDKs have sent it both ways; any key will do.
    """
    bearer = headers.get("authorization", "")
    if not headers.get("x-api-key") and not (bearer.startswith("Bearer ") and bearer[7:].strip()):
        raise Refused(401, "x-api-key header is required")
    if not headers.get("anthropic-version"):
        raise Refused(400, "anthropic-version: header is required")


def parse_body(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BODY_BYTES:
        raise Refused(413)
    try:
        body = json.loads(raw)
    except ValueError as exc:
        raise Refused(400, "The request body is not valid JSON") from exc
    if not isinstance(body, dict):
        raise Refused(400, "The request body must be a JSON object")
    return body


def read_call(body: Mapping[str, Any], *, counting: bool = False) -> Call:
    """The call in a body; `counting` one needs no max_tokens.

    Raises Refused with the field that is wrong.
    """
    _require(isinstance(body.get("model"), str) and body["model"] != "", "model: Field required")
    max_tokens = body.get("max_tokens", 1 if counting else None)
    _require(
        type(max_tokens) is int and max_tokens >= 1,
        "max_tokens: Input should be greater than or equal to 1",
    )
    messages = body.get("messages")
    _require(
        isinstance(messages, list) and len(messages) > 0,
        "messages: at least one message is required",
    )
    return Call(
        model=body["model"],
        system=_text(body.get("system", ""), "system"),
        prompt="\n".join(_message_texts(messages)),
        schema=_schema(body.get("output_config")),
        max_tokens=max_tokens,
        # Of what is counted and what is billed alike, so that a count is never under the bill.
        input_tokens=count_tokens(
            json.dumps([body.get("system"), messages, body.get("output_config")])
        ),
        stream=body.get("stream") is True,
        beginnings=marked_beginnings(body, count_tokens),
        geography=body.get("inference_geo") or "global",
    )


def count_tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def _message_texts(messages: Any) -> Iterator[str]:
    for at, message in enumerate(messages):
        _require(
            isinstance(message, dict) and message.get("role") in ("user", "assistant"),
            f"messages.{at}.role: Input should be 'user'",
        )
        text = _text(message.get("content"), f"messages.{at}.content")
        _require(text != "", f"messages.{at}.content: text content blocks must be non-empty")
        yield text


def _text(content: Any, where: str) -> str:
    if isinstance(content, str):
        return content
    _require(isinstance(content, list), f"{where}: Input should be a valid string or list")
    blocks = [
        block
        for block in content
        if isinstance(block, dict)
        and block.get("type") == "text"
        and isinstance(block.get("text"), str)
    ]
    _require(len(blocks) == len(content), f"{where}: only text blocks are served here")
    return "\n".join(block["text"] for block in blocks)


def _schema(output_config: Any) -> Mapping[str, Any] | None:
    if output_config is None:
        return None
    _require(isinstance(output_config, dict), "output_config: Input should be an object")
    _require(
        output_config.get("effort") in (None, "low", "medium", "high", "xhigh", "max"),
        "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
    )
    form = output_config.get("format")
    if form is None:
        return None
    fits = (
        isinstance(form, dict)
        and form.get("type") == "json_schema"
        and isinstance(form.get("schema"), dict)
    )
    _require(fits, "output_config.format: Input should be a json_schema with its schema")
    _check_schema(form["schema"], "output_config.format.schema")
    schema: dict[str, Any] = form["schema"]
    return schema


def _check_schema(schema: Any, where: str) -> None:
    _require(isinstance(schema, dict), f"{where}: Input should be an object")
    kind = schema.get("type")
    if kind == "object":
        closed = schema.get("additionalProperties") is False
        _require(
            closed,
            f"{where}: For 'object' type, 'additionalProperties' must be explicitly set to false",
        )
    known = _UNSUPPORTED.get(kind, ()) if isinstance(kind, str) else ()
    unsupported = [keyword for keyword in known if keyword in schema]
    _require(
        not unsupported,
        f"{where}: For '{kind}' type, properties {', '.join(unsupported)} are not supported",
    )
    for name, part in _parts(schema):
        _check_schema(part, f"{where}.{name}")


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for keyword in ("properties", "$defs"):
        yield from schema.get(keyword, {}).items()
    for keyword in ("anyOf", "allOf"):
        yield from ((f"{keyword}.{at}", part) for at, part in enumerate(schema.get(keyword, [])))
    if "items" in schema:
        yield "items", schema["items"]


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise Refused(400, message)
