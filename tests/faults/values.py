"""Typed values and items as DynamoDB holds them ({"N": "5"}), and what can be done with them. Items
are never changed in place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Typed = Mapping[str, Any]
Item = dict[str, Any]
Operand = Callable[[Item, Mapping[str, Typed]], Any]
Test = Callable[[Item, Mapping[str, Typed]], bool]
Path = tuple[str, ...]
Names = tuple[tuple[str, str], ...]


class Unsupported(BaseException):
    """An expression that the fake does not know, or that DynamoDB would refuse.

    No handler of ours may swallow it.
    """


class Refused(Exception):
    """What DynamoDB answers with a ValidationException, such as a sum with an attribute that is not
    there.
    """


@dataclass(frozen=True, slots=True)
class Update:
    """A parsed update: what each path is set to, and the paths that go."""

    sets: tuple[tuple[Path, Operand], ...]
    removes: tuple[Path, ...]
    used: frozenset[str]

    def apply(self, item: Item, values: Mapping[str, Typed]) -> Item:
        """The item after it; every operand sees the item before."""
        after = dict(item)
        for path, operand in self.sets:
            value = operand(item, values)
            if value is None:
                raise Refused(f"an operand of {'.'.join(path)} does not exist")
            _put(after, path, value)
        for path in self.removes:
            _remove(after, path)
        return after


@dataclass(frozen=True, slots=True)
class Condition:
    test: Test
    used: frozenset[str]


def _put(item: Item, path: Path, value: Any) -> None:
    if len(path) == 1:
        item[path[0]] = value
        return
    top, inner = path
    held = item.get(top)
    if held is None or "M" not in held:
        raise Refused(f"{top} is no map")
    item[top] = {"M": {**held["M"], inner: value}}


def _remove(item: Item, path: Path) -> None:
    if len(path) == 1:
        item.pop(path[0], None)
    elif path[0] in item:
        item[path[0]] = {
            "M": {name: value for name, value in item[path[0]]["M"].items() if name != path[1]}
        }
    else:
        raise Refused(f"{path[0]} is no map")


def simple(value: Typed) -> Any:
    """A typed scalar as something that compares as DynamoDB compares it."""
    kind, held = next(iter(value.items()))
    if kind == "N":
        return int(held) if held.lstrip("-").isdigit() else Decimal(held)
    if kind in ("S", "B", "BOOL"):
        return held
    raise Unsupported(f"comparing a {kind}")


def get(item: Item, path: Path) -> Any:
    held = item.get(path[0])
    return held if len(path) == 1 or held is None else held["M"].get(path[1])


def size(value: Typed | None) -> Typed | None:
    return None if value is None else {"N": str(len(next(iter(value.values()))))}


def total(a: Typed | None, b: Typed | None) -> Typed | None:
    return None if a is None or b is None else {"N": str(simple(a) + simple(b))}


def joined(a: Typed | None, b: Typed | None) -> Typed | None:
    return None if a is None or b is None else {"L": [*a["L"], *b["L"]]}
