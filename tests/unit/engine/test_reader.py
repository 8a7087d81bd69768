"""Lists that filter: full pages where there is enough, bounded looking where there is not, no run
twice and none missed.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.engine.listing import EXAMINED_AT_MOST, Filtered, Reader
from shared.ports import Only, Page, Scope
from shared.records.gate import pause_gate
from shared.records.run import Run, Status
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.world import MORNING, VirtualClock
from tests.support.intercepted import intercepted
from tests.support.samples import ORG, a_run, a_run_that_is

SCOPE = Scope("organisation", ORG)
Matches = Callable[[list[Run]], list[Run]]


def a_reader(count: int) -> tuple[Reader, list[Run]]:
    store = InMemoryRunStore()
    runs = [a_run(n, created_at=MORNING + n) for n in range(count)]
    for run in runs:
        store.plant(run)
    return Reader(store, VirtualClock()), runs[::-1]


def everything(runs: list[Run]) -> list[Run]:
    return runs


def every_nth(n: int) -> Matches:
    return lambda runs: [run for run in runs if int(run.id[-4:], 16) % n == 0]


def walk(reader: Reader, limit: int, matches: Matches, oldest: int = 0) -> list[Run]:
    found: list[Run] = []
    position: str | None = None
    while True:
        page = reader.page(SCOPE, position, limit, matches, oldest)
        assert len(page.runs) <= limit
        found += page.runs
        position = page.position
        if position is None:
            return found


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 260), st.integers(1, 100), st.integers(1, 40))
def test_pages_hold_every_match_once_newest_first(count: int, limit: int, nth: int) -> None:
    reader, newest_first = a_reader(count)
    assert walk(reader, limit, every_nth(nth)) == every_nth(nth)(newest_first)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 150), st.integers(1, 60), st.integers(0, 150))
def test_a_list_that_ends_at_a_moment_holds_all_from_it_on(
    count: int, limit: int, oldest: int
) -> None:
    reader, newest_first = a_reader(count)
    assert walk(reader, limit, everything, MORNING + oldest) == [
        run for run in newest_first if run.created_at >= MORNING + oldest
    ]


@pytest.mark.parametrize("limit", [1, 50, 51, 100])
def test_a_page_is_full_where_there_is_enough(limit: int) -> None:
    reader, newest_first = a_reader(300)
    assert reader.page(SCOPE, None, limit, every_nth(2)).runs == every_nth(2)(newest_first)[:limit]


def test_a_request_examines_a_bounded_number_and_may_come_back_empty_with_a_next_page() -> None:
    examined: list[int] = []

    def counting(real: Callable[..., Page], *arguments: Any, **how: Any) -> Page:
        page = real(*arguments, **how)
        examined.append(len(page.runs))
        return page

    reader, _ = a_reader(1_500)
    page = Reader(intercepted(reader.runs, page=counting), reader.clock).page(
        SCOPE, None, 100, lambda runs: []
    )
    assert page.runs == []
    assert page.position is not None
    assert sum(examined) <= EXAMINED_AT_MOST
    assert reader.page(SCOPE, page.position, 100, lambda runs: []).position is None


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 260), st.integers(1, 100), st.integers(1, 40), st.integers(0, 260))
def test_what_is_said_to_be_looked_for_changes_no_page(
    count: int, limit: int, nth: int, oldest: int
) -> None:
    """Whether a store leaves out the others or not, and however rare they are."""
    store = InMemoryRunStore()
    for n in range(count):
        status = Status.QUEUED if n % nth == 0 else Status.RUNNING
        store.plant(a_run_that_is(status, n, created_at=MORNING + n))
    reader, position = Reader(store, VirtualClock()), None
    while True:
        pages = [
            reader.page(SCOPE, position, limit, queued, MORNING + oldest, only=only)
            for only in (None, Only({"queued"}))
        ]
        assert pages[0] == pages[1]
        position = pages[0].position
        if position is None:
            break


def queued(runs: list[Run]) -> list[Run]:
    return [run for run in runs if run.status is Status.QUEUED]


@pytest.mark.parametrize(("nth", "later"), [(1, []), (2, []), (9, [Only({"queued"})] * 9)])
def test_others_are_left_out_once_what_is_looked_for_was_found_to_be_rare(
    nth: int, later: list[Only]
) -> None:
    """For what is frequent, reading all at once is one request a batch and not two."""
    store = InMemoryRunStore()
    for n in range(1_500):
        status = Status.QUEUED if n % nth == 0 else Status.RUNNING
        store.plant(a_run_that_is(status, n, created_at=MORNING + n))
    asked: list[Only | None] = []

    def page(real: Callable[..., Page], *arguments: Any, only: Only | None = None) -> Page:
        asked.append(only)
        return real(*arguments, only=only)

    reader = Reader(intercepted(store, page=page), VirtualClock())
    reader.page(SCOPE, None, 1_000, queued, only=Only({"queued"}))
    assert asked[0] is None
    assert [one for one in asked if one is not None] == later


def test_a_list_of_what_is_rare_is_read_no_further_than_to_its_end() -> None:
    """The runs that are left out do not hide that it has come to what is too old."""
    examined: list[int] = []

    def page(real: Callable[..., Page], *arguments: Any, only: Only | None = None) -> Page:
        examined.append(arguments[2])
        return real(*arguments, only=only)

    reader, _ = a_reader(1_500)
    counted = Reader(intercepted(reader.runs, page=page), reader.clock)
    oldest = MORNING + 1_250
    found = counted.page(SCOPE, None, 100, lambda _: [], oldest, only=Only({"failed"}))
    assert found == Filtered([], None)
    assert sum(examined) <= 300


def test_the_last_page_has_no_next() -> None:
    reader, newest_first = a_reader(50)
    assert reader.page(SCOPE, None, 50, everything) == Filtered([*newest_first], None)


def test_runs_created_meanwhile_neither_repeat_nor_hide_any() -> None:
    reader, newest_first = a_reader(60)
    first = reader.page(SCOPE, None, 20, everything)
    store = reader.runs
    assert isinstance(store, InMemoryRunStore)
    for n in range(100, 120):
        store.plant(a_run(n, created_at=MORNING + n))
    second = reader.page(SCOPE, first.position, 100, everything)
    assert first.runs + second.runs == newest_first


# --- waiting --------------------------------------------------------------------------------------


def test_waiting_answers_when_the_run_is_settled() -> None:
    reader, (run,) = a_reader(1)
    store = reader.runs
    assert isinstance(store, InMemoryRunStore)
    start = reader.clock.now_ms()

    def get(real: Callable[[str], Run | None], run_id: str) -> Run | None:
        if reader.clock.now_ms() >= start + 1_000:
            store.plant(a_run_that_is(Status.SUCCEEDED, 0))
        return real(run_id)

    waited = Reader(intercepted(reader.runs, get=get), reader.clock).wait(
        run, 10, lambda r: r.is_terminal
    )
    assert (waited.status, reader.clock.now_ms()) == (Status.SUCCEEDED, start + 1_000)


def test_waiting_ends_after_its_seconds_with_the_run_as_it_is() -> None:
    reader, (run,) = a_reader(1)
    start = reader.clock.now_ms()
    assert reader.wait(run, 3, lambda r: r.is_terminal) == run
    assert reader.clock.now_ms() == start + 3_000


@pytest.mark.rule("R-WAIT-1")
@pytest.mark.parametrize(("gate", "most"), [(None, 100), (pause_gate(ORG, "diagnosis"), 13)])
def test_how_often_a_waiting_call_reads_is_bounded(gate: str | None, most: int) -> None:
    reader, (run,) = a_reader(1)
    store = reader.runs
    assert isinstance(store, InMemoryRunStore)
    reads: list[str] = []

    def get(real: Callable[[str], Run | None], run_id: str) -> Run | None:
        reads.append(run_id)
        return real(run_id)

    counted = Reader(intercepted(reader.runs, get=get), reader.clock)
    start = reader.clock.now_ms()
    store.plant(replace(run, gate=gate))
    assert counted.wait(replace(run, gate=gate), 25, lambda r: r.is_terminal).gate == gate
    assert reader.clock.now_ms() == start + 25_000
    assert 0 < len(reads) <= most


def test_a_settled_run_or_no_seconds_wait_for_nothing() -> None:
    reader, (run,) = a_reader(1)
    start = reader.clock.now_ms()
    reader.wait(run, 10, lambda r: True)
    reader.wait(run, 0, lambda r: False)
    assert reader.clock.now_ms() == start
