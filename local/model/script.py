"""The words that a test may put in the offline model's mouth, and what it does at each.

See API.md, "The local stack only".
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from local.model.exchange import Exchange
from local.model.request import CHARACTERS_PER_TOKEN, Call, count_tokens
from local.model.wire import (
    Reply,
    closing_events,
    message_body,
    opening_events,
    text_events,
)

TIMEOUT_SECONDS = 600
PROSE = (
    "I have read the record with care. On the whole the patient is doing well, but this is prose "
    "and no JSON document."
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a behaviour plays on: the call, the connection it came by, the answer it should get, and
    the till.

    `cached` gives the answer's cache counts; it is asked once, when the answer begins.
    """

    call: Call
    exchange: Exchange
    reply: Reply
    billed: Callable[[Reply], None]
    cached: Callable[[Reply], Reply] = lambda reply: reply


Behaviour = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a script. `forever`: it stays for every later call."""

    behave: Behaviour
    forever: bool = False


def parse_script(script: object) -> deque[Line]:
    """Raises ValueError that names the word it does not know."""
    match script:
        case list() | tuple():
            return deque(_parse_line(at, word) for at, word in enumerate(script))
        case _:
            raise ValueError("script: expected a list")


def _parse_line(at: int, word: object) -> Line:
    match word:
        case {"forever": item} if _alone(word):
            return Line(_parse_word(at, item), forever=True)
        case _:
            return Line(_parse_word(at, word))


def _parse_word(at: int, word: object) -> Behaviour:
    match word:
        case str() if word in WORDS:
            return WORDS[word]
        case {"slow": int() | float() as seconds} if _alone(word) and _is_duration(seconds):
            return _slow(seconds)
        case {"refusal": str() as category} if _alone(word) and category:
            return _refusal_of(category)
        case {"cut_after": int() as tokens} if _alone(word) and type(tokens) is int and tokens >= 0:
            return _cut_after(tokens)
        case {"status": 429 | 529 as status, "retry_after": int() as seconds, **rest} if (
            not rest and type(seconds) is int and seconds >= 0
        ):
            return _refuse(status, seconds)
        case {"answer": dict() as answer} if _alone(word):
            return _answer(answer)
    known = ", ".join(json.dumps(one) for one in WORDS)
    raise ValueError(
        f"script[{at}]: unknown word {json.dumps(word, default=str)}; known are {known}, {_FORMS}"
    )


_FORMS = (
    '{"slow": seconds}, {"refusal": category}, {"cut_after": tokens}, {"answer": {...}}, '
    '{"status": 429 or 529, "retry_after": seconds} and {"forever": one of them}'
)


def _alone(word: object) -> bool:
    return isinstance(word, Mapping) and len(word) == 1


def _is_duration(seconds: float) -> bool:
    return not isinstance(seconds, bool) and 0 <= seconds < float("inf")


def ok(scene: Scene) -> None:
    _say(scene, scene.reply)


def _slow(seconds: float) -> Behaviour:
    def slow(scene: Scene) -> None:
        until = scene.exchange.clock.now() + seconds
        reply = scene.cached(scene.reply)
        if scene.call.stream:
            _open(scene, reply)
        scene.exchange.hold(until)
        _say(scene, reply, opened=True)

    return slow


def _open(scene: Scene, reply: Reply) -> None:
    """Begin the stream. From here on its input is billed, and the token with which every answer
    begins.
    """
    scene.billed(replace(reply, output_tokens=1))
    scene.exchange.open_stream()
    scene.exchange.send_events(opening_events(reply, scene.exchange.message_id))


def _error(status: int) -> Behaviour:
    return lambda scene: scene.exchange.send_error(status)


def _refuse(status: int, seconds: int) -> Behaviour:
    return lambda scene: scene.exchange.send_error(status, retry_after=seconds)


def _timeout(scene: Scene) -> None:
    scene.exchange.hold(scene.exchange.clock.now() + TIMEOUT_SECONDS)
    scene.exchange.drop()


def _hang(scene: Scene) -> None:
    if scene.call.stream:
        scene.exchange.open_stream()
    scene.exchange.hold()


def _disconnect(scene: Scene) -> None:
    """The answer was made and is lost on its way: it is billed, and the caller has half of it."""
    exchange, reply = scene.exchange, scene.cached(scene.reply)
    if scene.call.stream:
        _open(scene, reply)
        scene.billed(reply)
        exchange.send_events(text_events(replace(reply, text=reply.text[: len(reply.text) // 2])))
    else:
        scene.billed(reply)
        exchange.send_part(message_body(reply, exchange.message_id))
    exchange.drop()


def _cut_after(tokens: int) -> Behaviour:
    """The stream breaks after so many output tokens: those are billed."""

    def cut(scene: Scene) -> None:
        reply = scene.cached(scene.reply)
        said = min(max(tokens, 1), reply.output_tokens)
        part = replace(reply, text=reply.text[: tokens * CHARACTERS_PER_TOKEN], output_tokens=said)
        if scene.call.stream:
            _open(scene, reply)
            scene.billed(part)
            scene.exchange.send_events(text_events(part))
        else:
            scene.billed(part)
            scene.exchange.send_part(message_body(reply, scene.exchange.message_id))
        scene.exchange.drop()

    return cut


def _not_json(scene: Scene) -> None:
    _say(scene, _with_text(scene.reply, PROSE))


def _missing_fields(scene: Scene) -> None:
    """A JSON object that has none of the fields that the schema requires."""
    required = (scene.call.schema or {}).get("required", [])
    parsed = json.loads(scene.reply.text) if scene.call.schema else {}
    _say(
        scene,
        _with_text(
            scene.reply,
            json.dumps({name: value for name, value in parsed.items() if name not in required}),
        ),
    )


def _refusal_of(category: str | None) -> Behaviour:
    def refuse(scene: Scene) -> None:
        reply = _with_text(scene.reply, "I cannot help with this.")
        _say(scene, replace(reply, stop_reason="refusal", refusal_category=category))

    return refuse


def _answer(answer: Mapping[str, object]) -> Behaviour:
    return lambda scene: _say(
        scene, _with_text(scene.reply, json.dumps(answer, ensure_ascii=False))
    )


def _context_window(scene: Scene) -> None:
    """The window is full in the middle of the answer."""
    reply = _with_text(scene.reply, scene.reply.text[: len(scene.reply.text) // 2])
    _say(scene, replace(reply, stop_reason="model_context_window_exceeded"))


def _spend_limit(scene: Scene) -> None:
    scene.exchange.send_error(429, error_code="enforced_spend_limit_reached")


def _own_limit(scene: Scene) -> None:
    scene.exchange.send_error(
        400,
        "You have reached your specified API usage limits. "
        "You will regain access on 2027-01-01 at 00:00 UTC.",
    )


def _say(scene: Scene, reply: Reply, *, opened: bool = False) -> None:
    """The whole answer. `opened`: its stream has begun, and its cache counts are known."""
    exchange = scene.exchange
    reply = reply if opened else scene.cached(reply)
    if scene.call.stream and not opened:
        _open(scene, reply)
    # Before the last byte, so that whoever has the whole answer also finds it billed.
    scene.billed(reply)
    if not scene.call.stream:
        exchange.send_json(200, message_body(reply, exchange.message_id))
    else:
        exchange.send_events([*text_events(reply), *closing_events(reply)])
        exchange.close_stream()


def _with_text(reply: Reply, text: str) -> Reply:
    return replace(reply, text=text, output_tokens=count_tokens(text))


WORDS: Mapping[str, Behaviour] = {
    "ok": ok,
    **{str(status): _error(status) for status in (400, 401, 429, 500, 529)},
    "timeout": _timeout,
    "disconnect": _disconnect,
    "not_json": _not_json,
    "missing_fields": _missing_fields,
    "refusal": _refusal_of(None),
    "context_window": _context_window,
    "spend_limit": _spend_limit,
    "own_limit": _own_limit,
    "hang": _hang,
}
