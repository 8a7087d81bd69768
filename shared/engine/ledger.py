"""The call ledger: an answer is stored before anything reads it, looked up before calling, and never bought twice.

The key is made of step, round and the request's sha256. What an answer cost is counted by the claim that bought it; when
that claim died before it could write its usage down, by the claim that uses the answer next.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from shared.errors import PermanentFailure
from shared.ports import Clock, LanguageModel, ModelAnswer, ModelRequest, PayloadStore, RunStore
from shared.runs.codes import FailureCode
from shared.runs.prices import PriceTable, cost_microusd, highest_cost_microusd
from shared.runs.records import WORKER, Run, Status, TokenUsage, Usage
from shared.runs.timing import SECOND
from shared.workflows.steps import BoughtAnswer


@dataclass(frozen=True, slots=True)
class Ledger:
    payloads: PayloadStore
    runs: RunStore
    model: LanguageModel
    prices: PriceTable
    clock: Clock
    model_timeout_ms: int

    def ask(self, run: Run, step: str, request: ModelRequest, spent: int, still_wanted: Callable[[], None]) -> tuple[BoughtAnswer, Usage]:
        """The answer and what this use of it adds to the run's usage. `spent`: micro-dollars of this run so far.

        Raises PermanentFailure (BUDGET_EXCEEDED, LLM_ERROR), TransientFailure (LLM_ERROR), OwnershipLost.
        """
        key = f"{step}#{run.round}#{request.sha256()}"
        stored = self.payloads.get_answer(run, key)
        if stored is not None:
            return self._reuse(run, stored)
        self._hold_budget(run, request, spent)
        answer = self.model.answer(request, still_wanted=still_wanted, timeout_seconds=self.model_timeout_ms / SECOND)
        now = self.clock.now_ms()
        cost = cost_microusd(answer.model, answer.usage, _day(now), self.prices)
        entry = json.dumps({"answer": asdict(answer), "at": now, "fence": run.fence, "cost": cost}).encode()
        standing = json.loads(self.payloads.put_answer(run, key, entry))
        usage = Usage(answer.model, calls=1, tokens=answer.usage, cost=cost)
        return _bought(standing), usage

    def _hold_budget(self, run: Run, request: ModelRequest, spent: int) -> None:
        """Raise BUDGET_EXCEEDED when the call's highest cost does not fit into what is left; nothing is spent then."""
        limit = run.attributes.get("max_cost")
        if limit is None:
            return
        tokens = self.model.count_input_tokens(request)
        highest = highest_cost_microusd(request.model, tokens, request.max_output_tokens, _day(self.clock.now_ms()), self.prices)
        missing = spent + highest - limit
        if missing > 0:
            held = f"The next call may cost up to {_dollars(highest)}; {_dollars(spent)} of {_dollars(limit)} are spent"
            raise PermanentFailure(FailureCode.BUDGET_EXCEEDED, f"{held}, {_dollars(missing)} are missing.")

    def _reuse(self, run: Run, stored: bytes) -> tuple[BoughtAnswer, Usage]:
        entry = json.loads(stored)
        bought = _bought(entry)
        usage = Usage(bought.answer.model, reused_calls=1, saved=entry["cost"])
        if not self._accounted(run, entry["fence"]):
            usage += Usage(bought.answer.model, calls=1, tokens=bought.answer.usage, cost=entry["cost"])
        return bought, usage

    def _accounted(self, run: Run, fence: int) -> bool:
        """True when the claim that bought an answer wrote down what it spent, in the run or beside it."""
        return claim_ended_by_worker(run, fence) or fence in self.runs.late_usage(run)


def claim_ended_by_worker(run: Run, fence: int) -> bool:
    """Whether the worker itself ended its `fence`-th claim, so that its usage stands in the run."""
    claims = 0
    before: Status | None = None
    for entry in run.history:
        if entry.to is Status.RUNNING and before is not Status.RUNNING:
            claims += 1
        elif before is Status.RUNNING and entry.to is not Status.RUNNING and claims == fence:
            return entry.actor == WORKER
        before = entry.to
    return claims == fence


def _bought(entry: dict[str, Any]) -> BoughtAnswer:
    fields = entry["answer"]
    return BoughtAnswer(ModelAnswer(**fields | {"usage": TokenUsage(**fields["usage"])}), entry["at"])


def _dollars(micro: int) -> str:
    return f"${micro / 1e6:.6f}"


def _day(now_ms: int) -> date:
    return datetime.fromtimestamp(now_ms / SECOND, UTC).date()
