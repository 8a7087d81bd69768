"""Patches of RFC 6902, applied by a library that no one here wrote."""

from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runs.json_patch import json_patch

pytestmark = pytest.mark.rule("R-COMPARE-1")
_NAMES = st.text(alphabet="ab~/0-é", max_size=3)
_SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([1.0, 0.5, "", "a"])
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, _JSON)
def test_a_patch_turns_one_value_into_the_other(before: Any, after: Any) -> None:
    patched = jsonpatch.apply_patch(before, json_patch(before, after))
    assert json_patch(patched, after) == []
    assert patched == after


@given(_JSON)
def test_equal_values_have_no_patch(value: Any) -> None:
    assert json_patch(value, value) == []


@pytest.mark.parametrize(
    ("before", "after", "patch"),
    [
        ({"a": 1}, {"a": 2}, [{"op": "replace", "path": "/a", "value": 2}]),
        ({"a/b": 1}, {}, [{"op": "remove", "path": "/a~1b"}]),
        ({}, {"~": 1}, [{"op": "add", "path": "/~0", "value": 1}]),
        ([1, 2, 3], [1], [{"op": "remove", "path": "/2"}, {"op": "remove", "path": "/1"}]),
        ([1], [1, 2], [{"op": "add", "path": "/-", "value": 2}]),
        (None, {"a": 1}, [{"op": "replace", "path": "", "value": {"a": 1}}]),
        (1, 1.0, []),
        (1, True, [{"op": "replace", "path": "", "value": True}]),
        (0, False, [{"op": "replace", "path": "", "value": False}]),
    ],
)
def test_each_kind_of_difference(before: Any, after: Any, patch: Any) -> None:
    assert json_patch(before, after) == patch
