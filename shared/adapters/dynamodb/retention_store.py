"""RetentionStore over DynamoDB: one item an organisation, in the index of what is due."""

from collections.abc import Sequence
from typing import Any

from shared.adapters.aws_errors import translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.ports import Place

_SK = "RET"


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
        return Place(values.get("ru"), values.get("pa"))

    def save(self, org_id: str, place: Place, at: int) -> None:
        values = {"q": keys.RETENTION_DUE, "n": at, "ru": place.runs, "pa": place.patients}
        known = {name: value for name, value in values.items() if value is not None}
        self._set(org_id, known, [name for name in values if name not in known])

    def forget(self, org_id: str) -> None:
        self._table.delete(_key(org_id))

    def _set(self, org_id: str, values: dict[str, Any], gone: Sequence[str]) -> None:
        setting = ", ".join(f"#{name} = :{name}" for name in values)
        removing = f" REMOVE {', '.join(f'#{name}' for name in gone)}" if gone else ""
        with translated():
            self._table.update(
                Key=_key(org_id),
                UpdateExpression=f"SET {setting}{removing}",
                ExpressionAttributeNames={f"#{name}": name for name in (*values, *gone)},
                ExpressionAttributeValues=wire({f":{n}": v for n, v in values.items()}),
            )


def _key(org_id: str) -> Item:
    return wire({"pk": keys.organisation_pk(org_id), "sk": _SK})
