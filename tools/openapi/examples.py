"""Whole examples, put together from the examples of the parts, so that none can be forgotten or go
stale.
"""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
_PLAIN: Mapping[str, Any] = {
    "string": "text",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "null": None,
}
_DEPTH = 40


class NoExample(LookupError):
    """A part of a schema has no example and none can be made."""


def example_of(schema: Json, components: Mapping[str, Json], depth: int = 0) -> Any:
    """A value that the schema allows."""
    if depth > _DEPTH:
        raise NoExample(f"the schema is too deep: {schema}")
    if "$ref" in schema:
        return example_of(components[schema["$ref"].rsplit("/", 1)[1]], components, depth + 1)
    for given in ("const", "example"):
        if given in schema:
            return schema[given]
    for many in ("examples", "enum"):
        if schema.get(many):
            return schema[many][0]
    if "anyOf" in schema:
        return example_of(_telling(schema["anyOf"]), components, depth + 1)
    return _by_type(schema, components, depth)


def _telling(kinds: list[Json]) -> Json:
    """The first that is not null."""
    return next((kind for kind in kinds if kind.get("type") != "null"), kinds[0])


def _by_type(schema: Json, components: Mapping[str, Json], depth: int) -> Any:
    kind = schema.get("type", "string")
    if kind == "object":
        parts = schema.get("properties", {})
        if not parts and isinstance(schema.get("additionalProperties"), dict):
            return {"name": example_of(schema["additionalProperties"], components, depth + 1)}
        return {name: example_of(part, components, depth + 1) for name, part in parts.items()}
    if kind == "array":
        return [example_of(schema.get("items", {}), components, depth + 1)]
    return _PLAIN[kind]
