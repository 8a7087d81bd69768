"""What one claim knows of the run's spending: every line of its ledger, its own calls, and the
answers it used again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from shared.engine.budgets import NOTHING_HELD, Budgets, Held, call_name
from shared.engine.ledger import Ledger, asked_key, counted, hold_budget, ledger_key
from shared.errors import (
    BudgetShut,
    OwnershipLost,
    StepError,
    StoreUnavailable,
    TransientFailure,
)
from shared.observability import measure
from shared.ports import PayloadStore
from shared.records.budget import Budget
from shared.records.money import LedgerEntry, Usage
from shared.records.run import WORKER, Run
from shared.runs.accounts import minus
from shared.runs.model import NO_MARK, CallMark, Heard, ModelRequest
from shared.runs.timeline import current_step
from shared.workflows.definitions import definition_of
from shared.workflows.steps import BoughtAnswer

Purchase = tuple[BoughtAnswer, Usage]
Asked = tuple[str, ModelRequest, str]
"""A step, what it asked, and the key under which the answer was bought."""


class Account:
    """Of one claim. `run` is the run as it was claimed."""

    def __init__(self, ledger: Ledger, budgets: Budgets, run: Run) -> None:
        self._ledger, self._budgets, self._claimed = ledger, budgets, run
        self._reused = reuse_of(run.usage)
        self._entries: dict[str, LedgerEntry] | None = {} if run.fence == 1 else None
        self._charged: set[str] = set()
        self._has_predecessors = run.fence > 1
        self._unkept: dict[str, Purchase] = {}
        self._asked: list[Asked] = []
        self.has_bought = False
        """Whether this claim has bought anything, which its successors need not."""
        self.step_usage = Usage()
        """What the step under way has used: what it bought, and what it used again."""

    def begin_step(self) -> None:
        """Raises StoreUnavailable when what earlier claims left cannot be read."""
        self._asked, self.step_usage = [], Usage()
        if self._entries is None:
            self._entries = dict(self._ledger.taken_up(self._claimed))

    def ask(
        self,
        run: Run,
        step: str,
        request: ModelRequest,
        make_time: Callable[[], None],
        still_wanted: Callable[[], None],
    ) -> BoughtAnswer:
        """A stored answer to this very request, or a new one, stored before anybody reads it.
        `make_time` is called before buying.

        A request that took too long before is not put again: one that asks for less takes its
        place.
        """
        self._settle_predecessors(run)
        put = self._not_too_long(run, step, request)
        key = ledger_key(run, step, put)
        bought = self._ledger.find(run, key)
        if bought is not None:
            self._use_again(bought.key)
        else:
            make_time()
            bought = self._buy(run, key, put, still_wanted)
        self._charged.add(bought.key)
        self._asked.append((step, put, bought.key))
        return bought

    def _not_too_long(self, run: Run, step: str, request: ModelRequest) -> ModelRequest:
        """The request, or the first lesser one that has not timed out yet in this round."""
        too_long = {key.rpartition("#")[0] for key, e in self._known().items() if e.timed_out}
        while ledger_key(run, step, request) in too_long and request != request.lessened():
            request = request.lessened()
        return request

    def _use_again(self, bought_under: str) -> None:
        entry = self._known().get(bought_under) or self._refreshed()[bought_under]
        saved = Usage(entry.usage.model, reused_calls=1, saved=entry.usage.cost)
        self._reused += saved
        self.step_usage += saved if bought_under in self._charged else entry.usage + saved

    def _buy(
        self, run: Run, key: str, request: ModelRequest, still_wanted: Callable[[], None]
    ) -> BoughtAnswer:
        ledger = self._ledger
        has_budget = run.attributes.get("max_cost") is not None or bool(self._budgets.over(run))
        highest = ledger.highest(request, counted=has_budget)
        spent = self.total()
        hold_budget(run, spent.cost + spent.uncertain, highest)
        held = self._held(run, key, highest) if has_budget else NOTHING_HELD
        self._note_asked(key, request, highest, held)
        began = ledger.clock.now_ms()
        heard: list[Heard] = []
        try:
            bought, usage = ledger.buy(request, still_wanted, heard.append)
        except (StepError, OwnershipLost) as failure:
            lost = self._lost(request, failure, heard[-1] if heard else None, highest)
            _measure("model_call_lost", run, key, lost.usage, ledger.clock.now_ms() - began)
            self._settle(key, lost, held)
            self._settle_elsewhere(run, key, lost.usage)
            raise
        took = ledger.clock.now_ms() - began
        _measure("model_called", run, key, usage, took, bought.answer.mark)
        self._unkept[key] = (bought, usage)
        self._budgets.settle(held, usage.cost, 0)
        self.step_usage += usage
        bought = self._keep(key)
        self._settle_elsewhere(run, key, usage)
        self.has_bought = True
        return bought

    def _settle_elsewhere(self, run: Run, key: str, usage: Usage) -> None:
        """In budgets that were set while the call was under way."""
        call = call_name(run, asked_key(self._claimed, key))
        self._budgets.settle_known(run, {call: (usage.cost, usage.uncertain)})

    def _settle_predecessors(self, run: Run) -> None:
        """What claims before this one hold still, though the ledger knows what it cost."""
        if not self._has_predecessors:
            return
        self._has_predecessors = False
        known = {
            call_name(run, f"{key}#{entry.fence}" if entry.fence else key): entry.usage
            for key, entry in self._known().items()
            if entry.known_at is not None
        }
        self._budgets.settle_known(
            run, {call: (usage.cost, usage.uncertain) for call, usage in known.items()}
        )

    def _held(self, run: Run, key: str, highest: int) -> Held:
        """Hold the call's highest cost in every budget that it falls under. Raises BudgetShut."""
        call = call_name(run, asked_key(self._claimed, key))
        held = self._budgets.hold(run, call, highest, run.lease_until or 0)
        if isinstance(held, Budget):
            raise BudgetShut(held.scope, highest)
        return held

    def _note_asked(self, key: str, request: ModelRequest, highest: int, held: Held) -> None:
        try:
            asked = self._ledger.note_asked(self._claimed, key, request, highest)
        except StoreUnavailable:
            self._budgets.settle(held, 0, 0)
            raise
        self._known()[asked_key(self._claimed, key)] = asked

    def _lost(
        self,
        request: ModelRequest,
        failure: StepError | OwnershipLost,
        heard: Heard | None,
        highest: int,
    ) -> LedgerEntry:
        """What is known of a call without an answer."""
        may_be_billed = isinstance(failure, OwnershipLost) or failure.may_be_billed
        usage = self._ledger.lost(request, heard, highest) if may_be_billed else Usage()
        timed_out = isinstance(failure, TransientFailure) and failure.timed_out
        return LedgerEntry(usage, timed_out=timed_out)

    def _settle(self, key: str, lost: LedgerEntry, held: Held) -> None:
        """Put it down. What cannot be put down stays as it was asked: all uncertain."""
        self._budgets.settle(held, lost.usage.cost, lost.usage.uncertain)
        try:
            self._ledger.settle(self._claimed, key, lost)
        except StoreUnavailable:
            return
        self._known()[asked_key(self._claimed, key)] = lost

    def carry_over(self, run: Run) -> None:
        """Take all answers of this step into the run's next round but the last, which is the bad
        one that ends this round.
        """
        following = replace(run, round=run.round + 1)
        for step, request, bought_under in self._asked:
            if bought_under != self._asked[-1][2]:
                self._ledger.carry(run, ledger_key(following, step, request), bought_under)

    def total(self) -> Usage:
        """All that the run has spent, as far as this claim knows; what could not be put down before
        is put down now.
        """
        for key in list(self._unkept):
            self._keep(key)
        return total_of(self._known()) + self._reused

    def _keep(self, key: str) -> BoughtAnswer:
        """Put down a purchase. Until that has succeeded it is remembered: what was paid must not be
        forgotten.
        """
        bought, usage = self._unkept[key]
        standing, is_ours = self._ledger.keep(self._claimed, key, bought, usage)
        if is_ours:
            self._known()[key] = LedgerEntry(usage, self._claimed.fence)
        else:
            self._known()[asked_key(self._claimed, key)] = LedgerEntry(usage)
        del self._unkept[key]
        return standing

    def _known(self) -> dict[str, LedgerEntry]:
        """The ledger's lines. A first claim finds none, so it makes no query."""
        return self._refreshed() if self._entries is None else self._entries

    def _refreshed(self) -> dict[str, LedgerEntry]:
        self._entries = dict(self._ledger.purchases(self._claimed))
        return self._entries


def _measure(
    action: str, run: Run, key: str, usage: Usage, took: int, mark: CallMark = NO_MARK
) -> None:
    """One call: how long it took (ms), what it used and cost; `key` names its step."""
    tokens = usage.tokens
    values = {
        "ModelTime": took,
        "ModelCalls": 1,
        "ModelCallsLost": usage.lost_calls,
        "InputTokens": tokens.input_tokens,
        "OutputTokens": tokens.output_tokens,
        "CacheReadTokens": tokens.cache_read_tokens,
        "CacheWriteTokens": tokens.cache_write_tokens,
        "CostUSD": usage.cost / 1e6,
        "UncertainCostUSD": usage.uncertain / 1e6,
    }
    step = key.partition("#")[0]
    measure(action, values, run_id=run.id, step=step, model_request_id=mark.request_id)


def run_usage(payloads: PayloadStore, run: Run) -> Usage:
    """What a run has spent: as its last write says, or as the ledger does where a claim ended
    without writing it down.
    """
    if _is_written_down(run):
        return run.usage
    return total_of(payloads.purchases(run)) + reuse_of(run.usage)


def usage_by_step(payloads: PayloadStore, run: Run) -> tuple[Usage, dict[str, Usage]]:
    """(all, by step): all that every doing of a step has cost, the lost and the spoiled too. The
    parts make up the whole.
    """
    records = {**run.spoiled, **run.steps}
    by_step: dict[str, Usage] = {}
    for name, record in records.items():
        _add(by_step, name, record.usage or Usage())
    whole = run.usage
    if not _is_written_down(run):
        entries = payloads.purchases(run)
        whole = total_of(entries) + reuse_of(run.usage)
        by_step = {name: reuse_of(usage) for name, usage in by_step.items()}
        for key, usage in sorted(counted(entries).items()):
            _add(by_step, key, usage)
    rest = minus(whole, sum(by_step.values(), Usage()))
    steps = definition_of(run.workflow).steps
    _add(by_step, current_step(run, steps) or steps[-1], rest)
    return whole, {
        name: one for name, one in by_step.items() if replace(one, model=None) != Usage()
    }


def _add(by_step: dict[str, Usage], name: str, usage: Usage) -> None:
    """`name` may be a ledger's key, or that of a step that is held back."""
    step = name.partition("#")[0].removesuffix("!")
    by_step[step] = by_step.get(step, Usage()) + usage


def _is_written_down(run: Run) -> bool:
    is_first = run.fence == 1 and run.history[-1].actor == WORKER
    return run.fence == 0 or run.erased_at is not None or is_first


def total_of(entries: Mapping[str, LedgerEntry]) -> Usage:
    """The sum of what was bought, and of what may have been."""
    costs = counted(entries)
    return sum((costs[key] for key in sorted(costs)), Usage())


def reuse_of(usage: Usage) -> Usage:
    """The part of a run's usage that tells of answers used again: the ledger does not know it."""
    return Usage(usage.model, reused_calls=usage.reused_calls, saved=usage.saved)
