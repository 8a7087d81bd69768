"""The language model port over the anthropic SDK: the Claude API, or Amazon Bedrock.

One call is one request: retries belong to the run's state machine, so the SDK makes none. Importing this module costs nothing;
the SDK, seven times a bare AWS call at cold start, is imported with the first client or call. Only the worker may do so. It must
never know a run, and never let a word of prompt or answer into a log, a trace or an error.
"""

import json
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.errors import PermanentFailure
from shared.ports import ModelAnswer, ModelRequest

if TYPE_CHECKING:
    import anthropic


API_URL = "https://api.anthropic.com"
CONNECT_SECONDS = 5.0
COUNT_SECONDS = 20.0
SILENCE_SECONDS = 90.0
"""A stream that says nothing for so long, not even a ping, is taken for dead."""
FRAME_TOKENS = 1_000
"""More than what the API itself puts around a request with a schema."""

# Anthropic caches no prefix under 1,024 tokens, some four characters each, and a write costs a quarter more than a plain read.
CACHED_FROM_CHARACTERS = 4_096


def build_client(
    api_key: str | None = None, base_url: str | None = None, bedrock: bool = False, region: str | None = None
) -> "anthropic.Anthropic | anthropic.AnthropicBedrock | None":
    """The SDK's client, taking nothing from the environment but proxies and, for Bedrock, the function's AWS credentials.

    None when there is no key: that is a failure of each call, which a run can record, and not of the worker's start.
    """
    if not bedrock and not (api_key and api_key.strip()):
        return None
    import anthropic

    # At debug level it logs whole requests, which are patient data, whatever level the root logger has.
    logging.getLogger("anthropic").setLevel(logging.WARNING)
    if bedrock:
        return anthropic.AnthropicBedrock(aws_region=region, base_url=base_url, max_retries=0, open_telemetry=False)
    key = (api_key or "").strip()
    return anthropic.Anthropic(api_key=key, base_url=base_url or API_URL, max_retries=0, open_telemetry=False)


class ClaudeModel:
    """Satisfies shared.ports.LanguageModel. Threads may share it."""

    def __init__(self, client: "anthropic.Anthropic | anthropic.AnthropicBedrock | None") -> None:
        self._client = client.with_options(max_retries=0) if client else None

    def count_input_tokens(self, request: ModelRequest) -> int:
        """The API's count, or on Bedrock, which has none, the bound that always holds: no token is less than a byte."""
        import anthropic

        from shared.adapters.claude_errors import translated

        client = self._connected()
        content = _content(request)
        if isinstance(client, anthropic.AnthropicBedrock):
            return len(json.dumps(content, ensure_ascii=False).encode()) + FRAME_TOKENS
        with translated():
            return client.messages.count_tokens(**content, timeout=COUNT_SECONDS).input_tokens

    def answer(self, request: ModelRequest, *, still_wanted: Callable[[], None], timeout_seconds: float) -> ModelAnswer:
        import httpx2

        from shared.adapters.claude_errors import translated
        from shared.adapters.claude_stream import read_answer, watched

        deadline = time.monotonic() + timeout_seconds
        # Until the headers come there is no body to watch, so connecting and the first read share the time between them.
        connect = min(CONNECT_SECONDS, timeout_seconds / 5)
        patience = httpx2.Timeout(connect, read=min(SILENCE_SECONDS, timeout_seconds - connect))
        messages = self._connected().messages
        with translated(lambda: time.monotonic() >= deadline):
            stream = messages.create(**_content(request), max_tokens=request.max_output_tokens, stream=True, timeout=patience)
            with stream, watched(stream.response, deadline, still_wanted):
                return read_answer(stream, request.model)

    def _connected(self) -> "anthropic.Anthropic | anthropic.AnthropicBedrock":
        if self._client is None:
            raise PermanentFailure("LLM_ERROR", "There is no key for the model.")
        return self._client


def _content(request: ModelRequest) -> dict[str, Any]:
    """What the model sees. No sampling or thinking parameters: current models answer 400 to them."""
    import anthropic

    content: dict[str, Any] = {
        "model": request.model,
        "system": _system(request.system),
        "messages": [{"role": "user", "content": request.prompt}],
    }
    if request.schema:
        schema = anthropic.transform_schema(dict(request.schema))
        content["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    return content


def _system(text: str) -> str | list[dict[str, Any]]:
    """One breakpoint after the system prompt, which all runs of a workflow share; the rest is a patient's and comes once."""
    if len(text) < CACHED_FROM_CHARACTERS:
        return text
    return [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]
