"""What turns one JSON value into another, as an RFC 6902 patch of add, remove and replace. Pure.

No moves and no longest common subsequence: a patch is read by people who compare two runs, and
costs one walk over both values.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Operation = Mapping[str, Any]


def json_patch(before: Any, after: Any) -> list[Operation]:
    """The operations, in the order in which they must be applied; none for equal values.

    Numbers that are equal are equal (`1` and `1.0`); a truth value is no number.
    """
    return list(_patch("", before, after))


def _patch(path: str, before: Any, after: Any) -> Iterator[Operation]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_objects(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_arrays(path, before, after)
    elif isinstance(before, bool) is not isinstance(after, bool) or before != after:
        yield {"op": "replace", "path": path, "value": after}


def _of_objects(
    path: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Operation]:
    for name in sorted(before.keys() | after.keys()):
        place = f"{path}/{_escaped(name)}"
        if name not in after:
            yield {"op": "remove", "path": place}
        elif name not in before:
            yield {"op": "add", "path": place, "value": after[name]}
        else:
            yield from _patch(place, before[name], after[name])


def _of_arrays(path: str, before: list[Any], after: list[Any]) -> Iterator[Operation]:
    for index, (old, new) in enumerate(zip(before, after, strict=False)):
        yield from _patch(f"{path}/{index}", old, new)
    for index in range(len(before) - 1, len(after) - 1, -1):
        yield {"op": "remove", "path": f"{path}/{index}"}
    for new in after[len(before) :]:
        yield {"op": "add", "path": f"{path}/-", "value": new}


def _escaped(name: str) -> str:
    """RFC 6901: `~` first."""
    return name.replace("~", "~0").replace("/", "~1")
