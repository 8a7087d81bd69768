"""BudgetStore over DynamoDB: one item says what is allowed, one for each month (or the total) what
was spent and held.

A hold is an attribute of its own, named after its call, so that holding and settling are one
guarded update each and a repeated one changes nothing. `co` is what is committed: spent, held and
uncertain together.
"""

from collections.abc import Mapping
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.records.budget import Budget, Hold, Period, span_of

_HOLD = "h:"
_SUMS = ("co", "su", "un")


class DynamoBudgetStore:
    """Implements shared.ports.BudgetStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self, org_id: str, now: int) -> list[Budget]:
        items = {
            values["sk"]: values
            for values in map(
                plain, self._table.query_prefix(keys.budgets_pk(org_id), keys.BUDGETS)
            )
        }
        allowed = {sk: values for sk, values in items.items() if "p" in values}
        return [_budget(org_id, sk, values, items, now) for sk, values in sorted(allowed.items())]

    def put(self, budget: Budget) -> None:
        """First what was spent, so that nobody sees the limit without it."""
        while not self._put_spent(budget):
            pass
        allowed = {"pk": keys.budgets_pk(budget.org_id), "sk": keys.budget_sk(budget.scope)}
        self._table.put(wire(allowed | {"p": budget.period.value, "l": budget.limit}))

    def _put_spent(self, budget: Budget) -> bool:
        """False when calls were held or settled meanwhile: each of those moves one of the sums."""
        used = plain(self._table.get(_key(budget)) or {})
        spent = max(budget.spent, used.get("su", 0))
        uncertain = max(budget.uncertain, used.get("un", 0))
        fresh = {c: h for c, h in budget.holds.items() if f"{_HOLD}{c}" not in used}
        committed = (
            spent
            + uncertain
            + sum(h.amount for h in (*_holds_by_call(used).values(), *fresh.values()))
        )
        names = {f"#{place}": f"{_HOLD}{call}" for place, call in enumerate(fresh)}
        held = {f":h{place}": _hold_text(hold) for place, hold in enumerate(fresh.values())}
        sets = "".join(f", #{place} = :h{place}" for place in range(len(fresh)))
        seen = {f":was_{name}": used[name] for name in _SUMS if name in used}
        unchanged = [
            f"{name} = :was_{name}" if name in used else f"attribute_not_exists({name})"
            for name in _SUMS
        ]
        new = {":l": budget.limit, ":co": committed, ":su": spent, ":un": uncertain}
        refused = self._table.try_update(
            Key=_key(budget),
            UpdateExpression=f"SET l = :l, co = :co, su = :su, un = :un{sets} REMOVE ne",
            ConditionExpression=" AND ".join(unchanged),
            ExpressionAttributeValues=wire(new | held | seen),
            **({"ExpressionAttributeNames": names} if names else {}),
        )
        return refused is None

    def delete(self, org_id: str, scope: str) -> None:
        self._table.delete(wire({"pk": keys.budgets_pk(org_id), "sk": keys.budget_sk(scope)}))

    def hold(self, budget: Budget, call: str, hold: Hold) -> bool:
        room = budget.limit - hold.amount
        if room < 0:
            return False
        fits = "(attribute_not_exists(co) OR co <= :room)"
        same = "(attribute_not_exists(l) OR l = :l)"
        old = self._update(
            budget,
            call,
            "SET #h = :h, l = :l, co = if_not_exists(co, :z) + :a, "
            "su = if_not_exists(su, :z), un = if_not_exists(un, :z)",
            f"attribute_not_exists(#h) AND {fits} AND {same}",
            {":h": _hold_text(hold), ":l": budget.limit, ":a": hold.amount, ":room": room, ":z": 0},
        )
        return old is None or f"{_HOLD}{call}" in old

    def settle(self, budget: Budget, call: str, hold: Hold, cost: int, uncertain: int) -> None:
        back = cost + uncertain - hold.amount
        self._update(
            budget,
            call,
            "SET co = co + :back, su = su + :c, un = un + :u REMOVE #h",
            "attribute_exists(#h)",
            {":back": back, ":c": cost, ":u": uncertain},
        )

    def note_needed(self, budget: Budget, amount: int) -> None:
        self._table.try_update(
            Key=_key(budget),
            UpdateExpression="SET ne = :a",
            ConditionExpression="attribute_not_exists(ne) OR ne > :a",
            ExpressionAttributeValues=wire({":a": amount}),
        )

    def _update(
        self, budget: Budget, call: str, change: str, condition: str, values: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """None when written; else the item as it stands."""
        refused = self._table.try_update(
            Key=_key(budget),
            UpdateExpression=change,
            ConditionExpression=condition,
            ExpressionAttributeNames={"#h": f"{_HOLD}{call}"},
            ExpressionAttributeValues=wire(values),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        return None if refused is None else plain(refused)


def _key(budget: Budget) -> Item:
    sk = keys.budget_sk(budget.scope, budget.span)
    return wire({"pk": keys.budgets_pk(budget.org_id), "sk": sk})


def _budget(
    org_id: str,
    sk: str,
    allowed: Mapping[str, Any],
    items: Mapping[str, Mapping[str, Any]],
    now: int,
) -> Budget:
    scope, period = keys.scope_of(sk), Period(allowed["p"])
    span = span_of(period, now)
    used = items.get(keys.budget_sk(scope, span), {})
    return Budget(
        org_id,
        scope,
        period,
        allowed["l"],
        span,
        used.get("su", 0),
        used.get("un", 0),
        _holds_by_call(used),
        used.get("ne"),
    )


def _holds_by_call(used: Mapping[str, Any]) -> dict[str, Hold]:
    return {
        name.removeprefix(_HOLD): _hold(text)
        for name, text in used.items()
        if name.startswith(_HOLD)
    }


def _hold_text(hold: Hold) -> str:
    return f"{hold.amount} {hold.until}"


def _hold(text: str) -> Hold:
    amount, until = text.split(" ")
    return Hold(int(amount), int(until))
