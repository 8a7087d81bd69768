"""OrganisationStore over DynamoDB: one item an organisation, every write under the version that was
read.
"""

import json
from dataclasses import asdict

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.records.organisation import Organisation


class DynamoOrganisationStore:
    """Implements shared.ports.OrganisationStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, org_id: str) -> Organisation:
        item = self._table.get(_key(org_id))
        if item is None:
            return Organisation(org_id)
        values = plain(item)
        settings = json.loads(values["set"])
        settings["paused_workflows"] = tuple(settings["paused_workflows"])
        return Organisation(org_id, **settings, version=values["v"])

    def put(self, organisation: Organisation) -> bool:
        settings = asdict(organisation)
        version = settings.pop("version")
        del settings["id"]
        refused = self._table.try_update(
            Key=_key(organisation.id),
            UpdateExpression="SET #s = :s, v = :v",
            ConditionExpression="attribute_not_exists(pk) OR v = :seen",
            ExpressionAttributeNames={"#s": "set"},
            ExpressionAttributeValues=wire(
                {":s": json.dumps(settings), ":v": version, ":seen": version - 1}
            ),
        )
        return refused is None


def _key(org_id: str) -> Item:
    return wire({"pk": keys.organisation_pk(org_id), "sk": "O"})
