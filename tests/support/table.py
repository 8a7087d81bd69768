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


def table_arguments(name: str) -> dict[str, Any]:
    """Arguments of CreateTable for a table of that name."""
    return {"TableName": name} | {argument: _properties()[argument] for argument in _ARGUMENTS}


@lru_cache(maxsize=1)
def _properties() -> dict[str, Any]:
    template = yaml.load(TEMPLATE.read_text(), _Loader)
    properties: dict[str, Any] = template["Resources"]["Table"]["Properties"]
    return properties
