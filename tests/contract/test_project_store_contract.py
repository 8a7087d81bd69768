"""shared.ports.ProjectStore: append-only inputs whose versions have no gaps, and lists that tell of
runs.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from shared.errors import IdempotencyKeyReused, PayloadMissing
from shared.records.project import Project, ProjectInput
from shared.records.run import Subject
from shared.runs.canonical import sha256_hex
from shared.runs.timing import DAY, SECOND
from tests.contract.worlds import World
from tests.fakes.world import MORNING, SequentialIds
from tests.support.samples import ORG, OTHER_ORG, a_run

pytestmark = pytest.mark.rule("R-APPEND-1")
PROJECT = Project(
    "33333333-3333-4333-8333-333333333333", ORG, "Pumps", "member-1", MORNING, "ab" * 32
)
DOCUMENT = b'{"hypothesis":"h"}'
PRINT = "cd" * 32
IDS = SequentialIds()


@pytest.fixture(autouse=True)
def _project(world: World) -> None:
    assert world.projects.create_project(PROJECT) is None


def an_input(identifier: str | None = None, **changes: Any) -> ProjectInput:
    one = ProjectInput(
        id=identifier or IDS.unique(),
        org_id=ORG,
        project_id=PROJECT.id,
        version=0,
        status="final",
        title="h",
        created_by="member-1",
        created_at=MORNING,
        sha256=sha256_hex(DOCUMENT),
        size_bytes=len(DOCUMENT),
    )
    return replace(one, **changes)


def add(world: World, one: ProjectInput | None = None) -> tuple[ProjectInput, bool]:
    return world.projects.add_input(one or an_input(), DOCUMENT, PRINT)


def versions(world: World) -> list[int]:
    """All of them, by pages of two."""
    found, position = world.projects.inputs(PROJECT, None, 2)
    listed = [one.version for one in found]
    while position is not None:
        found, position = world.projects.inputs(PROJECT, position, 2)
        listed += [one.version for one in found]
    return listed


# --- projects -------------------------------------------------------------------------------------


def test_a_project_comes_back_whole_and_to_its_own_organisation_only(world: World) -> None:
    assert world.projects.get_project(ORG, PROJECT.id) == PROJECT
    assert world.projects.get_project(OTHER_ORG, PROJECT.id) is None
    assert world.projects.get_project(ORG, IDS.unique()) is None


def test_the_same_request_makes_one_project_and_another_is_refused(world: World) -> None:
    assert world.projects.create_project(replace(PROJECT, created_at=MORNING + DAY)) == PROJECT
    with pytest.raises(IdempotencyKeyReused):
        world.projects.create_project(replace(PROJECT, fingerprint="ef" * 32))
    assert world.projects.get_project(ORG, PROJECT.id) == PROJECT


def test_an_id_is_taken_by_whatever_was_made_under_it(world: World) -> None:
    run, one = a_run(), an_input()
    assert not any(world.projects.is_taken(identifier) for identifier in (run.id, one.id))
    world.runs.create(run)
    add(world, one)
    assert all(world.projects.is_taken(identifier) for identifier in (run.id, one.id, PROJECT.id))


# --- inputs ---------------------------------------------------------------------------------------


def test_versions_have_no_gap_however_many_write_at_once(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: add(world), range(12)))
    assert sorted(one.version for one, _ in added) == list(range(1, 13))
    assert versions(world) == list(range(12, 0, -1))


def test_an_input_has_one_version_however_often_it_is_added(world: World) -> None:
    first, is_new = add(world)
    add(world)
    assert (is_new, first.version) == (True, 1)
    assert add(world, replace(first, version=0)) == (first, False)
    assert versions(world) == [2, 1]
    assert world.projects.get_input(PROJECT, 1) == first
    assert world.projects.get_input(PROJECT, 3) is None


def test_a_key_of_another_payload_takes_no_version(world: World) -> None:
    mine, _ = add(world)
    with pytest.raises(IdempotencyKeyReused):
        world.projects.add_input(mine, DOCUMENT, "ef" * 32)
    with pytest.raises(IdempotencyKeyReused):
        world.projects.add_input(an_input(PROJECT.id), DOCUMENT, PROJECT.fingerprint)
    assert versions(world) == [1]


def test_a_document_comes_back_and_a_damaged_one_is_noticed(world: World) -> None:
    added, _ = add(world)
    assert world.projects.read_input(added) == DOCUMENT
    with pytest.raises(PayloadMissing):
        world.projects.read_input(replace(added, sha256="ab" * 32))


def test_the_latest_final_input_is_found_behind_drafts(world: World) -> None:
    assert world.projects.latest_final(PROJECT) is None
    add(world, an_input(status="draft"))
    assert world.projects.latest_final(PROJECT) is None
    for _ in range(2):
        final, _ = add(world)
        assert world.projects.latest_final(PROJECT) == final
        for _ in range(3):
            add(world, an_input(status="draft"))
            assert world.projects.latest_final(PROJECT) == final


# --- lists ----------------------------------------------------------------------------------------


def test_a_list_tells_how_many_inputs_and_runs_a_project_has_and_its_newest_run(
    world: World,
) -> None:
    [empty], _ = world.projects.summaries(ORG, None, None, 10)
    assert (empty.project, empty.inputs_count, empty.runs_count, empty.last_run) == (
        PROJECT,
        0,
        0,
        None,
    )
    add(world)
    runs = [
        a_run(
            number,
            workflow="analysis",
            subject=Subject("project", PROJECT.id),
            created_at=MORNING + number * SECOND,
        )
        for number in (1, 2, 3)
    ]
    assert [world.runs.create(run) for run in runs] == [None] * 3
    for _ in range(2):
        [told], _ = world.projects.summaries(ORG, None, None, 10)
        assert (told.inputs_count, told.runs_count, told.last_run) == (1, 3, runs[-1])
        world.projects.settle(PROJECT.id, MORNING + DAY)  # changes nothing that is seen


def test_a_list_is_of_a_person_or_of_the_organisation_newest_first(world: World) -> None:
    later = [
        replace(PROJECT, id=IDS.unique(), created_at=MORNING + number, created_by=person)
        for number, person in ((1, "member-2"), (2, "member-1"), (3, "member-2"))
    ]
    foreign = replace(PROJECT, id=IDS.unique(), org_id=OTHER_ORG)
    for project in (*later, foreign):
        world.projects.create_project(project)
    assert listed(world, None) == [later[2].id, later[1].id, later[0].id, PROJECT.id]
    assert listed(world, "member-1") == [later[1].id, PROJECT.id]
    assert listed(world, "member-3") == []


def listed(world: World, person: str | None) -> list[str]:
    """Ids of all that are listed, by pages of one."""
    found, position = world.projects.summaries(ORG, person, None, 1)
    ids = [one.project.id for one in found]
    while position is not None:
        found, position = world.projects.summaries(ORG, person, position, 1)
        ids += [one.project.id for one in found]
    return ids
