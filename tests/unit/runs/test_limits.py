"""How JSON is counted: every value is a node, an object's keys are none; a level is an object or
array inside another.
"""

from typing import Any

import pytest

from shared.runs.limits import BeyondLimits, bounded_json, count_nodes, require_nodes


@pytest.mark.parametrize(
    ("value", "nodes"),
    [(None, 1), ({}, 1), ([], 1), ([1, "a", None], 4), ({"a": 1, "b": {"c": [True]}}, 5)],
)
def test_every_value_is_a_node_and_no_key_is(value: Any, nodes: int) -> None:
    assert count_nodes(value) == nodes


def nested(levels: int, inside: Any) -> Any:
    for _ in range(levels):
        inside = {"a": inside}
    return inside


def test_a_hundred_levels_are_taken_and_no_more() -> None:
    assert count_nodes(nested(100, 1)) == 101
    assert count_nodes(nested(99, [])) == 100
    for deeper in (nested(100, []), nested(101, 1)):
        with pytest.raises(BeyondLimits):
            count_nodes(deeper)


def test_fifty_thousand_nodes_are_taken_and_no_more() -> None:
    require_nodes(50_000)
    with pytest.raises(BeyondLimits):
        require_nodes(50_001)
    assert len(bounded_json(b"[" + b"0," * 49_998 + b"0]")) == 49_999
    with pytest.raises(BeyondLimits):
        bounded_json(b"[" + b"0," * 49_999 + b"0]")


@pytest.mark.parametrize("data", [b"", b"no JSON", b"\xff", b"[" * 100_000 + b"]" * 100_000])
def test_what_is_no_json_within_the_limits_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        bounded_json(data)
