"""HealthStore over DynamoDB: one item an organisation with the counts of the lap under way and of
the last whole one.

A slice's counts carry its beginning as a token, so that adding them again, by a sweep that repeats
or races, counts once. Moments are texts, because nothing is due at them.
"""

from collections.abc import Mapping
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.runs.health import Health, HealthSeen, Place

_PLACE, _EVERYBODY = "place", "all"
_NOTHING = Health()


class DynamoHealthStore:
    """Implements shared.ports.HealthStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def place(self) -> Place:
        held = self._read(_PLACE)
        return Place(held["lap"], held["po"]) if held else Place()

    def add(self, before: Place, after: Place, seen: Mapping[str | None, Health], now: int) -> None:
        token = f"{before.lap}:{before.position}"
        for org_id, health in seen.items():
            self._add(_name(org_id), before.lap, token, health)
        self._move(before, after, now)

    def of(self, org_id: str | None) -> HealthSeen:
        place, held = self._read(_PLACE), self._read(_name(org_id))
        if place is None or "ended" not in place:
            return HealthSeen(_NOTHING, None)
        return HealthSeen(_counts_of(held, place["lap"] - 1), int(place["ended"]))

    def _read(self, name: str) -> dict[str, Any] | None:
        item = self._table.get(_key(name))
        return None if item is None else plain(item)

    def _add(self, name: str, lap: int, token: str, health: Health) -> None:
        counts = {":o": health.open_runs, ":d": health.past_due, ":v": health.violations}
        held = self._try(
            name,
            "SET oc = oc + :o, dc = dc + :d, vc = vc + :v, ls = :t",
            "lap = :lap AND ls <> :t",
            {":lap": lap, ":t": token, **counts},
        )
        if held is None or held.get("lap", 0) >= lap:
            return
        last = {":pl": held.get("lap", 0), ":po": held.get("oc", 0)}
        last |= {":pd": held.get("dc", 0), ":pv": held.get("vc", 0)}
        self._try(
            name,
            "SET oc = :o, dc = :d, vc = :v, ls = :t, lap = :lap,"
            " pl = :pl, po = :po, pd = :pd, pv = :pv",
            "attribute_not_exists(lap) OR lap < :lap",
            {":lap": lap, ":t": token, **counts, **last},
        )

    def _move(self, before: Place, after: Place, now: int) -> None:
        ends = after.lap > before.lap
        self._try(
            _PLACE,
            "SET lap = :lap, po = :po" + (", ended = :now" if ends else ""),
            "attribute_not_exists(lap) OR (lap = :was AND po = :at)",
            {
                ":lap": after.lap,
                ":po": after.position,
                ":was": before.lap,
                ":at": before.position,
                **({":now": str(now)} if ends else {}),
            },
        )

    def _try(
        self, name: str, update: str, condition: str, values: dict[str, Any]
    ) -> dict[str, Any] | None:
        """None when written, else the item that did not meet the condition ({} for none)."""
        refused = self._table.try_update(
            Key=_key(name),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=wire(values),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        return None if refused is None else plain(refused)


def _counts_of(held: dict[str, Any] | None, lap: int) -> Health:
    """An organisation without open runs in that lap was not counted in it."""
    if held is not None and held["lap"] == lap:
        return Health(held["oc"], held["dc"], held["vc"])
    if held is not None and held.get("pl") == lap:
        return Health(held["po"], held["pd"], held["pv"])
    return _NOTHING


def _name(org_id: str | None) -> str:
    return _EVERYBODY if org_id is None else f"org#{keys.pack(org_id)}"


def _key(name: str) -> Item:
    return wire({"pk": keys.HEALTH_PK, "sk": name})
