"""RetentionStore over DynamoDB: one item an organisation, in the index of what is due."""

from collections.abc import Sequence
from typing import Any

from shared.adapters.aws_errors import translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.ports import Place

_SK = "RET"
_PLACE = ("ru", "ro", "pa")
"""The attributes of a place, in its order."""


class DynamoRetentionStore:
    """Implements shared.ports.RetentionStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def watch(self, org_id: str, at: int) -> None:
        self._set(org_id, {"q": keys.RETENTION_DUE, "n": at}, ())

    def due(self, until: int, limit: int) -> Sequence[str]:
        found, _ = self._table.query_due(keys.RETENTION_DUE, until, None, limit)
        return [keys.organisation_of(entry["pk"]["S"]) for entry in found]

    def place(self, org_id: str) -> Place:
        item = self._table.get(_key(org_id))
        values = {} if item is None else plain(item)
        return Place(*(values.get(name) for name in _PLACE))

    def save(self, org_id: str, place: Place, at: int) -> None:
        values = dict(zip(_PLACE, (place.runs, place.going_on, place.patients), strict=True))
        known = {name: value for name, value in values.items() if value is not None}
        gone = [name for name in values if name not in known]
        self._set(org_id, {"q": keys.RETENTION_DUE, "n": at, **known}, gone)

    def forget(self, org_id: str) -> None:
        self._set(org_id, {}, ("q", "n"))

    def _set(self, org_id: str, values: dict[str, Any], gone: Sequence[str]) -> None:
        parts = {
            "SET": [f"#{name} = :{name}" for name in values],
            "REMOVE": [f"#{name}" for name in gone],
        }
        expression = " ".join(f"{verb} {', '.join(some)}" for verb, some in parts.items() if some)
        given = wire({f":{name}": value for name, value in values.items()})
        with translated():
            self._table.update(
                Key=_key(org_id),
                UpdateExpression=expression,
                ExpressionAttributeNames={f"#{name}": name for name in (*values, *gone)},
                **({"ExpressionAttributeValues": given} if given else {}),
            )


def _key(org_id: str) -> Item:
    return wire({"pk": keys.organisation_pk(org_id), "sk": _SK})
