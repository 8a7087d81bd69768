"""shared.ports.BudgetStore, ProviderStore and OrganisationStore, against the fakes and
the table.
"""

from dataclasses import replace

import pytest

from shared.errors import RefusedBecause
from shared.records.budget import (
    ORGANISATION,
    Budget,
    Count,
    Hold,
    Period,
    Spending,
    span_of,
)
from shared.records.organisation import Organisation
from shared.records.provider import OPEN, ProviderState
from shared.runs.timing import DAY
from tests.contract.worlds import World
from tests.support.samples import ORG

NOW = 1_796_000_000_000
BUDGET = Budget(ORG, ORGANISATION, Period.TOTAL, 1_000, "total")
HOLD = Hold(300, NOW + 1_000)


def stands(world: World, scope: str = ORGANISATION) -> Budget:
    (found,) = world.budgets.of(ORG, [scope], NOW)
    return found


def spent_already(world: World, budget: Budget, spent: int, uncertain: int = 0) -> Budget:
    """Set a budget of which so much was spent before; it as it then stands."""
    found = Spending(spent, uncertain)
    assert world.budgets.add(world.budgets.begin(budget, NOW), found, None, NOW)
    return replace(budget, spent=spent, uncertain=uncertain)


def test_a_budget_comes_back_as_it_was_set(world: World) -> None:
    assert world.budgets.page(ORG, None, 9, NOW) == ([], None)
    one = spent_already(world, BUDGET, 100)
    other = replace(BUDGET, scope="workflow:diagnosis", limit=0)
    world.budgets.put(other)
    assert world.budgets.page(ORG, None, 9, NOW) == ([one, other], None)
    assert world.budgets.of(ORG, [other.scope, "workflow:no", ORGANISATION], NOW) == [other, one]
    assert world.budgets.page("other", None, 9, NOW) == ([], None)
    assert world.budgets.of("other", [ORGANISATION], NOW) == []


def test_budgets_are_listed_a_page_at_a_time_whatever_their_periods(world: World) -> None:
    scopes = [f"workflow:w{n}" for n in range(5)]
    for scope in scopes:
        for period in Period:
            span = span_of(period, NOW)
            world.budgets.put(replace(BUDGET, scope=scope, period=period, span=span))
    found: list[str] = []
    position: str | None = None
    sizes = []
    while True:
        page, position = world.budgets.page(ORG, position, 2, NOW)
        found += [one.scope for one in page]
        sizes.append(len(page))
        if position is None:
            break
    assert (found, sizes) == (scopes, [2, 2, 1])


def test_a_limit_that_is_raised_keeps_what_was_spent_and_held(world: World) -> None:
    one = spent_already(world, BUDGET, 100)
    world.budgets.hold(BUDGET, "call", HOLD)
    world.budgets.put(replace(BUDGET, limit=5_000, spent=77))
    assert stands(world) == replace(one, limit=5_000, holds={"call": HOLD})


def test_nothing_is_held_until_what_was_spent_before_is_counted(world: World) -> None:
    count = world.budgets.begin(BUDGET, NOW)
    assert count == Count(ORG, ORGANISATION, "total", None)
    assert not world.budgets.hold(BUDGET, "call", HOLD)
    assert (stands(world).left, stands(world).is_counted) == (0, False)
    assert world.budgets.counts(NOW - 1, 9) == []
    assert world.budgets.counts(NOW, 9) == [count]
    late = {"late": Hold(7, NOW + 2)}
    assert world.budgets.add(count, Spending(30, 5, late), "ab", NOW + 3)
    assert not world.budgets.add(count, Spending(30, 5, late), "ab", NOW + 3)
    assert not world.budgets.hold(BUDGET, "call", HOLD)
    assert world.budgets.counts(NOW + 2, 9) == []
    assert world.budgets.counts(NOW + 3, 9) == [replace(count, position="ab")]
    world.budgets.put(replace(BUDGET, limit=900))
    assert not stands(world).is_counted
    assert world.budgets.add(replace(count, position="ab"), Spending(4), None, NOW + 4)
    assert world.budgets.counts(NOW + 9, 9) == []
    now = stands(world)
    assert now == replace(BUDGET, limit=900, spent=34, uncertain=5, holds=late)
    assert not world.budgets.hold(now, "call", Hold(900 - 46 + 1, NOW))
    assert world.budgets.hold(now, "call", Hold(900 - 46, NOW))


def test_what_is_held_when_a_count_begins_stays_held_and_is_settled_once(world: World) -> None:
    """One that was dropped and is set again, while a call is under way."""
    spent_already(world, BUDGET, 100)
    world.budgets.hold(BUDGET, "call", HOLD)
    world.budgets.delete(ORG, ORGANISATION)
    again = replace(BUDGET, limit=5_000)
    count = world.budgets.begin(again, NOW)
    assert count.held == {"call"}
    assert world.budgets.counts(NOW, 9) == [count]
    assert (stands(world).spent, stands(world).holds) == (0, {"call": HOLD})
    world.budgets.settle(again, "call", HOLD, 40, 5)
    assert world.budgets.add(count, Spending(130), None, NOW)
    assert stands(world) == replace(again, spent=170, uncertain=5)
    assert stands(world).committed == 175
    assert not world.budgets.hold(again, "two", Hold(5_000 - 174, NOW))
    assert world.budgets.hold(again, "two", Hold(5_000 - 175, NOW))


def test_a_count_that_is_begun_again_begins_from_nothing(world: World) -> None:
    count = world.budgets.begin(BUDGET, NOW)
    assert world.budgets.add(count, Spending(30), "ab", NOW)
    assert world.budgets.begin(BUDGET, NOW + 1) == count
    assert not world.budgets.add(replace(count, position="ab"), Spending(30), None, NOW + 1)
    assert world.budgets.add(count, Spending(50), None, NOW + 1)
    assert stands(world) == replace(BUDGET, spent=50)


def test_what_fits_is_held_once_and_what_does_not_is_not(world: World) -> None:
    spent_already(world, BUDGET, 100)
    assert world.budgets.hold(BUDGET, "one", HOLD)
    assert world.budgets.hold(BUDGET, "one", HOLD)
    assert stands(world).committed == 400
    assert not world.budgets.hold(BUDGET, "two", Hold(601, NOW))
    assert world.budgets.hold(BUDGET, "two", Hold(600, NOW))
    assert stands(world).left == 0
    assert stands(world).holds == {"one": HOLD, "two": Hold(600, NOW)}


def test_more_than_the_whole_limit_never_fits(world: World) -> None:
    world.budgets.put(BUDGET)
    assert not world.budgets.hold(BUDGET, "one", Hold(1_001, NOW))


def test_a_limit_that_was_seen_and_changed_since_holds_nothing(world: World) -> None:
    world.budgets.put(BUDGET)
    world.budgets.put(replace(BUDGET, limit=2_000))
    assert not world.budgets.hold(BUDGET, "one", HOLD)
    assert stands(world).holds == {}


def test_settling_puts_the_cost_in_the_place_of_the_hold_once(world: World) -> None:
    spent_already(world, BUDGET, 100)
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
    month = spent_already(world, replace(BUDGET, period=Period.MONTH, span=span), 1_000)
    assert stands(world) == month
    assert not world.budgets.hold(month, "one", HOLD)
    later = NOW + 31 * DAY
    (fresh,) = world.budgets.of(ORG, [ORGANISATION], later)
    assert fresh == replace(month, span=span_of(Period.MONTH, later), spent=0)
    assert world.budgets.page(ORG, None, 9, later) == ([fresh], None)
    assert world.budgets.hold(fresh, "one", HOLD)


def test_a_deleted_budget_is_none(world: World) -> None:
    world.budgets.put(BUDGET)
    for _ in range(2):
        world.budgets.delete(ORG, ORGANISATION)
    assert world.budgets.of(ORG, [ORGANISATION], NOW) == []


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
