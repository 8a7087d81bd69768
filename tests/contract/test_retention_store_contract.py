"""RetentionStore: which organisations are due a look, and how far each has come."""

import pytest

from shared.ports import Place
from tests.contract.worlds import World
from tests.fakes.world import MORNING
from tests.support.samples import ORG, OTHER_ORG

pytestmark = pytest.mark.rule("R-RETAIN-1")


def test_an_organisation_is_due_from_its_moment_on(world: World) -> None:
    assert list(world.retention.due(MORNING, 10)) == []
    world.retention.watch(ORG, MORNING)
    world.retention.watch(OTHER_ORG, MORNING - 1)
    assert list(world.retention.due(MORNING - 2, 10)) == []
    assert list(world.retention.due(MORNING - 1, 10)) == [OTHER_ORG]
    assert list(world.retention.due(MORNING, 10)) == [OTHER_ORG, ORG], "who waits longest first"
    assert list(world.retention.due(MORNING, 1)) == [OTHER_ORG]
    world.retention.watch(OTHER_ORG, MORNING + 5)
    assert list(world.retention.due(MORNING, 10)) == [ORG]


def test_how_far_it_has_come_is_kept_and_when_to_look_again(world: World) -> None:
    assert world.retention.place(ORG) == Place()
    place = Place("aa", "bb", "cc")
    world.retention.save(ORG, place, MORNING)
    assert world.retention.place(ORG) == place
    assert world.retention.place(OTHER_ORG) == Place()
    assert list(world.retention.due(MORNING, 10)) == [ORG]
    world.retention.save(ORG, Place("dd"), MORNING + 1)
    assert world.retention.place(ORG) == Place("dd")
    assert list(world.retention.due(MORNING, 10)) == []


def test_a_new_moment_leaves_how_far_it_has_come(world: World) -> None:
    world.retention.save(ORG, Place("aa", None, "cc"), MORNING)
    world.retention.watch(ORG, MORNING + 5)
    assert world.retention.place(ORG) == Place("aa", None, "cc")


def test_who_keeps_all_is_due_no_more_and_what_was_erased_stays_known(world: World) -> None:
    world.retention.save(ORG, Place("aa"), MORNING)
    world.retention.forget(ORG)
    world.retention.forget(OTHER_ORG)
    assert list(world.retention.due(MORNING + 10**9, 10)) == []
    assert world.retention.place(ORG) == Place("aa")
    world.retention.watch(ORG, MORNING)
    assert list(world.retention.due(MORNING, 10)) == [ORG]
