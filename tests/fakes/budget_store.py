"""Budgets in memory: every operation at once, as one guarded update is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import RLock

from shared.records.budget import Budget, Hold, Period, span_of


@dataclass(frozen=True, slots=True)
class _Used:
    limit: int
    spent: int = 0
    uncertain: int = 0
    holds: Mapping[str, Hold] = ()  # type: ignore[assignment]
    needed: int | None = None


class InMemoryBudgetStore:
    """Implements shared.ports.BudgetStore."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._allowed: dict[tuple[str, str], tuple[Period, int]] = {}
        self._used: dict[tuple[str, str, str], _Used] = {}

    def all(self, org_id: str, now: int) -> list[Budget]:
        with self._lock:
            return [
                self._budget(org, scope, period, limit, span_of(period, now))
                for (org, scope), (period, limit) in sorted(self._allowed.items())
                if org == org_id
            ]

    def put(self, budget: Budget) -> None:
        with self._lock:
            self._allowed[budget.org_id, budget.scope] = budget.period, budget.limit
            used = self._used.get(_key(budget)) or _Used(budget.limit, holds={})
            self._used[_key(budget)] = _Used(
                budget.limit,
                max(used.spent, budget.spent),
                max(used.uncertain, budget.uncertain),
                {**budget.holds, **used.holds},
            )

    def delete(self, org_id: str, scope: str) -> None:
        with self._lock:
            self._allowed.pop((org_id, scope), None)

    def hold(self, budget: Budget, call: str, hold: Hold) -> bool:
        with self._lock:
            used = self._used.get(_key(budget)) or _Used(budget.limit, holds={})
            if call in used.holds:
                return True
            held = sum(one.amount for one in used.holds.values())
            over = used.spent + used.uncertain + held + hold.amount > budget.limit
            if over or used.limit != budget.limit:
                return False
            self._used[_key(budget)] = replace(used, holds={**used.holds, call: hold})
            return True

    def settle(self, budget: Budget, call: str, hold: Hold, cost: int, uncertain: int) -> None:
        with self._lock:
            used = self._used.get(_key(budget))
            if used is None or call not in used.holds:
                return
            left = {name: one for name, one in used.holds.items() if name != call}
            self._used[_key(budget)] = replace(
                used, holds=left, spent=used.spent + cost, uncertain=used.uncertain + uncertain
            )

    def note_needed(self, budget: Budget, amount: int) -> None:
        with self._lock:
            used = self._used.get(_key(budget)) or _Used(budget.limit, holds={})
            least = amount if used.needed is None else min(used.needed, amount)
            self._used[_key(budget)] = replace(used, needed=least)

    def _budget(self, org_id: str, scope: str, period: Period, limit: int, span: str) -> Budget:
        used = self._used.get((org_id, scope, span)) or _Used(limit, holds={})
        return Budget(
            org_id,
            scope,
            period,
            limit,
            span,
            used.spent,
            used.uncertain,
            dict(used.holds),
            used.needed,
        )


def _key(budget: Budget) -> tuple[str, str, str]:
    return budget.org_id, budget.scope, budget.span
