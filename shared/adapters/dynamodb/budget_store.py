"""BudgetStore over DynamoDB: one item says what is allowed, one for each month (or the total) what
was spent and held.

A hold is an attribute of its own, named after its call, so that holding and settling are one
guarded update each and a repeated one changes nothing. `co` is what is committed: spent, held and
uncertain together. While `cp` is there, what was spent before the budget was set is being counted,
and nothing can be held.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, each_readable, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.records.budget import Budget, Count, Hold, Period, Spending, span_of

_HOLD = "h:"
_SUMS = ("co", "su", "un", "cp")


class DynamoBudgetStore:
    """Implements shared.ports.BudgetStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, org_id: str, scopes: Sequence[str], now: int) -> list[Budget]:
        pk = keys.budgets_pk(org_id)
        allowed = self._table.get_all(
            [wire({"pk": pk, "sk": keys.budget_sk(scope)}) for scope in scopes]
        )
        return self._budgets(org_id, allowed, now)

    def page(
        self, org_id: str, position: str | None, limit: int, now: int
    ) -> tuple[list[Budget], str | None]:
        pk = keys.budgets_pk(org_id)
        found, last = self._table.query_page(pk, keys.BUDGETS, keys.sk_at(position), limit)
        return self._budgets(org_id, found, now), keys.position_after(last)

    def _budgets(self, org_id: str, allowed: Sequence[Item], now: int) -> list[Budget]:
        """What is allowed, with what was spent of it in the present spans."""
        listed = [plain(item) for item in allowed]
        spent = [keys.spent_sk(*_span(values, now)) for values in listed]
        pk = keys.budgets_pk(org_id)
        items = self._table.get_all([wire({"pk": pk, "sk": sk}) for sk in spent])
        used = {item["sk"]["S"]: plain(item) for item in items}
        return [
            _budget(org_id, values, used.get(sk, {}), now)
            for values, sk in zip(listed, spent, strict=True)
        ]

    def put(self, budget: Budget) -> None:
        self._table.try_update(
            Key=_key(budget),
            UpdateExpression="SET l = :l REMOVE ne",
            ExpressionAttributeValues=wire({":l": budget.limit}),
        )
        self._allow(budget)

    def _allow(self, budget: Budget) -> None:
        allowed = {"pk": keys.budgets_pk(budget.org_id), "sk": keys.budget_sk(budget.scope)}
        self._table.put(wire(allowed | {"p": budget.period.value, "l": budget.limit}))

    # --- what was spent before ------------------------------------------------------------------

    def begin(self, budget: Budget, now: int) -> Count:
        """First that it is being counted, so that nobody sees the limit without it."""
        while True:
            used = plain(self._table.get(_key(budget)) or {})
            if self._begun(budget, used, now):
                break
        self._allow(budget)
        return Count(
            budget.org_id, budget.scope, budget.span, None, frozenset(_holds_by_call(used))
        )

    def _begun(self, budget: Budget, used: Mapping[str, Any], now: int) -> bool:
        """False when calls were held or settled meanwhile: each of those moves one of the sums."""
        holds = _holds_by_call(used)
        new = {
            ":l": budget.limit,
            ":co": sum(hold.amount for hold in holds.values()),
            ":z": 0,
            ":cp": "",
            ":kc": sorted(holds),
            ":q": keys.BUDGETS_COUNTED,
            ":n": now,
        }
        seen = {f":was_{name}": used[name] for name in _SUMS if name in used}
        unchanged = [
            f"{name} = :was_{name}" if name in used else f"attribute_not_exists({name})"
            for name in _SUMS
        ]
        refused = self._table.try_update(
            Key=_key(budget),
            UpdateExpression="SET l = :l, co = :co, su = :z, un = :z, cp = :cp, kc = :kc,"
            " q = :q, n = :n REMOVE ne",
            ConditionExpression=" AND ".join(unchanged),
            ExpressionAttributeValues=wire(new | seen),
        )
        return refused is None

    def counts(self, until: int, limit: int) -> list[Count]:
        found, _ = self._table.query_due(keys.BUDGETS_COUNTED, until, None, limit)
        counting = (item for item in self._table.get_all(found) if "cp" in item)
        return list(each_readable(lambda item: _count(plain(item)), counting))

    def add(self, count: Count, found: Spending, to: str | None, now: int) -> bool:
        names = {f"#{place}": f"{_HOLD}{call}" for place, call in enumerate(found.holds)}
        holds = {f":h{place}": _hold_text(hold) for place, hold in enumerate(found.holds.values())}
        sets = "".join(f", #{place} = :h{place}" for place in range(len(names)))
        held = sum(hold.amount for hold in found.holds.values())
        new = {
            ":co": found.spent + found.uncertain + held,
            ":su": found.spent,
            ":un": found.uncertain,
            ":seen": count.position or "",
        }
        moved = " REMOVE cp, kc, q, n" if to is None else ", cp = :cp, n = :n"
        refused = self._table.try_update(
            Key=wire({"pk": keys.budgets_pk(count.org_id), "sk": _spent_sk(count)}),
            UpdateExpression=f"SET co = co + :co, su = su + :su, un = un + :un{sets}{moved}",
            ConditionExpression="cp = :seen",
            ExpressionAttributeValues=wire(
                new | holds | ({} if to is None else {":cp": to, ":n": now})
            ),
            **({"ExpressionAttributeNames": names} if names else {}),
        )
        return refused is None

    # --- holding --------------------------------------------------------------------------------

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
            f"attribute_not_exists(#h) AND attribute_not_exists(cp) AND {fits} AND {same}",
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
    sk = keys.spent_sk(budget.scope, budget.span)
    return wire({"pk": keys.budgets_pk(budget.org_id), "sk": sk})


def _spent_sk(count: Count) -> str:
    return keys.spent_sk(count.scope, count.span)


def _span(allowed: Mapping[str, Any], now: int) -> tuple[str, str]:
    """(scope, its present span)."""
    return keys.scope_of(allowed["sk"]), span_of(Period(allowed["p"]), now)


def _budget(org_id: str, allowed: Mapping[str, Any], used: Mapping[str, Any], now: int) -> Budget:
    scope, span = _span(allowed, now)
    return Budget(
        org_id,
        scope,
        Period(allowed["p"]),
        allowed["l"],
        span,
        used.get("su", 0),
        used.get("un", 0),
        _holds_by_call(used),
        used.get("ne"),
        is_counted="cp" not in used,
    )


def _count(used: Mapping[str, Any]) -> Count:
    return Count(
        keys.organisation_of(used["pk"]),
        keys.scope_of(used["sk"]),
        keys.span_of(used["sk"]),
        used["cp"] or None,
        frozenset(used["kc"]),
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
