"""Pydantic's findings in our words.

The offending value is never repeated: it may be patient data.
"""

from collections.abc import Mapping, Sequence
from typing import Any

_TEXTS = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "string_type": "must be a string",
    "int_type": "must be an integer",
    "int_parsing": "must be an integer",
    "int_from_float": "must be an integer",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "dict_type": "must be an object",
    "list_type": "must be an array",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "string_pattern_mismatch": "has the wrong form",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "must be at least {}"),
    "greater_than": ("gt", "must be greater than {}"),
    "less_than_equal": ("le", "must be at most {}"),
    "less_than": ("lt", "must be less than {}"),
    "string_too_short": ("min_length", "must have at least {} characters"),
    "string_too_long": ("max_length", "must have at most {} characters"),
    "too_short": ("min_length", "must have at least {} entries"),
    "too_long": ("max_length", "must have at most {} entries"),
    "literal_error": ("expected", "must be {}"),
    "enum": ("expected", "must be {}"),
}


def message_of(error: Mapping[str, Any]) -> str:
    """One finding as a sentence without its subject."""
    kind, context = error["type"], error.get("ctx") or {}
    if kind in _TEXTS:
        return _TEXTS[kind]
    if kind in _BOUNDS and _BOUNDS[kind][0] in context:
        return _BOUNDS[kind][1].format(context[_BOUNDS[kind][0]])
    if kind == "value_error" and "error" in context:
        return str(context["error"])
    return "is not valid"


def field_name(loc: Sequence[str | int]) -> str:
    """A place in a request as the contract writes it: `body.tags[0]`, `query.limit`."""
    text = ""
    is_query = bool(loc) and loc[0] == "query"  # a parameter given several times has one name
    for part in loc[:2] if is_query else loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
