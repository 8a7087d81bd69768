"""What a run, a step or an agent has spent."""

from typing import Annotated

from pydantic import Field

from tools.openapi.answers.shape import Count, Dollars, Shape


class Usage(Shape):
    """Calls, tokens and money."""

    model: Annotated[str | None, Field(examples=["claude-sonnet-5"])]
    """The model that answered last; null before the first call."""
    calls: Count
    """Calls that may have been billed: an answer, a refusal of the model, a 5xx, a time-out, a cut.
    """
    lost_calls: Count
    """Those of `calls` of which no whole answer came."""
    reused_calls: Count
    """Answers that were taken from the ledger instead of being bought again."""
    input_tokens: Count
    output_tokens: Count
    thinking_tokens: Count
    """Those of `output_tokens` that the model thought with."""
    cache_read_tokens: Count
    cache_write_tokens: Count
    cost_usd: Dollars
    """What is known to have been spent."""
    uncertain_usd: Dollars
    """The most that lost calls may have cost beyond `cost_usd`."""
    saved_usd: Dollars
    """What reused answers would have cost."""


class AnswerTokens(Shape):
    """The tokens of one model answer."""

    input_tokens: Count
    output_tokens: Count
    thinking_tokens: Count
    cache_read_tokens: Count
    cache_write_tokens: Count


class TokenCount(Shape):
    input: Count
    output: Count
