"""Budgets in memory: every operation at once, as one guarded update is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import RLock

from shared.records.budget import Budget, Count, Hold, Period, Spending, span_of


@dataclass(frozen=True, slots=True)
class _Used:
    limit: int
    spent: int = 0
    uncertain: int = 0
    holds: Mapping[str, Hold] = ()  # type: ignore[assignment]
    needed: int | None = None
    counting: tuple[Count, int] | None = None
    """How far the counting of its past is, and since when."""


class InMemoryBudgetStore:
    """Implements shared.ports.BudgetStore."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._allowed: dict[tuple[str, str], tuple[Period, int]] = {}
        self._used: dict[tuple[str, str, str], _Used] = {}

    def of(self, org_id: str, scopes: Sequence[str], now: int) -> list[Budget]:
        with self._lock:
            return [
                self._budget(org_id, scope, *self._allowed[org_id, scope], now)
                for scope in scopes
                if (org_id, scope) in self._allowed
            ]

    def page(
        self, org_id: str, position: str | None, limit: int, now: int
    ) -> tuple[list[Budget], str | None]:
        with self._lock:
            after = "" if position is None else bytes.fromhex(position).decode()
            scopes = sorted(scope for org, scope in self._allowed if org == org_id)
            left = [scope for scope in scopes if scope > after]
            found = self.of(org_id, left[:limit], now)
            return found, found[-1].scope.encode().hex() if len(left) > limit else None

    def put(self, budget: Budget) -> None:
        with self._lock:
            self._allowed[budget.org_id, budget.scope] = budget.period, budget.limit
            used = self._used.get(_key(budget)) or _Used(budget.limit, holds={})
            self._used[_key(budget)] = replace(used, limit=budget.limit, needed=None)

    def begin(self, budget: Budget, now: int) -> Count:
        with self._lock:
            self._allowed[budget.org_id, budget.scope] = budget.period, budget.limit
            used = self._used.get(_key(budget)) or _Used(budget.limit, holds={})
            count = Count(*_key(budget), None, frozenset(used.holds))
            self._used[_key(budget)] = _Used(budget.limit, holds=used.holds, counting=(count, now))
            return count

    def add(self, count: Count, found: Spending, to: str | None, now: int) -> bool:
        with self._lock:
            key = count.org_id, count.scope, count.span
            used = self._used[key]
            if used.counting is None or used.counting[0].position != count.position:
                return False
            self._used[key] = replace(
                used,
                spent=used.spent + found.spent,
                uncertain=used.uncertain + found.uncertain,
                holds={**used.holds, **found.holds},
                counting=None if to is None else (replace(count, position=to), now),
            )
            return True

    def counts(self, until: int, limit: int) -> list[Count]:
        with self._lock:
            counting = [used.counting for used in self._used.values() if used.counting]
            due = sorted((at, n) for n, (_, at) in enumerate(counting) if at <= until)
            return [counting[n][0] for _, n in due[:limit]]

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
            if over or used.limit != budget.limit or used.counting is not None:
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

    def _budget(self, org_id: str, scope: str, period: Period, limit: int, now: int) -> Budget:
        span = span_of(period, now)
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
            is_counted=used.counting is None,
        )


def _key(budget: Budget) -> tuple[str, str, str]:
    return budget.org_id, budget.scope, budget.span
