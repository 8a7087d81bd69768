"""What is asked of a language model and what comes back, in words of our own. Pure; an adapter
translates a vendor's words.

A request holds all that decides its answer and nothing else, so that its sha256 names the answer.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from shared.records.money import PLAIN_TERMS, Terms, TokenUsage
from shared.runs.canonical import canonical_json


class StopReason(StrEnum):
    """Why an answer ended."""

    COMPLETE = "complete"
    """The model had said all."""
    OUTPUT_LIMIT = "output_limit"
    """Cut: the request allowed no more output tokens."""
    CONTEXT_LIMIT = "context_limit"
    """Cut: the model's context window was full."""
    UNFINISHED = "unfinished"
    """Cut: the model stopped for something that we do not offer (a tool, a pause)."""
    REFUSED = "refused"
    """The model will not answer."""

    @property
    def is_cut(self) -> bool:
        """Whether something is missing at the answer's end."""
        return self in _CUT


_CUT = frozenset({StopReason.OUTPUT_LIMIT, StopReason.CONTEXT_LIMIT, StopReason.UNFINISHED})
_WHY_CUT: Mapping[StopReason, str] = {
    StopReason.OUTPUT_LIMIT: "the answer was cut off at the output limit",
    StopReason.CONTEXT_LIMIT: "the answer was cut off where the model's context window ends",
    StopReason.UNFINISHED: "the model stopped before its answer was complete",
}


def cut_notes(stop_reason: str) -> list[str]:
    """What is to be said of an answer that was cut short, before whatever else is wrong with it;
    else nothing.
    """
    reason = StopReason(stop_reason)
    return [_WHY_CUT[reason]] if reason.is_cut else []


class Effort(StrEnum):
    """How much a model is to think before it answers."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"
    MAX = "max"


_LESS_EFFORT: Mapping[Effort | None, Effort] = {
    Effort.MAX: Effort.HIGH,
    Effort.XHIGH: Effort.HIGH,
    Effort.HIGH: Effort.MEDIUM,
    Effort.MEDIUM: Effort.LOW,
    Effort.LOW: Effort.LOW,
    None: Effort.MEDIUM,
}


def efforts(text: str) -> dict[str, Effort]:
    """`diagnosis=high, analysis=low` by workflow. Raises ValueError for a part that is not of this
    form.
    """
    parts = [part.partition("=") for part in text.split(",") if part.strip()]
    return {workflow.strip(): Effort(effort.strip()) for workflow, _, effort in parts}


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One model call. `system` is the same for every run of a workflow, `shared` for several calls
    of a run; it stands before `prompt`, and a provider may keep both in its cache. `effort` None:
    the model's default.
    """

    model: str
    system: str
    prompt: str
    schema: Mapping[str, Any]
    max_output_tokens: int
    shared: str = ""
    effort: Effort | None = None

    def sha256(self) -> str:
        """Names the answer: 64 hexadecimal digits."""
        fields = [
            self.model,
            self.system,
            self.shared,
            self.prompt,
            self.schema,
            self.max_output_tokens,
            self.effort,
        ]
        return hashlib.sha256(canonical_json(fields)).hexdigest()

    def lessened(self) -> "ModelRequest":
        """The request that takes the place of one that timed out: less effort, and a quarter fewer
        tokens.
        """
        return replace(
            self,
            effort=_LESS_EFFORT[self.effort],
            max_output_tokens=max(1, self.max_output_tokens * 3 // 4),
        )


@dataclass(frozen=True, slots=True)
class CallMark:
    """What a provider says of a call besides its answer: to find it again on the other side, and
    how near a limit was.
    """

    request_id: str | None = None
    remaining_requests: int | None = None
    remaining_tokens: int | None = None


NO_MARK = CallMark()


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What was paid for. `refusal_category`: the provider's word for what a refusal is about, never
    its explanation.
    """

    text: str
    model: str
    stop_reason: StopReason
    usage: TokenUsage
    refusal_category: str | None = None
    terms: Terms = PLAIN_TERMS
    mark: CallMark = field(default=NO_MARK, compare=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a stream has said so far of its own cost: it is the least that the call is billed."""

    model: str
    usage: TokenUsage
    terms: Terms = PLAIN_TERMS
