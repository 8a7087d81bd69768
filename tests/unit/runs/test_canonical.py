"""Canonical JSON: one form per value, and none for what is no JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runs.canonical import canonical_json, sha256_hex

JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(codec="utf-8")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), inner, max_size=4),
    ),
)


@given(JSON)
def test_it_is_the_value_itself_and_stable(value: Any) -> None:
    form = canonical_json(value)
    assert json.loads(form) == value
    assert canonical_json(json.loads(form)) == form


def test_keys_are_sorted_without_white_space_in_utf8() -> None:
    assert (
        canonical_json({"b": [1, 2.5, None], "a": {"ü": True}})
        == '{"a":{"ü":true},"b":[1,2.5,null]}'.encode()
    )
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        [float("-inf")],
        "\ud800",
        {"\udfff": 1},
        pytest.param(10**5000, id="huge"),
    ],
)
def test_what_json_cannot_hold_is_a_value_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r"not JSON|surrogates|digits"):
        canonical_json(value)


def test_too_deep_a_nesting_is_a_value_error() -> None:
    deep: list[Any] = []
    for _ in range(200_000):
        deep = [deep]
    with pytest.raises(ValueError, match="too deeply"):
        canonical_json(deep)


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", object()])
def test_what_is_no_json_value_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_the_hash_is_sha256_in_hexadecimal() -> None:
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
