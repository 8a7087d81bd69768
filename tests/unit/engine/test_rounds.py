"""A page over more lists than one request merges: the same rows in the same order as of one list,
with a bounded number of entries read by each request.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.engine import rounds
from shared.engine.listing import EXAMINED_AT_MOST, Reader
from shared.engine.merging import MERGED_AT_MOST
from shared.engine.rounds import Rounds
from shared.ports import Page, Scope
from shared.records.run import Run, Status
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.world import MORNING, VirtualClock
from tests.support.intercepted import intercepted
from tests.support.samples import a_run
from tests.unit.engine.test_merging import patient, scopes

pytestmark = pytest.mark.rule("R-LIST-2")


@dataclass
class Ward:
    """So many lists, and what a request reads of them."""

    lists: int
    store: InMemoryRunStore = field(default_factory=InMemoryRunStore)
    read: Counter[str] = field(default_factory=Counter)

    def plant(self, owners: Sequence[int], failed: Sequence[int] = ()) -> list[str]:
        """A run for each owner, each younger than the one before; their ids, newest first."""
        for number, owner in enumerate(owners):
            status = Status.FAILED if number in failed else Status.SUCCEEDED
            made = {"created_at": MORNING + number // 2, "subject": patient(owner)}
            self.store.plant(a_run(number, **made, status=status, completed_at=MORNING))
        held = range(self.lists)
        wanted = [n for n, owner in enumerate(owners) if owner in held]
        runs = [run for n in wanted if (run := self.store.get(a_run(n).id)) is not None]
        runs.sort(key=self.store.position_of, reverse=True)
        return [run.id for run in runs]

    def some_lists(self, place: str | None, at_most: int) -> tuple[list[Scope], str | None]:
        start = int(place or "0")
        found = scopes(self.lists)[start : start + at_most]
        self.read["entries"] += len(found)
        more = start + len(found) < self.lists
        return found, str(start + len(found)) if more else None

    def ask(
        self,
        position: str | None,
        limit: int,
        status: Status | None = None,
        unreadable: Any = None,
    ) -> Any:
        def page(real: Callable[..., Page], *asked: Any, **how: Any) -> Page:
            found = real(*asked, **how)
            self.read["entries"] += len(found.rows)
            return found

        def places(real: Callable[..., Any], *asked: Any) -> Any:
            found = real(*asked)
            self.read["entries"] += len(found[0])
            return found

        self.read.clear()
        reader = Reader(intercepted(self.store, page=page, places=places), VirtualClock())
        found = Rounds(reader).page(
            self.some_lists,
            position,
            limit,
            lambda runs: [run for run in runs if status in (None, run.status)],
            str(status),
            unreadable=unreadable,
        )
        assert self.read["entries"] <= EXAMINED_AT_MOST
        return found

    def walk(self, limit: int, status: Status | None = None) -> list[str]:
        found: list[str] = []
        position: str | None = None
        while True:
            page = self.ask(position, limit, status)
            assert len(page.rows) <= limit
            found += [run.id for run in page.runs]
            position = page.position
            if position is None:
                return found


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three lists stand for three hundred."""
    monkeypatch.setattr(rounds, "MERGED_AT_MOST", 3)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(0, 12), max_size=80), st.integers(1, 30), st.data())
def test_pages_are_all_that_the_lists_hold_newest_first(
    owners: list[int], limit: int, data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "MERGED_AT_MOST", 3)
        ward = Ward(11)
        failed = data.draw(st.sets(st.integers(0, 80)))
        ids = ward.plant(owners, tuple(failed))
        assert ward.walk(limit) == ids
        ended_badly = [one for one in ids if _run(ward, one).status is Status.FAILED]
        assert ward.walk(limit, Status.FAILED) == ended_badly


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 9), max_size=60), st.lists(st.integers(1, 20), min_size=1))
def test_the_limit_may_change_from_request_to_request(owners: list[int], limits: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "MERGED_AT_MOST", 3)
        ward = Ward(10)
        ids, found = ward.plant(owners), list[str]()
        position, turn = None, 0
        while True:
            limit = limits[turn % len(limits)]
            page = ward.ask(position, limit)
            assert len(page.rows) <= limit
            found += [run.id for run in page.runs]
            position, turn = page.position, turn + 1
            if position is None:
                break
        assert found == ids


def _run(ward: Ward, run_id: str) -> Run:
    found = ward.store.get(run_id)
    assert found is not None
    return found


def test_another_question_in_the_midst_of_a_page_begins_it_anew() -> None:
    ward = Ward(9)
    ids = ward.plant([n % 9 for n in range(40)], failed=range(0, 40, 3))
    first = ward.ask(None, 5)
    assert (first.rows, first.position is None) == ([], False)
    found, position = [], first.position
    while position is not None:
        page = ward.ask(position, 5, Status.FAILED)
        found += [run.id for run in page.runs]
        position = page.position
    assert found == [one for one in ids if _run(ward, one).status is Status.FAILED]


def test_what_has_changed_since_it_was_found_is_asked_again() -> None:
    ward = Ward(6)
    ward.plant([0, 1, 2, 3, 4, 5], failed=range(6))
    position = ward.ask(None, 10, Status.FAILED).position
    runs = [a_run(n) for n in range(6)]
    gone = a_run(0, created_at=MORNING, subject=patient(0), status=Status.SUCCEEDED)
    ward.store.plant(gone)
    page = ward.ask(position, 10, Status.FAILED)
    assert [run.id for run in page.runs] == [run.id for run in runs[:0:-1]]


def test_what_cannot_be_read_is_listed_where_it_is_wanted() -> None:
    ward = Ward(6)
    ids = ward.plant([0, 1, 2, 3, 4, 5])
    ward.store.spoil(_run(ward, ids[1]))
    for keep, rows in ((list, ids), (None, [ids[0], *ids[2:]])):
        position = ward.ask(None, 10, unreadable=keep).position
        assert [row.id for row in ward.ask(position, 10, unreadable=keep).rows] == rows


def test_a_request_reads_a_bounded_number_however_many_lists_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rounds, "MERGED_AT_MOST", MERGED_AT_MOST)
    ward = Ward(2 * MERGED_AT_MOST + 50)
    ids = ward.plant([n % ward.lists for n in range(ward.lists + 120)])
    assert ward.walk(100)[:300] == ids[:300]
