"""The call ledger: an answer is stored before anything reads it, looked up before calling, and never bought twice.

The key is made of step, round and the request's sha256. A round is left when an answer in it was bad; what was good in it is
still bought, so the next round's key points at it. The ledger is also the only account of what a run paid: every
purchase stands in it, whoever bought it and whatever became of that claim, so a total is a sum and nothing is counted twice.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from shared.errors import PermanentFailure
from shared.ports import Clock, LanguageModel, ModelAnswer, ModelRequest, PayloadStore
from shared.runs.codes import FailureCode
from shared.runs.prices import PriceTable, cost_microusd, highest_cost_microusd
from shared.runs.records import Run, TokenUsage, Usage
from shared.runs.timing import SECOND
from shared.workflows.steps import BoughtAnswer


@dataclass(frozen=True, slots=True)
class Ledger:
    payloads: PayloadStore
    model: LanguageModel
    prices: PriceTable
    clock: Clock
    model_timeout_ms: int

    def find(self, run: Run, key: str) -> tuple[str, BoughtAnswer] | None:
        """The stored answer under a key and where it was bought, if it ever was."""
        stored = self.payloads.get_answer(run, key)
        if stored is None:
            return None
        entry = json.loads(stored)
        return self.find(run, entry["in"]) if "in" in entry else (key, _bought(entry))

    def buy(self, request: ModelRequest, still_wanted: Callable[[], None]) -> tuple[BoughtAnswer, Usage]:
        """Ask the model; its answer and what that cost. Raises PermanentFailure, TransientFailure (LLM_ERROR), OwnershipLost."""
        answer = self.model.answer(request, still_wanted=still_wanted, timeout_seconds=self.model_timeout_ms / SECOND)
        now = self.clock.now_ms()
        cost = cost_microusd(answer.model, answer.usage, _day(now), self.prices)
        return BoughtAnswer(answer, now), Usage(answer.model, calls=1, tokens=answer.usage, cost=cost)

    def keep(self, run: Run, key: str, bought: BoughtAnswer, usage: Usage) -> BoughtAnswer:
        """Store what was bought; the answer that now stands under the key, which is another's if two asked at once.

        Then both were paid, so ours is put down as well, where nobody will look it up.
        """
        entry = json.dumps({"answer": asdict(bought.answer), "at": bought.at, "fence": run.fence}).encode()
        standing = self.payloads.put_answer(run, key, entry, usage)
        if standing != entry:
            self.payloads.put_answer(run, lost_key(run, key), b"{}", usage)
        return _bought(json.loads(standing))

    def carry(self, run: Run, key: str, bought_under: str) -> None:
        """Let `key` lead to what was bought under another."""
        self.payloads.put_answer(run, key, json.dumps({"in": bought_under}).encode(), Usage())

    def purchases(self, run: Run) -> Mapping[str, Usage]:
        return self.payloads.purchases(run)

    def hold_budget(self, run: Run, request: ModelRequest, spent: int) -> None:
        """Raise BUDGET_EXCEEDED when the call's highest cost does not fit into what is left; nothing is spent then.

        `spent`: micro-dollars of this run so far.
        """
        limit = run.attributes.get("max_cost")
        if limit is None:
            return
        tokens = self.model.count_input_tokens(request)
        highest = highest_cost_microusd(request.model, tokens, request.max_output_tokens, _day(self.clock.now_ms()), self.prices)
        missing = spent + highest - limit
        if missing > 0:
            held = f"The next call may cost up to {_dollars(highest)}; {_dollars(spent)} of {_dollars(limit)} are spent"
            raise PermanentFailure(FailureCode.BUDGET_EXCEEDED, f"{held}, {_dollars(missing)} are missing.")


def ledger_key(run: Run, step: str, request: ModelRequest) -> str:
    return f"{step}#{run.round}#{request.sha256()}"


def lost_key(run: Run, key: str) -> str:
    """Where a claim puts down a purchase whose answer was not the first under `key`."""
    return f"{key}#{run.fence}"


def _bought(entry: dict[str, Any]) -> BoughtAnswer:
    fields = entry["answer"]
    return BoughtAnswer(ModelAnswer(**fields | {"usage": TokenUsage(**fields["usage"])}), entry["at"])


def _dollars(micro: int) -> str:
    return f"${micro / 1e6:.6f}"


def _day(now_ms: int) -> date:
    return datetime.fromtimestamp(now_ms / SECOND, UTC).date()
