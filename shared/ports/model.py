"""The language model: how it is asked. What it is asked and what it answers stands in
shared.runs.model.
"""

from collections.abc import Callable
from typing import Protocol

from shared.runs.model import Heard, ModelAnswer, ModelRequest


class LanguageModel(Protocol):
    """Raises, from every call: EntryRefused (not let in, nothing billed), TransientFailure (broken
    off; says whether it may have been billed) or PermanentFailure, code LLM_ERROR, with fixed
    texts.
    """

    @property
    def provider(self) -> str:
        """Who is asked; with a model's name it says what a refused entry closes."""

    def count_input_tokens(self, request: ModelRequest) -> int: ...

    def caches(self, request: ModelRequest) -> bool:
        """Whether this request will mark something to be cached, so that it may be billed as a
        cache write.
        """

    def answer(
        self,
        request: ModelRequest,
        *,
        still_wanted: Callable[[], None],
        timeout_seconds: float,
        heard: Callable[[Heard], None] = lambda _: None,
    ) -> ModelAnswer:
        """Ask once. `still_wanted` is called as the answer streams in; what it raises closes the
        stream and propagates. `heard` is told what the stream says of its cost, before the answer
        is whole.

        Refusals and cut answers are answers: they were paid for.
        """
