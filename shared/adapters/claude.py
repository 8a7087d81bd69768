"""The language model port over the anthropic SDK: the Claude API, or Amazon Bedrock.

One call is one request: retries belong to the run's state machine, so the SDK makes none. Importing
this module costs nothing; the SDK, seven times a bare AWS call at cold start, is imported with the
first client or call. Only the worker may do so. It must never know a run, and never let a word of
prompt or answer into a log, a trace or an error.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from shared.adapters.claude_cache import content_of, marks_cache
from shared.adapters.spans import call_span
from shared.errors import PermanentFailure
from shared.runs.model import Heard, ModelAnswer, ModelRequest

if TYPE_CHECKING:
    import anthropic


API_URL = "https://api.anthropic.com"
CONNECT_SECONDS = 5.0
COUNT_SECONDS = 20.0
SILENCE_SECONDS = 90.0
"""A stream that says nothing for so long, not even a ping, is taken for dead."""
LLM_ERROR = "LLM_ERROR"

BEDROCK_VERSION = "2026-10-21"
OLD_BEDROCK_VERSION = "bedrock-2023-05-31"
# Bedrock takes the present API version for Claude 4.7 and later only.
_OLD_ON_BEDROCK = ("claude-3", "-4-6", "-4-5", "-4-1", "-4-2025", "-4-0")

T = TypeVar("T")


def import_sdk() -> None:
    """Import the SDK, so that the first client and its first call need not."""
    import anthropic
    import anthropic.resources.messages.messages  # noqa: F401


def build_client(
    api_key: str | None = None,
    base_url: str | None = None,
    bedrock: bool = False,
    region: str | None = None,
) -> "anthropic.Anthropic | anthropic.AnthropicBedrock | None":
    """The SDK's client, taking nothing from the environment but proxies and, for Bedrock, the
    function's AWS credentials.

    None when there is no key: that is a failure of each call, which a run can record, and not of
    the worker's start.
    """
    if not bedrock and not (api_key and api_key.strip()):
        return None
    import anthropic

    # At debug level it logs whole requests, which are patient data, whatever level the root
    # logger has.
    logging.getLogger("anthropic").setLevel(logging.WARNING)
    if bedrock:
        return anthropic.AnthropicBedrock(
            aws_region=region, base_url=base_url, max_retries=0, open_telemetry=False
        )
    key = (api_key or "").strip()
    return anthropic.Anthropic(
        api_key=key, base_url=base_url or API_URL, max_retries=0, open_telemetry=False
    )


class ClaudeModel:
    """Satisfies shared.ports.LanguageModel. Threads may share it.

    `renew` reads the key again and builds a client with it, or answers None where the key is the
    one that was refused. `counter` is Bedrock's own client, which counts tokens there. `geography`:
    where calls are to be served (`us`, `global`); None leaves it to the workspace. `spans`: whether
    calls are OpenTelemetry spans.
    """

    def __init__(
        self,
        client: "anthropic.Anthropic | anthropic.AnthropicBedrock | None",
        *,
        renew: "Callable[[], anthropic.Anthropic | anthropic.AnthropicBedrock | None]" = lambda: (
            None
        ),
        counter: Any = None,
        geography: str | None = None,
        spans: bool = False,
    ) -> None:
        self._client = client.with_options(max_retries=0) if client else None
        self._renew, self._counter, self._geography = renew, counter, geography
        self._lock, self._spans = threading.Lock(), spans

    @property
    def provider(self) -> str:
        return "bedrock" if self._counter is not None else "anthropic"

    def caches(self, request: ModelRequest) -> bool:
        return marks_cache(request)

    def count_input_tokens(self, request: ModelRequest) -> int:
        """The API's own count, which is free; on Bedrock, that of its CountTokens."""
        if self._counter is not None:
            return self._count_on_bedrock(request)

        def count(client: Any) -> int:
            content = self._content(request)
            content.pop("inference_geo", None)
            counted: int = client.messages.count_tokens(
                **content, timeout=COUNT_SECONDS
            ).input_tokens
            return counted

        return self._with_a_good_key(count)

    def answer(
        self,
        request: ModelRequest,
        *,
        still_wanted: Callable[[], None],
        timeout_seconds: float,
        heard: Callable[[Heard], None] = lambda _: None,
    ) -> ModelAnswer:
        import httpx2

        from shared.adapters.claude_stream import read_answer, watched

        deadline = time.monotonic() + timeout_seconds
        # Until the headers come there is no body to watch, so connecting and the first read share
        # the time between them.
        connect = min(CONNECT_SECONDS, timeout_seconds / 5)
        patience = httpx2.Timeout(connect, read=min(SILENCE_SECONDS, timeout_seconds - connect))

        def ask(client: Any) -> ModelAnswer:
            stream = client.messages.create(
                **self._content(request),
                max_tokens=request.max_output_tokens,
                stream=True,
                timeout=patience,
            )
            with stream, watched(stream.response, deadline, still_wanted):
                return read_answer(stream, request.model, heard)

        with call_span(self.provider, request, enabled=self._spans) as tell:
            answer = self._with_a_good_key(ask, lambda: time.monotonic() >= deadline)
            tell(answer)
        return answer

    def _with_a_good_key(
        self, call: Callable[[Any], T], expired: Callable[[], bool] = lambda: False
    ) -> T:
        """Make the call; where its key is refused, once more with another key, if the secret has
        one by now.
        """
        from shared.adapters.claude_errors import CredentialRefused, translated

        client = self._connected()
        try:
            with translated(expired):
                return call(client)
        except CredentialRefused as refused:
            other = self._renewed(client)
            if other is None:
                raise _refused_key() from refused
        try:
            with translated(expired):
                return call(other)
        except CredentialRefused as refused:
            raise _refused_key() from refused

    def _renewed(self, refused: Any) -> Any:
        """The client with another key than the refused one's: another thread may have
        it already.
        """
        with self._lock:
            if self._client is refused:
                renewed = self._renew()
                if renewed is None:
                    return None
                self._client = renewed.with_options(max_retries=0)
            return self._client

    def _connected(self) -> Any:
        if self._client is None:
            with self._lock:
                renewed = self._renew() if self._client is None else None
                if renewed is not None:
                    self._client = renewed.with_options(max_retries=0)
        if self._client is None:
            raise PermanentFailure(LLM_ERROR, "There is no key for the model.")
        return self._client

    def _content(self, request: ModelRequest) -> dict[str, Any]:
        content = content_of(request)
        if self._counter is not None:
            content["extra_body"] = {"anthropic_version": bedrock_version(request.model)}
        elif self._geography:
            content["inference_geo"] = self._geography
        return content

    def _count_on_bedrock(self, request: ModelRequest) -> int:
        from shared.adapters.claude_errors import translated

        body = self._content(request) | {"max_tokens": request.max_output_tokens}
        body |= body.pop("extra_body")
        model = body.pop("model")
        with translated():
            counted: int = self._counter.count_tokens(
                modelId=model, input={"invokeModel": {"body": json.dumps(body).encode()}}
            )["inputTokens"]
        return counted


def _refused_key() -> PermanentFailure:
    return PermanentFailure(LLM_ERROR, "The model API did not accept the key.")


def bedrock_version(model: str) -> str:
    """The API version that Bedrock takes for a model."""
    return (
        OLD_BEDROCK_VERSION if any(mark in model for mark in _OLD_ON_BEDROCK) else BEDROCK_VERSION
    )
