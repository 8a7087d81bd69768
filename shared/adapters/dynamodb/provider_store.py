"""ProviderStore over DynamoDB: one item for each provider's model, every write under the version
that was read.
"""

import json
from dataclasses import asdict, replace

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.errors import RefusedBecause
from shared.records.provider import OPEN, ProviderState


class DynamoProviderStore:
    """Implements shared.ports.ProviderStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, gate: str) -> ProviderState:
        item = self._table.get(_key(gate))
        if item is None:
            return OPEN
        values = plain(item)
        state = ProviderState(**json.loads(values["state"]))
        reason = RefusedBecause(state.reason) if state.reason else None
        return replace(state, reason=reason, version=values["v"])

    def put(self, gate: str, state: ProviderState) -> bool:
        values = {"state": json.dumps(asdict(state)), "v": state.version}
        refused = self._table.try_update(
            Key=_key(gate),
            UpdateExpression="SET #s = :s, v = :v",
            ConditionExpression="attribute_not_exists(pk) OR v = :seen",
            ExpressionAttributeNames={"#s": "state"},
            ExpressionAttributeValues=wire(
                {":s": values["state"], ":v": values["v"], ":seen": state.version - 1}
            ),
        )
        return refused is None


def _key(gate: str) -> Item:
    return wire({"pk": keys.PROVIDERS_PK, "sk": gate})
