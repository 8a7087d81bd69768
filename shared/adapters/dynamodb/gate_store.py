"""GateStore over DynamoDB: the gates in use stand under one key, each by its name, with the moment
of its last note.
"""

from botocore.exceptions import ClientError

from shared.adapters.aws_errors import error_code, translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.records.gate import Kind

_PREFIX = keys.gate_sk("")


class DynamoGateStore:
    """Implements shared.ports.GateStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, gate: str, now: int) -> None:
        self._table.put(_key(gate) | wire({"noted": str(now)}))

    def gates(self) -> list[tuple[str, int]]:
        items = map(plain, self._table.query_prefix(keys.GATES_PK, _PREFIX))
        return [(item["sk"].removeprefix(_PREFIX), int(item["noted"])) for item in items]

    def before_claims(self) -> list[str]:
        """Budgets' names come before all others."""
        first, last = keys.gate_sk(f"{Kind.BUDGET.value}~"), keys.gate_sk("~")
        items = self._table.query_between(keys.GATES_PK, first, last)
        return [item["sk"]["S"].removeprefix(_PREFIX) for item in items]

    def forget(self, gate: str, noted_at: int) -> None:
        with translated():
            try:
                self._table.delete_where(
                    _key(gate), "noted = :noted", wire({":noted": str(noted_at)})
                )
            except ClientError as exc:
                if error_code(exc) != "ConditionalCheckFailedException":
                    raise


def _key(gate: str) -> Item:
    return wire({"pk": keys.GATES_PK, "sk": keys.gate_sk(gate)})
