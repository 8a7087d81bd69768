"""What one claim knows of the run's spending: every purchase in the ledger, its own, and the answers it used again."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from shared.engine.ledger import Ledger, ledger_key, lost_key
from shared.ports import ModelRequest, PayloadStore
from shared.runs.records import WORKER, Run, Usage
from shared.workflows.steps import BoughtAnswer

Purchase = tuple[BoughtAnswer, Usage]
Asked = tuple[str, ModelRequest, str]
"""A step, what it asked, and the key under which the answer was bought."""


class Account:
    """Of one claim. `run` is the run as it was claimed."""

    def __init__(self, ledger: Ledger, run: Run) -> None:
        self._ledger, self._claimed = ledger, run
        self._reused = reuse_of(run.usage)
        self._purchases: dict[str, Usage] | None = {} if run.fence == 1 else None
        self._charged: set[str] = set()
        self._unkept: dict[str, Purchase] = {}
        self._asked: list[Asked] = []
        self.has_bought = False
        """Whether this claim has bought anything, which its successors need not."""
        self.step_usage = Usage()
        """What the step under way has used: what it bought, and what it used again."""

    def begin_step(self) -> None:
        self._asked, self.step_usage = [], Usage()

    def ask(
        self, run: Run, step: str, request: ModelRequest, make_time: Callable[[], None], still_wanted: Callable[[], None]
    ) -> BoughtAnswer:
        """A stored answer to this very request, or a new one, stored before anybody reads it. `make_time` is called before buying."""
        key = ledger_key(run, step, request)
        purchases = self._known()
        found = self._ledger.find(run, key)
        if found is not None:
            bought_under, bought = found
            paid = purchases.get(bought_under) or self._refreshed()[bought_under]
            saved = Usage(paid.model, reused_calls=1, saved=paid.cost)
            self._reused += saved
            self.step_usage += saved if bought_under in self._charged else paid + saved
        else:
            bought_under = key
            make_time()
            self._ledger.hold_budget(run, request, self.total().cost)
            bought, usage = self._ledger.buy(request, still_wanted)
            self._unkept[key] = (bought, usage)
            self.step_usage += usage
            bought = self._keep(key)
            self.has_bought = True
        self._charged.add(bought_under)
        self._asked.append((step, request, bought_under))
        return bought

    def carry_over(self, run: Run) -> None:
        """Take all answers of this step into the run's next round but the last, which is the bad one that ends this round."""
        following = replace(run, round=run.round + 1)
        for step, request, bought_under in self._asked:
            if bought_under != self._asked[-1][2]:
                self._ledger.carry(run, ledger_key(following, step, request), bought_under)

    def total(self) -> Usage:
        """All that the run has spent, as far as this claim knows; what could not be put down before is put down now."""
        for key in list(self._unkept):
            self._keep(key)
        return total_of(self._known()) + self._reused

    def _keep(self, key: str) -> BoughtAnswer:
        """Put down a purchase. Until that has succeeded it is remembered: what was paid must not be forgotten."""
        bought, usage = self._unkept[key]
        standing = self._ledger.keep(self._claimed, key, bought, usage)
        self._known()[key if standing == bought else lost_key(self._claimed, key)] = usage
        del self._unkept[key]
        return standing

    def _known(self) -> dict[str, Usage]:
        """The purchases: none before a first claim, so that costs no look."""
        return self._refreshed() if self._purchases is None else self._purchases

    def _refreshed(self) -> dict[str, Usage]:
        self._purchases = dict(self._ledger.purchases(self._claimed))
        return self._purchases


def run_usage(payloads: PayloadStore, run: Run) -> Usage:
    """What a run has spent: as its last write says, or as the ledger does where a claim ended without writing it down."""
    if run.fence == 0 or (run.fence == 1 and run.history[-1].actor == WORKER):
        return run.usage
    return total_of(payloads.purchases(run)) + reuse_of(run.usage)


def total_of(purchases: Mapping[str, Usage]) -> Usage:
    """The sum of what was bought."""
    return sum((purchases[key] for key in sorted(purchases)), Usage())


def reuse_of(usage: Usage) -> Usage:
    """The part of a run's usage that tells of answers used again: the ledger does not know it."""
    return Usage(usage.model, reused_calls=usage.reused_calls, saved=usage.saved)
