"""A language model that says what it was told to say, and counts what it was asked."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from shared.records.money import TokenUsage
from shared.runs.model import Heard, ModelAnswer, ModelRequest, StopReason

StillWanted = Callable[[], None]
Speech = ModelAnswer | Exception | Callable[[StillWanted], ModelAnswer]
"""What meets a call: an answer, a failure, or something that happens while the answer streams in.
"""


@dataclass(frozen=True, slots=True)
class Call:
    request: ModelRequest
    timeout_seconds: float


class ScriptedModel:
    """Implements shared.ports.LanguageModel. With nothing left in its script it gives `default`."""

    def __init__(self, default: str = "{}", usage: TokenUsage = TokenUsage(1_000, 200)) -> None:
        self._script: deque[Speech] = deque()
        self.default, self.usage = default, usage
        self.calls: list[Call] = []
        self.counted = 0

    def script(self, *speeches: Speech) -> None:
        self._script.extend(speeches)

    def count_input_tokens(self, request: ModelRequest) -> int:
        self.counted += 1
        return -(-len(request.system + request.prompt) // 4)

    @property
    def provider(self) -> str:
        return "scripted"

    def caches(self, request: ModelRequest) -> bool:
        return False

    def answer(
        self,
        request: ModelRequest,
        *,
        still_wanted: StillWanted,
        timeout_seconds: float,
        heard: Callable[[Heard], None] = lambda _: None,
    ) -> ModelAnswer:
        self.calls.append(Call(request, timeout_seconds))
        speech = self._script.popleft() if self._script else self.says(self.default, request.model)
        if isinstance(speech, Exception):
            raise speech
        # at the first piece; a speech may ask again, and after the last piece nobody does
        still_wanted()
        return speech(still_wanted) if callable(speech) else speech

    def says(
        self,
        text: str,
        model: str = "claude-sonnet-5-5",
        stop_reason: StopReason = StopReason.COMPLETE,
    ) -> ModelAnswer:
        return ModelAnswer(text, model, stop_reason, self.usage)
