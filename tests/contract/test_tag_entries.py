"""What bears a tag has a list of its own, of an organisation and of whoever created it."""

import pytest

from shared.adapters.dynamodb.run_codec import run_key
from shared.adapters.dynamodb.tag_entries import tag_items
from shared.ports import Scope
from tests.contract.worlds import World
from tests.fakes.world import MORNING
from tests.support.samples import ADMIN, CLINICIAN, ORG, OTHER_ORG, a_run

pytestmark = pytest.mark.rule("R-LIST-2")


def tagged(world: World, scope: Scope) -> list[str]:
    """The ids of the whole list, a run a page."""
    found: list[str] = []
    position: str | None = None
    while True:
        page = world.runs.page(scope, position, 1)
        found += [row.id for row in page.rows]
        position = page.position
        if position is None:
            return found


def test_a_tags_list_holds_the_runs_that_bear_it_newest_first(world: World) -> None:
    plain, one, both, other, abroad = (
        a_run(n, created_at=MORNING + n, tags=tags, created_by=by, org_id=org)
        for n, (tags, by, org) in enumerate(
            [
                ((), CLINICIAN, ORG),
                (("red",), CLINICIAN, ORG),
                (("red", "red", "a#b|c"), ADMIN, ORG),
                (("blue",), ADMIN, ORG),
                (("red",), CLINICIAN, OTHER_ORG),
            ]
        )
    )
    for run in (plain, one, both, other, abroad):
        world.runs.create(run)
    assert tagged(world, Scope("organisation", ORG, tag="red")) == [both.id, one.id]
    assert tagged(world, Scope("creator", ORG, CLINICIAN, "red")) == [one.id]
    assert tagged(world, Scope("organisation", ORG, tag="a#b|c")) == [both.id]
    assert tagged(world, Scope("organisation", ORG, tag="green")) == []
    assert tagged(world, Scope("organisation", OTHER_ORG, tag="red")) == [abroad.id]
    assert tagged(world, Scope("organisation", ORG)) == [other.id, both.id, one.id, plain.id]


def test_who_comes_second_to_create_a_run_leaves_no_second_place_in_its_tags_list(
    world: World,
) -> None:
    """Their entries are written, and point to a run that was created at another moment, or without
    the tag.
    """
    first = a_run(tags=("red",))
    assert world.runs.create(first) is None
    second = a_run(tags=("red", "blue"), created_at=MORNING + 5_000, gen="another")
    assert world.runs.create(second) == first
    assert tagged(world, Scope("organisation", ORG, tag="red")) == [first.id]
    assert tagged(world, Scope("organisation", ORG, tag="blue")) == []


def test_an_entry_says_no_tag_in_words() -> None:
    (entry,) = tag_items(a_run(tags=("Quillfeather",)))
    assert "Quillfeather" not in str(entry)
    assert entry["pk"] == run_key(a_run().id)["pk"]
