"""What the model sees of a request, and up to where the provider may keep it in its cache. Pure:
imports no SDK at load.

The provider caches the longest known beginning of a request up to a mark, and only one of a least
length, which differs by model. A mark on a shorter beginning does nothing and costs nothing.
"""

from collections.abc import Mapping
from typing import Any

from shared.runs.model import ModelRequest

CHARACTERS_PER_TOKEN = 3
"""Few enough that a beginning which could be cached is not left unmarked; English has rather more.
"""

_LEAST_TOKENS: Mapping[str, int] = {
    "claude-fable-5": 512,
    "claude-opus-5": 512,
    "claude-sonnet-5-5": 512,
    "claude-opus-4-8": 1_024,
    "claude-sonnet-5": 1_024,
    "claude-sonnet-4-6": 1_024,
    "claude-opus-4-7": 2_048,
    "claude-opus-4-6": 4_096,
    "claude-opus-4-5": 4_096,
    "claude-haiku-4-5": 4_096,
}
_LEAST_OF_OTHERS = 1_024
_MARK = {"cache_control": {"type": "ephemeral"}}


def least_cached_tokens(model: str) -> int:
    """The shortest beginning that the model caches, in tokens; the longest fitting name decides."""
    plain = model[max(0, model.rfind("claude-")) :]
    fitting = [name for name in _LEAST_TOKENS if plain.startswith(name)]
    return _LEAST_TOKENS[max(fitting, key=len)] if fitting else _LEAST_OF_OTHERS


def marks_cache(request: ModelRequest) -> bool:
    """Whether anything of the request is marked for the cache."""
    return any(_marked(request))


def content_of(request: ModelRequest) -> dict[str, Any]:
    """The SDK's arguments for it. No sampling or thinking parameters: current models answer 400 to
    them.
    """
    import anthropic

    mark_system, mark_shared = _marked(request)
    content: dict[str, Any] = {
        "model": request.model,
        "system": _system(request.system, mark_system),
        "messages": [{"role": "user", "content": _user(request, mark_shared)}],
    }
    output: dict[str, Any] = {}
    if request.schema:
        schema = anthropic.transform_schema(dict(request.schema))
        output["format"] = {"type": "json_schema", "schema": schema}
    if request.effort:
        output["effort"] = request.effort.value
    if output:
        content["output_config"] = output
    return content


def _marked(request: ModelRequest) -> tuple[bool, bool]:
    """Whether there is a mark after the system prompt, and after what several calls share."""
    least = least_cached_tokens(request.model) * CHARACTERS_PER_TOKEN
    system = len(request.system)
    return system >= least, bool(request.shared) and system + len(request.shared) >= least


def _system(text: str, marked: bool) -> str | list[dict[str, Any]]:
    return [{"type": "text", "text": text, **_MARK}] if marked else text


def _user(request: ModelRequest, marked: bool) -> str | list[dict[str, Any]]:
    if not request.shared:
        return request.prompt
    shared = {"type": "text", "text": request.shared, **(_MARK if marked else {})}
    return [shared, {"type": "text", "text": request.prompt}]
