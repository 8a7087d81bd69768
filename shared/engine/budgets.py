"""Holds what a model call can cost at most in every budget that it falls under, and settles it
afterwards.

The sum of what is spent, held and uncertain never exceeds a limit, whatever races or dies: a hold
that nobody settles stays where it is. Budgets are held in a fixed order; where a later one refuses,
the earlier ones get theirs back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.engine.gatekeeping import CLOSED, RELEASED_AT_MOST, WIDE_OPEN, Opening
from shared.errors import StoreError
from shared.observability import log
from shared.ports import BudgetStore, Clock
from shared.records.budget import Budget, Hold, scopes_of
from shared.records.gate import parts_of
from shared.records.run import Run
from shared.runs.canonical import sha256_hex
from shared.runs.timing import HOUR

_TRIES = 3
_FOLDED_AFTER = HOUR
"""So long after its lease a claim's successor may still say what the call cost."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one call holds, and where."""

    call: str
    hold: Hold
    budgets: tuple[Budget, ...] = ()


NOTHING_HELD = Held("", Hold(0, 0))


def call_name(run: Run, asked_under: str) -> str:
    """Under which name a call holds: of the ledger's key under which it was asked."""
    return sha256_hex(f"{run.id}/{asked_under}".encode())[:24]


@dataclass(frozen=True, slots=True)
class Budgets:
    store: BudgetStore
    clock: Clock

    def over(self, run: Run) -> list[Budget]:
        """The budgets that a run's calls fall under, as they stand, in the order of holding."""
        return self.store.of(run.org_id, scopes_of(run), self.clock.now_ms())

    def hold(self, run: Run, call: str, amount: int, until: int) -> Held | Budget:
        """Hold an amount in all of them; the budget that it does not fit into, if there is one."""
        hold, tries = Hold(amount, until), 1
        while True:
            held: list[Budget] = []
            refusing = self._hold_in(self.over(run), held, call, hold)
            if refusing is None:
                return Held(call, hold, tuple(held))
            self.settle(Held(call, hold, tuple(held)), 0, 0)
            if tries == _TRIES or self._stands(refusing):
                self.store.note_needed(refusing, amount)
                return refusing
            tries += 1

    def _hold_in(
        self, budgets: Sequence[Budget], held: list[Budget], call: str, hold: Hold
    ) -> Budget | None:
        for budget in budgets:
            self._fold(budget)
            if not self.store.hold(budget, call, hold):
                return budget
            held.append(budget)
        return None

    def _stands(self, budget: Budget) -> bool:
        """Whether the limit is still the one that refused."""
        now = self.store.of(budget.org_id, [budget.scope], self.clock.now_ms())
        return any(one.limit == budget.limit for one in now)

    def _fold(self, budget: Budget) -> None:
        """Holds that nobody has settled for so long are uncertain for good, so that a budget's item
        does not grow with every worker that dies.
        """
        now = self.clock.now_ms()
        for call, hold in budget.holds.items():
            if hold.until + _FOLDED_AFTER <= now:
                self.store.settle(budget, call, hold, 0, hold.amount)

    def settle(self, held: Held, cost: int, uncertain: int) -> None:
        """Put what a call cost in the place of what it held. Where that cannot be written the whole
        hold stays.
        """
        for budget in held.budgets:
            self._settle(budget, held.call, held.hold, cost, uncertain)

    def settle_known(self, run: Run, known: Mapping[str, tuple[int, int]]) -> None:
        """Settle what is held under these calls, each with (cost, uncertain): what a claim that
        died left open, and what was held for a call by whoever set a budget while it was under way.
        """
        if not known:
            return
        try:
            over = self.over(run)
        except StoreError:
            log("hold_not_settled", why="not_seen")
            return
        for budget in over:
            for call in known.keys() & budget.holds.keys():
                self._settle(budget, call, budget.holds[call], *known[call])

    def _settle(self, budget: Budget, call: str, hold: Hold, cost: int, uncertain: int) -> None:
        try:
            self.store.settle(budget, call, hold, cost, uncertain)
        except StoreError:
            log("hold_not_settled", why=budget.scope.partition(":")[0])


@dataclass(frozen=True, slots=True)
class BudgetKeeper:
    """Which of the runs that wait for a budget may go on: those that fit into what is left."""

    store: BudgetStore

    def __call__(self, gate: str, now: int) -> Opening:
        _, org_id, scope = parts_of(gate)
        found = self.store.of(org_id, [scope], now)
        if not found:
            return WIDE_OPEN
        budget = found[0]
        # Where not even the least need fits, nobody's has to be read.
        fits_somebody = budget.left >= max(1, budget.needed or 1)
        return Opening(RELEASED_AT_MOST, room=budget.left) if fits_somebody else CLOSED


def split(budget: Budget, now: int) -> tuple[int, int]:
    """(held, uncertain): a hold whose call's lease is over is uncertain."""
    over = sum(hold.amount for hold in budget.holds.values() if hold.until <= now)
    return budget.held - over, budget.uncertain + over
