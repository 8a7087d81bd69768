"""A budget that is set over a long past: counted a thousand entries at a time, and shut until all
of it is.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.engine import reckoning
from shared.engine.reckoning import Reckoner
from shared.ports import Page, PayloadStore, RunStore
from shared.records.budget import ORGANISATION, Budget, Period
from shared.records.money import LedgerEntry, Usage
from shared.records.run import WORKER, HistoryEntry, Run, Status, Subject
from shared.runs.timing import DAY, MINUTE
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.world import MORNING
from tests.support.engine_world import EngineWorld
from tests.support.intercepted import intercepted
from tests.support.samples import CLINICIAN, ORG, a_run_that_is
from tests.unit.engine.test_budget import COST, HIGHEST
from tests.unit.engine.test_budgets import stands, sweep_and_work

PROJECT = "22222222-2222-4222-8222-222222222222"
AT_MOST, GOES = 120, 3


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred and twenty entries stand for a thousand, and three goes for twenty."""
    monkeypatch.setattr(reckoning, "EXAMINED_AT_MOST", AT_MOST)
    monkeypatch.setattr(reckoning, "GOES_A_SWEEP", GOES)


def plant(world: EngineWorld, numbers: range, cost: int = 3, **fields: Any) -> list[Run]:
    """Runs that have ended, each a second after the one before."""
    assert isinstance(world.runs, InMemoryRunStore)
    planted = []
    for number in numbers:
        at = MORNING - DAY + number * 1_000
        history = (
            HistoryEntry(at, CLINICIAN, Status.QUEUED, "create", 0),
            HistoryEntry(at + 10, WORKER, Status.SUCCEEDED, "end", 1),
        )
        usage = Usage(calls=1, cost=cost)
        known = {"created_at": at, "history": history, "usage": usage} | fields
        planted.append(a_run_that_is(Status.SUCCEEDED, 10_000 + number, **known))
        world.runs.plant(planted[-1])
    return planted


def begin(world: EngineWorld, limit: int, scope: str = ORGANISATION) -> Counter[str]:
    """What the budgets' door does; how much that read."""
    budget = Budget(ORG, scope, Period.TOTAL, limit, "total")
    read: Counter[str] = Counter()
    counted(world, read).go_on(world.budgets.begin(budget, world.clock.now_ms()))
    return read


def counted(world: EngineWorld, read: Counter[str]) -> Reckoner:
    def page(real: Callable[..., Page], *asked: Any) -> Page:
        found = real(*asked)
        read["runs"] += len(found.rows)
        return found

    def purchases(real: Callable[..., Any], run: Run) -> Any:
        found = real(run)
        read["lines"] += len(found)
        return found

    runs: RunStore = intercepted(world.runs, page=page)
    payloads: PayloadStore = intercepted(world.payloads, purchases=purchases)
    return Reckoner(world.budgets, runs, payloads, world.clock)


@pytest.mark.rule("R-BUDGET-1")
@pytest.mark.rule("R-BUDGET-2")
def test_a_long_past_is_counted_by_sweeps_and_no_call_is_made_until_then(
    world: EngineWorld,
) -> None:
    count = 2 * AT_MOST + 60
    plant(world, range(count))
    read = begin(world, 3 * count + HIGHEST)
    assert read["runs"] == AT_MOST
    shut = stands(world)
    assert (shut.spent, shut.left, shut.is_counted) == (3 * AT_MOST, 0, False)
    run = world.work(world.create())
    assert (run.status, run.gate is not None, world.model.calls) == (Status.QUEUED, True, [])
    sweep_and_work(world, [run], 2)
    assert world.now(run).status is Status.SUCCEEDED
    assert world.now(run).attempt == 1
    now = stands(world)
    assert (now.spent, now.held, now.is_counted) == (3 * count + COST, 0, True)


def test_a_sweep_counts_only_so_much(world: EngineWorld) -> None:
    plant(world, range(5 * AT_MOST))
    begin(world, 10**9)
    for goes, is_counted in ((1 + GOES, False), (5, True)):
        world.clock.advance(MINUTE)
        world.sweeper.sweep()
        now = stands(world)
        assert (now.spent, now.is_counted) == (3 * goes * AT_MOST, is_counted)


def test_a_sweep_without_time_counts_nothing(world: EngineWorld) -> None:
    plant(world, range(AT_MOST + 1))
    begin(world, 10**9)
    assert world.reckoner.sweep(lambda: False) == 0
    assert stands(world).spent == 3 * AT_MOST


def test_lines_of_ledgers_are_read_in_the_place_of_runs(world: EngineWorld) -> None:
    """Claimed twice, so what such a run has spent stands in its ledger alone."""
    per_run = 40
    runs = plant(world, range(20), fence=2)
    for run in runs:
        for line in range(per_run):
            entry = LedgerEntry(Usage(calls=1, cost=2), fence=2, known_at=run.created_at)
            world.payloads.put_answer(run, f"write#{line}", b"{}", entry)
    read = begin(world, 10**9)
    assert read["runs"] + read["lines"] <= AT_MOST + per_run
    while world.sweeper.counters[0](lambda: True):
        pass
    assert (stands(world).spent, stands(world).is_counted) == (20 * per_run * 2, True)


def test_many_calls_under_way_are_held_by_several_writes(
    world: EngineWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reckoning, "EXAMINED_AT_MOST", 1_000)
    runs = plant(world, range(250), fence=2)
    for run in runs:
        asked = LedgerEntry(Usage(calls=1, lost_calls=1, uncertain=5), asked_at=run.created_at)
        world.payloads.put_asked(run, "write#x#2", asked)
    begin(world, 10**9)
    assert (len(stands(world).holds), stands(world).is_counted) == (100, False)
    world.sweeper.sweep()
    assert (stands(world).held, stands(world).is_counted) == (250 * 5, True)


def test_a_call_that_was_held_when_the_count_began_is_counted_once(world: EngineWorld) -> None:
    """Dropped and set again while the call is under way, whose answer comes before its run is
    counted.
    """
    budget = Budget(ORG, ORGANISATION, Period.TOTAL, 10 * HIGHEST, "total")
    world.budgets.put(budget)

    def speech(still_wanted: object) -> Any:
        world.budgets.delete(ORG, ORGANISATION)
        world.budgets.begin(budget, world.clock.now_ms())
        return world.model.says("Dear you")

    world.model.script(speech)
    assert world.work(world.create()).status is Status.SUCCEEDED
    assert (stands(world).spent, stands(world).held) == (COST, 0)
    world.sweeper.sweep()
    assert (stands(world).spent, stands(world).is_counted) == (COST, True)


def test_a_scope_counts_its_own_runs(world: EngineWorld) -> None:
    plant(world, range(10), cost=1)
    of = Subject("project", PROJECT)
    plant(world, range(10, 15), cost=10, subject=of, workflow="analysis")
    for scope, spent in (
        ("workflow:analysis", 50),
        ("workflow:diagnosis", 10),
        (f"project:{PROJECT}", 50),
        (ORGANISATION, 60),
    ):
        begin(world, 10**9, scope)
        assert (stands(world, scope).spent, stands(world, scope).is_counted) == (spent, True)


@pytest.mark.rule("R-UNREAD-1")
def test_what_cannot_be_read_holds_up_no_count(
    world: EngineWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = plant(world, range(5), fence=2)
    assert isinstance(world.runs, InMemoryRunStore)
    world.runs.spoil(runs[1])
    whole = world.payloads.purchases

    def purchases(run: Run) -> Any:
        if run.id == runs[3].id:
            raise ValueError("no number")
        return whole(run)

    monkeypatch.setattr(world.payloads, "purchases", purchases)
    begin(world, 10**9)
    assert (stands(world).spent, stands(world).is_counted) == (3, True)


def test_a_count_that_cannot_go_on_holds_up_no_other(world: EngineWorld) -> None:
    plant(world, range(AT_MOST + 1))
    for scope in (ORGANISATION, "workflow:diagnosis"):
        begin(world, 10**9, scope)
    real = world.runs

    def page(whole: Callable[..., Page], scope: Any, position: str | None, limit: int) -> Page:
        if not failed:
            failed.append(True)
            raise ValueError("no position")
        return whole(scope, position, limit)

    failed: list[bool] = []
    world.runs = intercepted(real, page=page)
    assert world.reckoner.sweep() == 2 + 1
    assert stands(world).is_counted
    assert stands(world, "workflow:diagnosis").is_counted


def test_what_is_older_than_any_run_of_the_month_is_not_looked_at(world: EngineWorld) -> None:
    ages = [replace(run, created_at=run.created_at - 120 * DAY) for run in plant(world, range(300))]
    assert isinstance(world.runs, InMemoryRunStore)
    for run in ages:
        world.runs.plant(run)
    read: Counter[str] = Counter()
    month = Budget(ORG, ORGANISATION, Period.MONTH, 10, "2026-11")
    counted(world, read).go_on(world.budgets.begin(month, world.clock.now_ms()))
    assert read["runs"] == 100
    assert stands(world).is_counted
