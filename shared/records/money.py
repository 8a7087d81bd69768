"""What calls of the model took and cost. Costs are integers, micro-dollars."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """`thinking_tokens` are a part of `output_tokens`, not beside them."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    thinking_tokens: int = 0

    def __add__(self, other: "TokenUsage") -> "TokenUsage":
        return TokenUsage(
            *(getattr(self, f.name) + getattr(other, f.name) for f in fields(TokenUsage))
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What else decides the price of a call: where it was served, by which tier, and how long its
    cache is kept.
    """

    geography: str | None = None
    """As the provider reports it (`us`, `global`); None where it says nothing."""
    tier: str | None = None
    """`standard`, `priority` or `batch`; a batch costs half."""
    hour_write_tokens: int = 0
    """How many of the cache-write tokens are kept for an hour: those cost twice the input price."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a step or a run has spent. Costs are micro-dollars; `saved` is what reused answers would
    have cost.

    `calls` counts every call that may have been billed, `lost_calls` those of them of which no
    whole answer came. `cost` is what is known to be billed, `uncertain` the most that may be billed
    beyond it.
    """

    model: str | None = None
    calls: int = 0
    lost_calls: int = 0
    reused_calls: int = 0
    tokens: TokenUsage = TokenUsage()
    cost: int = 0
    uncertain: int = 0
    saved: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            model=other.model or self.model,
            calls=self.calls + other.calls,
            lost_calls=self.lost_calls + other.lost_calls,
            reused_calls=self.reused_calls + other.reused_calls,
            tokens=self.tokens + other.tokens,
            cost=self.cost + other.cost,
            uncertain=self.uncertain + other.uncertain,
            saved=self.saved + other.saved,
        )


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of a run's call ledger: what a call cost, or may cost.

    `fence`: the claim whose answer stands here; None for a call that was asked and for what leads
    to another entry. `timed_out`: the call took too long, so the same request must not be put again
    unchanged.
    """

    usage: Usage = NO_USAGE
    fence: int | None = None
    timed_out: bool = False
    asked_at: int | None = None
    """When a call was asked (ms) of which it is not known yet what became of it."""
    known_at: int | None = None
    """When its cost became known (ms): the day on which it counts."""


PLAIN_TERMS = Terms()
