"""The offline model's prompt cache, by the provider's rules: a marked beginning of a least length,
kept for five minutes.

A beginning is known by its bytes, the model and the form of the answer. It must never know what the
words mean.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KEPT_SECONDS = 300
_LEAST_TOKENS: Mapping[str, int] = {
    "claude-fable-5": 512,
    "claude-opus-5": 512,
    "claude-sonnet-5-5": 512,
    "claude-opus-4-7": 2_048,
    "claude-opus-4-6": 4_096,
    "claude-opus-4-5": 4_096,
    "claude-haiku-4-5": 4_096,
}
_LEAST_OF_OTHERS = 1_024


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a request begins with, up to a mark."""

    key: str
    tokens: int


def marked_beginnings(
    body: Mapping[str, Any], count: Callable[[str], int]
) -> tuple[Beginning, ...]:
    """The beginnings that a request marks, shortest first; those that the model is too large to
    cache are left out.
    """
    head = [body.get("model"), body.get("output_config")]
    found = []
    for blocks in _up_to_marks(body):
        tokens = count(json.dumps(blocks))
        if tokens >= _least(str(body.get("model"))):
            found.append(Beginning(json.dumps([head, blocks], sort_keys=True), tokens))
    return tuple(found)


def _up_to_marks(body: Mapping[str, Any]) -> Iterator[list[Any]]:
    seen: list[Any] = []
    system = body.get("system")
    contents = [
        system,
        *(
            message.get("content")
            for message in body.get("messages", [])
            if isinstance(message, dict)
        ),
    ]
    for content in contents:
        for block in content if isinstance(content, list) else [content]:
            seen.append(block.get("text") if isinstance(block, dict) else block)
            if isinstance(block, dict) and block.get("cache_control"):
                yield list(seen)


def _least(model: str) -> int:
    fitting = [name for name in _LEAST_TOKENS if name in model]
    return _LEAST_TOKENS[max(fitting, key=len)] if fitting else _LEAST_OF_OTHERS


class PromptCache:
    """`now`: seconds of stack time."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def use(self, beginnings: tuple[Beginning, ...]) -> tuple[int, int]:
        """(tokens read, tokens written): the longest beginning that is kept is read, and what the
        marks add is written.
        """
        if not beginnings:
            return 0, 0
        with self._lock:
            now = self._now()
            kept = [b.tokens for b in beginnings if self._until.get(b.key, 0) > now]
            read = max(kept, default=0)
            for beginning in beginnings:
                self._until[beginning.key] = now + KEPT_SECONDS
            return read, max(b.tokens for b in beginnings) - read
