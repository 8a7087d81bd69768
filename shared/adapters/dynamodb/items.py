"""Python values and DynamoDB's typed form of them. Knows no key and no kind of item.

boto3's own conversion would bring boto3 and its decimals into every cold start; what is stored here
are texts, bytes, whole numbers, booleans, lists and maps.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from shared.errors import SPOILT

Item = dict[str, Any]
T = TypeVar("T")


def wire(values: Mapping[str, Any]) -> Item:
    """Python values to DynamoDB's typed form. Raises TypeError for a value of another type."""
    return {name: _typed(value) for name, value in values.items()}


def plain(item: Mapping[str, Any]) -> Item:
    """DynamoDB's typed form to Python values: whole numbers are int, binaries bytes.

    Raises ValueError for a number that is not whole.
    """
    return {name: _simple(value) for name, value in item.items()}


def _typed(value: Any) -> Item:
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case Mapping():
            return {"M": wire(value)}
        case list() | tuple():
            return {"L": [_typed(held) for held in value]}
    raise TypeError(f"no item of ours holds a {type(value).__name__}")


def _simple(typed: Mapping[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    match kind:
        case "N":
            return int(value)
        case "B":
            return bytes(value)
        case "L":
            return [_simple(held) for held in value]
        case "M":
            return plain(value)
        case "NULL":
            return None
    return value


def each_readable(read: Callable[[Item], T], items: Iterable[Item]) -> Iterator[T]:
    """What these items hold; one that this version cannot read is passed over, so that it harms
    none beside it.
    """
    for item in items:
        with suppress(*SPOILT):
            yield read(item)
