"""Budgets, whether providers take calls, and what organisations have set for themselves."""

from typing import Protocol

from shared.records.budget import Budget, Hold
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

    def all(self, org_id: str, now: int) -> list[Budget]:
        """An organisation's budgets by scope, as they stand (strongly consistent) at that moment
        (ms).
        """

    def put(self, budget: Budget) -> None:
        """Set the limit. What it says to be spent, uncertain or held in this span is taken over
        where that is more than what stands.
        """

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
