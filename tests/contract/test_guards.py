"""Guard by guard: every condition of a write refuses what it is there for, and nothing else does:
without it the check fails.
"""

from collections.abc import MutableMapping
from dataclasses import fields
from typing import Any, cast

import pytest

from shared.adapters.dynamodb import expressions
from shared.runs.changes import FORBIDDEN, REQUIRED, Guard
from tests.contract.guards import GUARDS, PROHIBITIONS, REQUIREMENTS, StateRule, state_case
from tests.contract.worlds import RealAdapters, World

GUARD_NAMES = pytest.mark.parametrize("name", GUARDS)
REQUIRED_FIELDS = pytest.mark.parametrize(
    "rule", REQUIREMENTS, ids=lambda rule: f"{rule[0]}-{rule[1]}"
)
FORBIDDEN_FIELDS = pytest.mark.parametrize(
    "rule", PROHIBITIONS, ids=lambda rule: f"{rule[0]}-{rule[1]}"
)
CHECK_FAILS = pytest.raises(pytest.fail.Exception, match="DID NOT RAISE")


def test_every_field_of_a_guard_has_a_condition_and_a_case() -> None:
    assert (
        set(GUARDS)
        == {field.name for field in fields(Guard)}
        == {"statuses", *expressions.FRAGMENTS}
    )


# --- with the condition: refused ------------------------------------------------------------------


@GUARD_NAMES
def test_the_guard_refuses(world: World, name: str) -> None:
    GUARDS[name].check(world)


@REQUIRED_FIELDS
def test_a_required_field_may_not_be_missing(world: World, rule: StateRule) -> None:
    state_case(rule, is_required=True).check(world)


@FORBIDDEN_FIELDS
def test_a_forbidden_field_may_not_be_there(world: World, rule: StateRule) -> None:
    state_case(rule, is_required=False).check(world)


# --- without it: the check above notices ----------------------------------------------------------


@GUARD_NAMES
def test_a_removed_guard_is_noticed(
    real: RealAdapters, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if name == "statuses":
        monkeypatch.setattr(
            expressions, "_statuses", lambda guard, e: f"attribute_exists({e.name('st')})"
        )
    else:
        monkeypatch.delitem(expressions.FRAGMENTS, name)
    with CHECK_FAILS:
        GUARDS[name].check(real)


def _without(table: Any, rule: StateRule, monkeypatch: pytest.MonkeyPatch) -> None:
    status, name = rule
    monkeypatch.setitem(cast(MutableMapping[Any, Any], table), status, table[status] - {name})


@REQUIRED_FIELDS
def test_a_removed_requirement_is_noticed(
    real: RealAdapters, monkeypatch: pytest.MonkeyPatch, rule: StateRule
) -> None:
    case = state_case(rule, is_required=True)
    _without(REQUIRED, rule, monkeypatch)
    with CHECK_FAILS:
        case.check(real)


@FORBIDDEN_FIELDS
def test_a_removed_prohibition_is_noticed(
    real: RealAdapters, monkeypatch: pytest.MonkeyPatch, rule: StateRule
) -> None:
    case = state_case(rule, is_required=False)
    _without(FORBIDDEN, rule, monkeypatch)
    with CHECK_FAILS:
        case.check(real)
