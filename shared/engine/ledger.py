"""The call ledger: an answer is stored before anything reads it, looked up before calling, and
never bought twice.

The key is made of step, round and the request's sha256. A round is left when an answer in it was
bad; what was good in it is still bought, so the next round's key points at it. The ledger is also
the only account of what a run paid, or may have to pay: before a call a line says that it was asked
and what it can cost at most, under the key and the claim's fence. It counts unless the answer under
the key bears that fence; so a call that went well needs no second line, and none that was cut goes
unseen.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from shared.errors import PermanentFailure
from shared.ports import Clock, LanguageModel, PayloadStore
from shared.records.money import LedgerEntry, Terms, TokenUsage, Usage
from shared.records.run import Run
from shared.runs.codes import FailureCode
from shared.runs.model import CallMark, Heard, ModelAnswer, ModelRequest, StopReason
from shared.runs.prices import PriceTable, cost_microusd, highest_cost_microusd, most_after
from shared.runs.timing import SECOND
from shared.workflows.steps import BoughtAnswer

FRAME_TOKENS = 1_000
"""More than what a provider puts around a request with a schema."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """`geography`: where calls are to be served; None leaves it to the provider's workspace, which
    may be the dearer place.
    """

    payloads: PayloadStore
    model: LanguageModel
    prices: PriceTable
    clock: Clock
    model_timeout_ms: int
    geography: str | None = None

    def find(self, run: Run, key: str) -> BoughtAnswer | None:
        """The stored answer under a key, if one ever was; its own key is where it was bought."""
        stored = self.payloads.get_answer(run, key)
        if stored is None:
            return None
        entry = json.loads(stored)
        return self.find(run, entry["in"]) if "in" in entry else _bought(entry, key)

    def highest(self, request: ModelRequest, *, counted: bool) -> int:
        """The most that the call can cost, in micro-dollars. `counted`: by the provider's own count
        of the input, which is a call of its own; else by a bound that always holds, as no token is
        less than a byte.
        """
        tokens = self.model.count_input_tokens(request) if counted else _most_tokens(request)
        return highest_cost_microusd(
            request.model,
            tokens,
            request.max_output_tokens,
            self._today(),
            self.prices,
            caches=self.model.caches(request),
            geography=self.geography,
        )

    def note_asked(self, run: Run, key: str, request: ModelRequest, highest: int) -> LedgerEntry:
        """Write down that a call is about to be made. Raises StoreUnavailable; then no call may be
        made.
        """
        usage = Usage(request.model, calls=1, lost_calls=1, uncertain=highest)
        entry = LedgerEntry(usage, asked_at=self.clock.now_ms())
        self.payloads.put_asked(run, asked_key(run, key), entry)
        return entry

    def buy(
        self,
        request: ModelRequest,
        still_wanted: Callable[[], None],
        heard: Callable[[Heard], None],
    ) -> tuple[BoughtAnswer, Usage]:
        """Ask the model; its answer and what that cost. Raises StepError, OwnershipLost."""
        answer = self.model.answer(
            request,
            still_wanted=still_wanted,
            timeout_seconds=self.model_timeout_ms / SECOND,
            heard=heard,
        )
        cost = cost_microusd(answer.model, answer.usage, self._today(), self.prices, answer.terms)
        usage = Usage(answer.model, calls=1, tokens=answer.usage, cost=cost)
        return BoughtAnswer(answer, self.clock.now_ms()), usage

    def lost(self, request: ModelRequest, heard: Heard | None, highest: int) -> Usage:
        """What is known of a call that broke off, and the most that it may cost beyond that."""
        if heard is None:
            return Usage(request.model, calls=1, lost_calls=1, uncertain=highest)
        on = self._today()
        known = cost_microusd(heard.model, heard.usage, on, self.prices, heard.terms)
        most = most_after(
            heard.model, heard.usage, request.max_output_tokens, on, self.prices, heard.terms
        )
        return Usage(
            heard.model,
            calls=1,
            lost_calls=1,
            tokens=heard.usage,
            cost=known,
            uncertain=max(0, most - known),
        )

    def settle(self, run: Run, key: str, entry: LedgerEntry) -> None:
        """Put what became of a call in the place of what was noted when it was asked."""
        known = replace(entry, known_at=self.clock.now_ms())
        self.payloads.settle(run, asked_key(run, key), known)

    def keep(
        self, run: Run, key: str, bought: BoughtAnswer, usage: Usage
    ) -> tuple[BoughtAnswer, bool]:
        """Store what was bought; the answer that now stands under the key, and whether that is
        ours: two may have asked at once.

        Then both were paid, and what ours cost is settled where it was noted as asked.
        """
        entry = json.dumps(
            {"answer": asdict(bought.answer), "at": bought.at, "fence": run.fence}
        ).encode()
        line = LedgerEntry(usage, run.fence, known_at=bought.at)
        standing = self.payloads.put_answer(run, key, entry, line)
        if standing != entry:
            self.settle(run, key, LedgerEntry(usage))
        return _bought(json.loads(standing), key), standing == entry

    def carry(self, run: Run, key: str, bought_under: str) -> None:
        """Let `key` lead to what was bought under another."""
        self.payloads.put_answer(run, key, json.dumps({"in": bought_under}).encode(), LedgerEntry())

    def taken_up(self, run: Run) -> Mapping[str, LedgerEntry]:
        """The lines as `purchases`, with everything else beside the run read along."""
        return self.payloads.beside(run).ledger

    def purchases(self, run: Run) -> Mapping[str, LedgerEntry]:
        return self.payloads.purchases(run)

    def _today(self) -> date:
        return datetime.fromtimestamp(self.clock.now_ms() / SECOND, UTC).date()


def hold_budget(run: Run, spent: int, highest: int) -> None:
    """Raise BUDGET_EXCEEDED when the call's highest cost does not fit into what the run has left;
    nothing is spent then.

    `spent`: micro-dollars of this run so far, and what it may have spent beyond.
    """
    limit = run.attributes.get("max_cost")
    if limit is None:
        return
    missing = spent + highest - limit
    if missing > 0:
        held = (
            f"The next call may cost up to {_dollars(highest)}; {_dollars(spent)} of "
            f"{_dollars(limit)} are spent"
        )
        raise PermanentFailure(
            FailureCode.BUDGET_EXCEEDED, f"{held}, {_dollars(missing)} are missing."
        )


def counted(entries: Mapping[str, LedgerEntry]) -> dict[str, Usage]:
    """What each line of a ledger adds to the bill: one that was asked adds nothing once its own
    answer stands.
    """
    return {
        key: entry.usage
        for key, entry in entries.items()
        if entry.usage != Usage() and not _is_answered(key, entries)
    }


def open_call(run: Run, entries: Mapping[str, LedgerEntry]) -> int | None:
    """When the present claim asked (ms) the call that has no answer yet; None where none
    is open.
    """
    asked = (
        entry.asked_at
        for key, entry in entries.items()
        if key.rpartition("#")[2] == str(run.fence) and not _is_answered(key, entries)
    )
    return max((at for at in asked if at is not None), default=None)


def _is_answered(key: str, entries: Mapping[str, LedgerEntry]) -> bool:
    under, _, fence = key.rpartition("#")
    return under in entries and str(entries[under].fence) == fence


def ledger_key(run: Run, step: str, request: ModelRequest) -> str:
    return f"{step}#{run.round}#{request.sha256()}"


def asked_key(run: Run, key: str) -> str:
    """Where a claim notes that it asks, and settles what became of that."""
    return f"{key}#{run.fence}"


def _most_tokens(request: ModelRequest) -> int:
    texts = (request.system, request.shared, request.prompt, json.dumps(request.schema))
    return sum(len(text.encode()) for text in texts) + FRAME_TOKENS


def _bought(entry: dict[str, Any], key: str) -> BoughtAnswer:
    fields = entry["answer"]
    made = replace(
        ModelAnswer(**fields),
        stop_reason=StopReason(fields["stop_reason"]),
        usage=TokenUsage(**fields["usage"]),
        terms=Terms(**fields["terms"]),
        mark=CallMark(**fields["mark"]),
    )
    return BoughtAnswer(made, entry["at"], key)


def _dollars(micro: int) -> str:
    return f"${micro / 1e6:.6f}"
