"""Budgets, whether providers take calls, and what organisations have set for themselves."""

from collections.abc import Sequence
from typing import Protocol

from shared.records.budget import Budget, Count, Hold, Spending
from shared.records.organisation import Organisation
from shared.records.provider import ProviderState


class ProviderStore(Protocol):
    """Whether a provider's model takes calls, by the name of its gate."""

    def get(self, gate: str) -> ProviderState:
        """As it is now (strongly consistent); OPEN where nothing was ever refused."""

    def put(self, gate: str, state: ProviderState) -> bool:
        """Write the state that follows the one before its version; False when somebody else was
        faster.
        """


class OrganisationStore(Protocol):
    """What each organisation has set for itself."""

    def get(self, org_id: str) -> Organisation:
        """As it is now (strongly consistent); the defaults where nothing was ever set."""

    def put(self, organisation: Organisation) -> bool:
        """Write what follows the version before its own; False when somebody else was faster."""


class BudgetStore(Protocol):
    """Budgets of organisations, with what was spent and held in their present spans."""

    def of(self, org_id: str, scopes: Sequence[str], now: int) -> list[Budget]:
        """Those of an organisation's budgets that are of one of these scopes, in their order, as
        they stand (strongly consistent) at that moment (ms).
        """

    def page(
        self, org_id: str, position: str | None, limit: int, now: int
    ) -> tuple[list[Budget], str | None]:
        """An organisation's budgets by scope, from after a position on; and where more begin, None
        at the end.
        """

    def put(self, budget: Budget) -> None:
        """Set the limit; what was spent and is held in its span stays as it is."""

    def begin(self, budget: Budget, now: int) -> Count:
        """Set the limit, and begin to count what its span had cost before. Until all of that is
        counted, nothing can be held.
        """

    def add(self, count: Count, found: Spending, to: str | None, now: int) -> bool:
        """Add what the next runs have spent, down to the position `to`; None ends the counting.
        False when somebody else has gone on with it, and nothing is added.
        """

    def counts(self, until: int, limit: int) -> list[Count]:
        """Countings that were begun or gone on with by `until` (ms) and have not ended."""

    def delete(self, org_id: str, scope: str) -> None:
        """Also when there is none."""

    def hold(self, budget: Budget, call: str, hold: Hold) -> bool:
        """Hold an amount for a call, if it fits and the limit is the one seen; True also when the
        call holds it already.
        """

    def settle(self, budget: Budget, call: str, hold: Hold, cost: int, uncertain: int) -> None:
        """Put what the call cost in the place of its hold; nothing where the hold is gone."""

    def note_needed(self, budget: Budget, amount: int) -> None:
        """Remember the least amount that did not fit."""
