"""The table as template.yaml declares it, in the form that CreateTable takes."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
_ARGUMENTS = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads CloudFormation's short functions as plain values: the table's schema has none."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: str(node.value))


def table_arguments(name: str, resource: str = "Table") -> dict[str, Any]:
    """Arguments of CreateTable for a table of that name, as the template declares the resource."""
    declared = _properties(resource)
    arguments = {argument: declared[argument] for argument in _ARGUMENTS}
    if "StreamSpecification" in declared:
        arguments["StreamSpecification"] = {
            "StreamEnabled": True,
            **declared["StreamSpecification"],
        }
    return {"TableName": name, **arguments}


@lru_cache(maxsize=2)
def _properties(resource: str) -> dict[str, Any]:
    template = yaml.load(TEMPLATE.read_text(), _Loader)
    properties: dict[str, Any] = template["Resources"][resource]["Properties"]
    return properties
