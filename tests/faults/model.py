"""A LanguageModel that answers from a script, and keeps an account of what was paid.

Every answer has a cost of its own.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.errors import PermanentFailure, TransientFailure
from shared.records.money import TokenUsage
from shared.runs.model import Heard, ModelAnswer, ModelRequest, StopReason
from tests.faults.faults import MODEL, SLOW_MS
from tests.faults.scheduler import Killed, Process, Scheduler
from tests.faults.sdk import Calls

HALF_MS = 6_000
"""An answer streams for twice this long; in the middle the worker is asked whether it is still
wanted.
"""
INPUT_TOKENS = 1_000
_GOOD = {
    "summary": "Stable.",
    "findings": ["Pulse 70/min on 2026-01-02."],
    "recommendations": ["Review in a year."],
    "risk_level": "low",
}
_LONG = _GOOD | {"summary": "Stable. " * 1_200}
TEXTS = {
    "ok": json.dumps(_GOOD),
    "long": json.dumps(_LONG),
    "bad": "not JSON",
    "refusal": "no",
    "cut": '{"summary": "St',
}
"""What an outcome of the script says; `error`, `error@30`, `lost` and `permanent` are
no answers.
"""
_STOPS = {"refusal": StopReason.REFUSED, "cut": StopReason.OUTPUT_LIMIT}


@dataclass(eq=False, slots=True)
class Asked:
    """One question: who asked it when, and whether it was answered, which is when it is paid."""

    process: Process
    sha256: str
    at: int
    outcome: str
    usage: TokenUsage
    stored_before: bool
    """An answer to this very request stood in the ledger when the question was put."""
    paid: bool = False
    """Its answer came whole."""
    billed: TokenUsage = field(default_factory=TokenUsage)
    """What the provider charges, whether or not anybody heard of it."""

    @property
    def cost(self) -> int:
        """Micro-dollars, at the prices of the model that the runs ask."""
        return 2 * self.billed.input_tokens + 10 * self.billed.output_tokens


@dataclass(eq=False, slots=True)
class ScriptedModel:
    """Implements shared.ports.LanguageModel.

    `script`: outcomes of the next calls, in order, then `ok`.
    """

    scheduler: Scheduler
    calls: Calls
    script: Sequence[str]
    is_stored: Callable[[str], bool]
    asked: list[Asked] = field(default_factory=list)

    def count_input_tokens(self, request: ModelRequest) -> int:
        return INPUT_TOKENS + 100

    @property
    def provider(self) -> str:
        return "scripted"

    def caches(self, request: ModelRequest) -> bool:
        return False

    def answer(
        self,
        request: ModelRequest,
        *,
        still_wanted: Callable[[], None],
        timeout_seconds: float,
        heard: Callable[[Heard], None] = lambda _: None,
    ) -> ModelAnswer:
        struck = self.calls.strike(MODEL)
        self.calls.note(f"model asked{f'   <-- {struck}' if struck else ''}")
        kind = struck.kind if struck else None
        if kind == "crash_before":
            raise Killed
        if kind == "slow":
            self.scheduler.pause(SLOW_MS)
        if kind == "zombie" and struck:
            self.calls.freeze(struck.wake)
        if kind == "error" and struck:
            raise _overloaded(struck.wake)
        answer, asked = self._stream(request, still_wanted, heard)
        self._pay(asked)
        if kind == "crash_after":
            raise Killed
        if kind == "zombie_paid" and struck:
            self.calls.freeze(struck.wake)
        return answer

    def _stream(
        self,
        request: ModelRequest,
        still_wanted: Callable[[], None],
        heard: Callable[[Heard], None],
    ) -> tuple[ModelAnswer, Asked]:
        number = len(self.asked)
        outcome = self.script[number] if number < len(self.script) else "ok"
        usage = TokenUsage(INPUT_TOKENS + number, 100 + number)
        process = self.scheduler.current
        assert process is not None
        asked = Asked(
            process,
            request.sha256(),
            self.scheduler.now,
            outcome,
            usage,
            self.is_stored(request.sha256()),
        )
        self.asked.append(asked)
        if outcome.startswith("error"):
            self.scheduler.pause(2 * HALF_MS)
            raise _overloaded(outcome.partition("@")[2])
        if outcome == "permanent":
            self.scheduler.pause(2 * HALF_MS)
            raise PermanentFailure("LLM_ERROR", "The model refused the request.")
        # The input is billed from here on, and the token with which every answer begins.
        asked.billed = TokenUsage(usage.input_tokens, 1)
        heard(Heard(request.model, asked.billed))
        self.scheduler.pause(HALF_MS)
        still_wanted()
        asked.billed = TokenUsage(usage.input_tokens, usage.output_tokens // 2)
        self.scheduler.pause(HALF_MS)
        if outcome == "lost":
            asked.billed = usage
            raise TransientFailure("LLM_ERROR", "The connection was lost.", may_be_billed=True)
        return ModelAnswer(
            TEXTS[outcome], request.model, _STOPS.get(outcome, StopReason.COMPLETE), usage
        ), asked

    def _pay(self, asked: Asked) -> None:
        asked.paid, asked.billed = True, asked.usage
        asked.process.notes["unstored"] = asked
        self.calls.note(f"model PAID, call {len(self.asked)}")


def _overloaded(retry_after: str) -> TransientFailure:
    return TransientFailure(
        "LLM_ERROR",
        "The model is overloaded.",
        retry_after=float(retry_after) if retry_after else None,
        may_be_billed=True,
    )


def is_good(answer: Mapping[str, Any]) -> bool:
    """Whether a stored answer is one that a run can go on with."""
    return bool(answer["stop_reason"] == StopReason.COMPLETE and answer["text"].startswith("{"))
