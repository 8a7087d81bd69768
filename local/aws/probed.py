"""Whether a model's provider is being probed: what the stack must know of the product to move its
time through an outage.
"""

from typing import TYPE_CHECKING

from shared.adapters.dynamodb import keys

if TYPE_CHECKING:
    from botocore.client import BaseClient


def is_probing(dynamodb: "BaseClient", table: str) -> bool:
    """Whether any provider's gate waits for a probe to open it."""
    found = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": keys.PROVIDERS_PK}},
    )
    return any('"needs_probe": true' in item["state"]["S"] for item in found["Items"])
