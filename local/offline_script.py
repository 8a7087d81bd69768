"""The words that a test may put in the offline model's mouth, and what it does at each. See API.md, "The local stack only"."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from local.offline_exchange import Exchange
from local.offline_request import Call, count_tokens
from local.offline_wire import Reply, closing_events, message_body, opening_events, text_events

TIMEOUT_SECONDS = 600
PROSE = "I have read the record with care. On the whole the patient is doing well, but this is prose and no JSON document."


@dataclass(frozen=True, slots=True)
class Scene:
    """What a behaviour plays on: the call, the connection it came by, the answer it should get, and the till."""

    call: Call
    exchange: Exchange
    reply: Reply
    billed: Callable[[Reply], None]


Behaviour = Callable[[Scene], None]


def parse_script(script: object) -> deque[Behaviour]:
    """Raises ValueError that names the word it does not know."""
    match script:
        case list() | tuple():
            return deque(_parse_word(at, word) for at, word in enumerate(script))
        case _:
            raise ValueError("script: expected a list")


def _parse_word(at: int, word: object) -> Behaviour:
    if isinstance(word, str) and word in WORDS:
        return WORDS[word]
    seconds = word.get("slow") if isinstance(word, Mapping) and set(word) == {"slow"} else None
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < float("inf"):
        return _slow(seconds)
    known = ", ".join(json.dumps(one) for one in WORDS)
    raise ValueError(f'script[{at}]: unknown word {json.dumps(word, default=str)}; known are {known} and {{"slow": seconds}}')


def ok(scene: Scene) -> None:
    _say(scene, scene.reply)


def _slow(seconds: float) -> Behaviour:
    def slow(scene: Scene) -> None:
        until = scene.exchange.clock.now() + seconds
        if scene.call.stream:
            scene.exchange.open_stream()
            scene.exchange.send_events(opening_events(scene.reply, scene.exchange.message_id))
        scene.exchange.hold(until)
        _say(scene, scene.reply, opened=True)

    return slow


def _error(status: int) -> Behaviour:
    return lambda scene: scene.exchange.send_error(status)


def _timeout(scene: Scene) -> None:
    scene.exchange.hold(scene.exchange.clock.now() + TIMEOUT_SECONDS)
    scene.exchange.drop()


def _hang(scene: Scene) -> None:
    if scene.call.stream:
        scene.exchange.open_stream()
    scene.exchange.hold()


def _disconnect(scene: Scene) -> None:
    """The answer was made and is lost on its way: it is billed, and the caller has half of it."""
    exchange, reply = scene.exchange, scene.reply
    scene.billed(reply)
    if scene.call.stream:
        exchange.open_stream()
        exchange.send_events(opening_events(reply, exchange.message_id))
        exchange.send_events(text_events(replace(reply, text=reply.text[: len(reply.text) // 2])))
    else:
        exchange.send_part(message_body(reply, exchange.message_id))
    exchange.drop()


def _not_json(scene: Scene) -> None:
    _say(scene, _with_text(scene.reply, PROSE))


def _missing_fields(scene: Scene) -> None:
    """A JSON object that has none of the fields that the schema requires."""
    required = (scene.call.schema or {}).get("required", [])
    parsed = json.loads(scene.reply.text) if scene.call.schema else {}
    _say(scene, _with_text(scene.reply, json.dumps({name: value for name, value in parsed.items() if name not in required})))


def _refusal(scene: Scene) -> None:
    _say(scene, replace(_with_text(scene.reply, "I cannot help with this."), stop_reason="refusal"))


def _say(scene: Scene, reply: Reply, *, opened: bool = False) -> None:
    exchange = scene.exchange
    # Before the last byte, so that whoever has the whole answer also finds it billed.
    scene.billed(reply)
    if not scene.call.stream:
        exchange.send_json(200, message_body(reply, exchange.message_id))
    else:
        if not opened:
            exchange.open_stream()
            exchange.send_events(opening_events(reply, exchange.message_id))
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
    "refusal": _refusal,
    "hang": _hang,
}
