"""Makes a JSON value that matches a JSON schema out of what a composer offers, and makes up what it
does not. Deterministic.

Knows the subset of JSON schema that structured output knows, and reads back the limits that the SDK
moves from keywords into descriptions (`{minimum: 0, maximum: 1}`), as a model would.
"""

import re
from collections.abc import Mapping
from typing import Any

MISSING: Any = object()
_DEEP = 8
_LIMIT = re.compile(r"\b(minimum|maximum|minLength|maxLength|minItems|maxItems): (-?\d+(?:\.\d+)?)")
_FORMATS: Mapping[str, str] = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "offline@example.com",
    "hostname": "example.com",
    "uri": "https://example.com/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def conform(schema: Mapping[str, Any], offered: Any = MISSING) -> Any:
    """A value of this schema.

    What is offered is kept where it fits and dropped where the schema has no place for it.
    """
    return _value(schema, offered, schema, "value", 0)


def _value(
    schema: Mapping[str, Any], offered: Any, root: Mapping[str, Any], name: str, depth: int
) -> Any:
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return offered if offered in schema["enum"] else schema["enum"][0]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _value(_choice(choices, offered, root), offered, root, name, depth)
    return _of_type(schema, offered, root, name, depth)


def _of_type(
    schema: Mapping[str, Any], offered: Any, root: Mapping[str, Any], name: str, depth: int
) -> Any:
    match _type(schema):
        case "object":
            return _object(schema, offered, root, depth)
        case "array":
            return _array(schema, offered, root, name, depth)
        case "string":
            return _string(schema, offered, name)
        case "integer" | "number" as kind:
            return _number(schema, offered, kind)
        case "boolean":
            return offered if isinstance(offered, bool) else False
        case _:
            return None


def _object(
    schema: Mapping[str, Any], offered: Any, root: Mapping[str, Any], depth: int
) -> dict[str, Any]:
    given = offered if isinstance(offered, Mapping) else {}
    required = schema.get("required", [])
    # A composer that offers something has chosen what to leave out; with nothing offered, every
    # field is shown.
    made_up = not given and depth < _DEEP
    return {
        name: _value(part, given.get(name, MISSING), root, name, depth + 1)
        for name, part in schema.get("properties", {}).items()
        if name in required or name in given or made_up
    }


def _array(
    schema: Mapping[str, Any], offered: Any, root: Mapping[str, Any], name: str, depth: int
) -> list[Any]:
    limits = _limits(schema)
    least = int(limits.get("minItems", 0))
    if not isinstance(offered, list):
        offered = [MISSING] * (max(1, least) if depth < _DEEP else least)
    offered = offered + [MISSING] * (least - len(offered))
    kept = offered[: int(limits["maxItems"])] if "maxItems" in limits else offered
    return [
        _value(schema.get("items", {"type": "string"}), item, root, name, depth + 1)
        for item in kept
    ]


def _string(schema: Mapping[str, Any], offered: Any, name: str) -> str:
    if "format" in schema and not isinstance(offered, str):
        return _FORMATS.get(schema["format"], "")
    limits = _limits(schema)
    text = (
        offered
        if isinstance(offered, str)
        else f"Offline stand-in for {schema.get('title') or name}."
    )
    text = text.ljust(int(limits.get("minLength", 0)), ".")
    return text[: int(limits["maxLength"])] if "maxLength" in limits else text


def _number(schema: Mapping[str, Any], offered: Any, kind: str) -> int | float:
    fits = isinstance(offered, int | float) and not isinstance(offered, bool)
    value = offered if fits else 0
    limits = _limits(schema)
    value = min(max(value, limits.get("minimum", value)), limits.get("maximum", value))
    return int(value) if kind == "integer" else value


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind


def _choice(
    choices: list[Mapping[str, Any]], offered: Any, root: Mapping[str, Any]
) -> Mapping[str, Any]:
    resolved = [_resolved(choice, root) for choice in choices]
    # Null is taken only where it is meant: a null that nobody offered would show nothing.
    if offered is None:
        return next((choice for choice in resolved if choice.get("type") == "null"), resolved[0])
    fitting = [choice for choice in resolved if _fits(choice, offered)]
    filled = [choice for choice in resolved if choice.get("type") != "null"]
    return (fitting or filled or resolved)[0]


def _fits(schema: Mapping[str, Any], offered: Any) -> bool:
    if "enum" in schema:
        return offered in schema["enum"]
    kinds = {
        "object": Mapping,
        "array": list,
        "string": str,
        "integer": int,
        "number": int | float,
        "boolean": bool,
    }
    kind = kinds.get(schema.get("type", ""))
    return (
        kind is not None
        and isinstance(offered, kind)
        and (kind is bool or not isinstance(offered, bool))
    )


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    if "allOf" in schema:
        merged: dict[str, Any] = {}
        for part in schema["allOf"]:
            merged |= _resolved(part, root)
        return {**merged, **{key: value for key, value in schema.items() if key != "allOf"}}
    return schema


def _limits(schema: Mapping[str, Any]) -> dict[str, float]:
    told = {
        keyword: float(number) for keyword, number in _LIMIT.findall(schema.get("description", ""))
    }
    keywords = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
    return told | {keyword: schema[keyword] for keyword in keywords if keyword in schema}
