"""shared.ports.BudgetStore, ProviderStore and OrganisationStore, against the fakes and
the table.
"""

from dataclasses import replace

import pytest

from shared.errors import RefusedBecause
from shared.records.budget import ORGANISATION, Budget, Hold, Period, span_of
from shared.records.organisation import Organisation
from shared.records.provider import OPEN, ProviderState
from shared.runs.timing import DAY
from tests.contract.worlds import World
from tests.support.samples import ORG

NOW = 1_796_000_000_000
BUDGET = Budget(ORG, ORGANISATION, Period.TOTAL, 1_000, "total", spent=100)
HOLD = Hold(300, NOW + 1_000)


def stands(world: World, scope: str = ORGANISATION) -> Budget:
    return next(one for one in world.budgets.all(ORG, NOW) if one.scope == scope)


def test_a_budget_comes_back_as_it_was_set(world: World) -> None:
    assert world.budgets.all(ORG, NOW) == []
    world.budgets.put(BUDGET)
    world.budgets.put(replace(BUDGET, scope="workflow:diagnosis", limit=0, spent=0))
    assert stands(world) == BUDGET
    assert [one.scope for one in world.budgets.all(ORG, NOW)] == [
        ORGANISATION,
        "workflow:diagnosis",
    ]
    assert world.budgets.all("other", NOW) == []


def test_a_limit_that_is_raised_keeps_what_was_spent_and_held(world: World) -> None:
    world.budgets.put(BUDGET)
    world.budgets.hold(BUDGET, "call", HOLD)
    world.budgets.put(replace(BUDGET, limit=5_000, spent=77))
    assert stands(world) == replace(BUDGET, limit=5_000, holds={"call": HOLD})


def test_what_was_spent_without_the_budget_is_taken_over(world: World) -> None:
    """One that was dropped and is set again: what stands, or more where more was spent."""
    world.budgets.put(BUDGET)
    world.budgets.hold(BUDGET, "call", HOLD)
    world.budgets.delete(ORG, ORGANISATION)
    late = Hold(7, NOW + 2)
    again = replace(BUDGET, spent=130, uncertain=20, holds={"call": Hold(9, NOW), "late": late})
    world.budgets.put(again)
    assert stands(world) == replace(again, holds={"call": HOLD, "late": late})
    assert stands(world).committed == 130 + 20 + 300 + 7
    assert not world.budgets.hold(again, "two", Hold(544, NOW))
    assert world.budgets.hold(again, "two", Hold(543, NOW))


def test_what_fits_is_held_once_and_what_does_not_is_not(world: World) -> None:
    world.budgets.put(BUDGET)
    assert world.budgets.hold(BUDGET, "one", HOLD)
    assert world.budgets.hold(BUDGET, "one", HOLD)
    assert stands(world).committed == 400
    assert not world.budgets.hold(BUDGET, "two", Hold(601, NOW))
    assert world.budgets.hold(BUDGET, "two", Hold(600, NOW))
    assert stands(world).left == 0
    assert stands(world).holds == {"one": HOLD, "two": Hold(600, NOW)}


def test_more_than_the_whole_limit_never_fits(world: World) -> None:
    world.budgets.put(replace(BUDGET, spent=0))
    assert not world.budgets.hold(replace(BUDGET, spent=0), "one", Hold(1_001, NOW))


def test_a_limit_that_was_seen_and_changed_since_holds_nothing(world: World) -> None:
    world.budgets.put(BUDGET)
    world.budgets.put(replace(BUDGET, limit=2_000))
    assert not world.budgets.hold(BUDGET, "one", HOLD)
    assert stands(world).holds == {}


def test_settling_puts_the_cost_in_the_place_of_the_hold_once(world: World) -> None:
    world.budgets.put(BUDGET)
    world.budgets.hold(BUDGET, "one", HOLD)
    for _ in range(2):
        world.budgets.settle(BUDGET, "one", HOLD, 40, 5)
    assert stands(world) == replace(BUDGET, spent=140, uncertain=5)
    world.budgets.settle(BUDGET, "unknown", HOLD, 40, 5)
    assert stands(world).committed == 145
    # What was given back may be held again.
    assert world.budgets.hold(BUDGET, "two", Hold(855, NOW))


def test_the_least_that_did_not_fit_is_remembered_until_the_limit_is_set_anew(world: World) -> None:
    world.budgets.put(BUDGET)
    for amount in (900, 700, 800):
        world.budgets.note_needed(BUDGET, amount)
    assert stands(world).needed == 700
    world.budgets.put(BUDGET)
    assert stands(world).needed is None


def test_a_month_that_nobody_has_spent_in_begins_empty(world: World) -> None:
    span = span_of(Period.MONTH, NOW)
    month = Budget(ORG, ORGANISATION, Period.MONTH, 1_000, span, spent=1_000)
    world.budgets.put(month)
    assert stands(world) == month
    assert not world.budgets.hold(month, "one", HOLD)
    (fresh,) = world.budgets.all(ORG, NOW + 31 * DAY)
    assert fresh == replace(month, span=span_of(Period.MONTH, NOW + 31 * DAY), spent=0)
    assert world.budgets.hold(fresh, "one", HOLD)


def test_a_deleted_budget_is_none(world: World) -> None:
    world.budgets.put(BUDGET)
    for _ in range(2):
        world.budgets.delete(ORG, ORGANISATION)
    assert world.budgets.all(ORG, NOW) == []


STATE = ProviderState(RefusedBecause.SPEND_LIMIT, 1, 2, True, 3, 4, version=1)


def test_a_providers_state_follows_the_version_before_it(world: World) -> None:
    assert world.providers.get("provider#a#m") == OPEN
    assert world.providers.put("provider#a#m", STATE)
    assert world.providers.get("provider#a#m") == STATE
    assert not world.providers.put("provider#a#m", STATE)
    assert world.providers.put("provider#a#m", replace(OPEN, version=2))
    assert world.providers.get("provider#a#m") == replace(OPEN, version=2)
    assert world.providers.get("provider#a#other") == OPEN


def test_an_organisations_settings_follow_the_version_before_them(world: World) -> None:
    assert world.organisations.get(ORG) == Organisation(ORG)
    one = Organisation(ORG, ("analysis", "diagnosis"), "why", "admin", NOW, 30, version=1)
    assert world.organisations.put(one)
    assert world.organisations.get(ORG) == one
    assert not world.organisations.put(one)
    assert world.organisations.put(Organisation(ORG, version=2))
    assert world.organisations.get(ORG) == Organisation(ORG, version=2)


@pytest.mark.parametrize("name", ["project:11111111-1111-4111-8111-111111111111", "workflow:a_b"])
def test_scopes_come_back_as_they_were_named(world: World, name: str) -> None:
    world.budgets.put(replace(BUDGET, scope=name))
    assert stands(world, name).scope == name
