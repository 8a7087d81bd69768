"""Several lists as one: in their common order, nothing twice and nothing missed, and never more
read of them than one request may.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.engine.listing import EXAMINED_AT_MOST, Reader
from shared.engine.merging import MERGED_AT_MOST
from shared.ports import Only, Page, Scope
from shared.records.run import Run, Status, Subject
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.world import MORNING, VirtualClock
from tests.support.intercepted import intercepted
from tests.support.samples import ORG, a_run

pytestmark = pytest.mark.rule("R-LIST-2")


def patient(number: int) -> Subject:
    return Subject("patient", f"{number:08x}-0000-4000-8000-000000000000")


def scopes(count: int) -> list[Scope]:
    return [Scope.of_subject(ORG, patient(n)) for n in range(count)]


@dataclass
class Counted:
    """A reader over a store that counts what is read of it."""

    store: InMemoryRunStore = field(default_factory=InMemoryRunStore)
    read: Counter[str] = field(default_factory=Counter)

    @property
    def reader(self) -> Reader:
        def page(real: Callable[..., Page], *asked: Any) -> Page:
            found = real(*asked)
            self.read["entries"] += len(found.rows)
            return found

        def places(real: Callable[..., Any], *asked: Any) -> Any:
            found, position = real(*asked)
            self.read["entries"] += len(found)
            self.read["requests"] += 1
            return found, position

        store = intercepted(self.store, page=page, places=places)
        return Reader(store, VirtualClock())

    def walk(self, listed: list[Scope], limit: int, status: Status | None = None) -> list[str]:
        found: list[str] = []
        position: str | None = None
        while True:
            self.read.clear()
            page = self.reader.page(
                listed,
                position,
                limit,
                lambda runs: [run for run in runs if status in (None, run.status)],
            )
            assert self.read["entries"] <= EXAMINED_AT_MOST
            found += [run.id for run in page.runs]
            position = page.position
            if position is None:
                return found


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 6), max_size=120), st.integers(1, 30))
def test_pages_of_several_lists_are_all_that_they_hold_newest_first(
    owners: list[int], limit: int
) -> None:
    world = Counted()
    runs = [
        a_run(n, created_at=MORNING + n // 2, subject=patient(owner))
        for n, owner in enumerate(owners)
    ]
    for run in runs:
        world.store.plant(run)
    theirs = sorted(
        (run for run in runs if run.subject in map(patient, range(5))),
        key=world.store.position_of,
        reverse=True,
    )
    assert world.walk(scopes(5), limit) == [run.id for run in theirs]


def planted(world: Counted, lists: int, each: int) -> list[Run]:
    runs = [
        a_run(n, created_at=MORNING + n, subject=patient(n % lists)) for n in range(lists * each)
    ]
    for run in runs:
        world.store.plant(run)
    return runs[::-1]


def test_a_page_reads_no_more_of_the_lists_than_it_needs() -> None:
    world = Counted()
    runs = planted(world, 10, 40)
    page = world.reader.page(scopes(10), None, 50, lambda found: found)
    assert page.runs == runs[:50]
    assert world.read["entries"] <= 150


def test_what_nothing_matches_is_looked_at_in_bounded_pages() -> None:
    world = Counted()
    planted(world, 12, 120)
    page = world.reader.page(scopes(12), None, 50, lambda found: [])
    assert (page.rows, page.position is None) == ([], False)
    assert 500 < world.read["entries"] <= EXAMINED_AT_MOST
    assert world.walk(scopes(12), 50, Status.FAILED) == []


def test_of_several_lists_others_are_left_out_once_what_is_looked_for_was_found_to_be_rare() -> (
    None
):
    world = Counted()
    for run in planted(world, 12, 60):
        if run.created_at % 60 == 0:
            world.store.plant(replace(run, status=Status.RUNNING))
    asked: list[Only | None] = []

    def at(real: Callable[..., Any], positions: Any, *, only: Only | None = None) -> Any:
        asked.append(only)
        return real(positions, only=only)

    def running(runs: list[Run]) -> list[Run]:
        return [run for run in runs if run.status is Status.RUNNING]

    store = intercepted(world.store, at=at)
    only = Only({Status.RUNNING})
    pages = [
        Reader(store, VirtualClock()).page(scopes(12), None, 50, running, only=one)
        for one in (None, only)
    ]
    assert pages[0] == pages[1]
    assert len(pages[0].rows) == 12
    later = asked[len(asked) // 2 :]
    assert later[0] is None
    assert later[1:]
    assert all(one == only for one in later[1:])


def test_as_many_lists_as_are_merged_have_room_to_go_on() -> None:
    world = Counted()
    runs = planted(world, MERGED_AT_MOST, 2)
    assert world.walk(scopes(MERGED_AT_MOST), 100) == [run.id for run in runs]
