"""An AWS call as the grants that it needs, under the template's own names."""

from collections.abc import Mapping
from typing import Any

Grant = tuple[str, str]
"""(IAM action, resource): `Table`, `Table/index/by-org`, `Bucket/*`, `RunsQueue`, or the name of a
parameter.
"""
_OF_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_S3: Mapping[str, tuple[Grant, ...]] = {
    "ListObjectVersions": (("s3:ListBucketVersions", "Bucket"),),
    "HeadObject": (("s3:GetObject", "Bucket/*"),),
    "DeleteObjects": (("s3:DeleteObject", "Bucket/*"), ("s3:DeleteObjectVersion", "Bucket/*")),
}
"""Calls of S3 that are granted under other names."""
_MODEL_KEY = "model-key"


def grants_for(service: str, operation: str, facts: Mapping[str, Any]) -> set[Grant]:
    """`facts`: what of the call's parameters says of what it is: TableName, IndexName, QueueUrl,
    SecretId, `kind` (the beginning of an object's key), `items` (of a transaction).
    """
    match service:
        case "dynamodb" if operation == "TransactWriteItems":
            pairs = [one.split(" ") for one in facts["items"]]
            return {(f"dynamodb:{_OF_TRANSACTIONS[kind]}", _own(table)) for kind, table in pairs}
        case "dynamodb":
            index = f"/index/{facts['IndexName']}" if "IndexName" in facts else ""
            return {(f"dynamodb:{operation}", _own(facts.get("TableName", "Table")) + index)}
        case "s3" if operation in _S3:
            return set(_S3[operation])
        case "s3":
            place = "uploads/*" if facts.get("kind") == "uploads/" else "*"
            return {(f"s3:{operation}", f"Bucket/{place}")}
        case "sqs":
            return {(f"sqs:{operation}", _own(facts["QueueUrl"]))}
        case _:
            name = facts["SecretId"].rpartition(":")[2]
            own = "ModelKeySecretArn" if name.startswith(_MODEL_KEY) else _own(name)
            return {(f"{service}:{operation}", own)}


def _own(name: str) -> str:
    """The logical id in a physical name of the local stack."""
    return name.rpartition("-")[2]
