"""Attributes of a run's item as another version of the service would have left them: written past
the product, for people who want to see what it makes of them.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from shared.adapters.dynamodb import keys

if TYPE_CHECKING:
    from botocore.client import BaseClient

KEYS = ("pk", "sk")
_serialized = TypeSerializer().serialize


class WrongType(ValueError):
    """DynamoDB takes no value of that type for an attribute by which an index sorts."""


def set_attributes(
    dynamodb: "BaseClient", table: str, run_id: str, values: Mapping[str, Any]
) -> bool:
    """Set attributes, each with the DynamoDB type of its JSON type; False when there is no such
    run.

    Raises WrongType for what the real table would refuse; the served one takes it, and then fails
    at every query.
    """
    _check_types(dynamodb, table, values)
    names = {f"#{place}": name for place, name in enumerate(values)}
    terms = [f"#{place} = :{place}" for place in range(len(values))]
    try:
        dynamodb.update_item(
            TableName=table,
            Key={"pk": {"S": keys.thing_pk(run_id)}, "sk": {"S": keys.THING_SK}},
            UpdateExpression=f"SET {', '.join(terms)}",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={
                f":{place}": _serialized(_exact(value))
                for place, value in enumerate(values.values())
            },
        )
    except ClientError as exc:
        if exc.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _check_types(dynamodb: "BaseClient", table: str, values: Mapping[str, Any]) -> None:
    declared = dynamodb.describe_table(TableName=table)["Table"]["AttributeDefinitions"]
    for one in declared:
        name, kind = one["AttributeName"], one["AttributeType"]
        if name in values and kind not in _serialized(_exact(values[name])):
            raise WrongType(f"{name} has DynamoDB's type {kind} and takes no other")


def _exact(value: Any) -> Any:
    """The value with numbers that DynamoDB takes: it has no binary fractions."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, list):
        return [_exact(one) for one in value]
    if isinstance(value, dict):
        return {name: _exact(one) for name, one in value.items()}
    return value
