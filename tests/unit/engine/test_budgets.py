"""Budgets of an organisation, a workflow and a project: held before the call, settled after it,
never exceeded.
"""

import contextlib
import random
from dataclasses import replace

import pytest

from shared.errors import EntryRefused, OwnershipLost, RefusedBecause, TransientFailure
from shared.records.budget import ORGANISATION, Budget, Period, span_of
from shared.records.gate import Reason, budget_gate
from shared.records.run import Run, Status
from shared.runs.model import Heard, ModelAnswer
from shared.runs.timing import DAY, MINUTE, SECOND
from tests.fakes.language_model import StillWanted
from tests.support.engine_world import EngineWorld, codes
from tests.support.samples import ORG
from tests.unit.engine.test_budget import COST, HIGHEST

LETTERS = "workflow:letter"


def give(
    world: EngineWorld, limit: int, scope: str = ORGANISATION, period: Period = Period.MONTH
) -> None:
    span = span_of(period, world.clock.now_ms())
    world.budgets.put(Budget(ORG, scope, period, limit, span))


def stands(world: EngineWorld, scope: str = ORGANISATION) -> Budget:
    (found,) = world.budgets.of(ORG, [scope], world.clock.now_ms())
    return found


def sweep_and_work(world: EngineWorld, runs: list[Run], minutes: int = 1) -> None:
    """Sweeps, their probes, and a delivery for each run that may go on."""
    for _ in range(minutes):
        world.clock.advance(MINUTE)
        world.sweeper.sweep()
        while world.doorbell.probes:
            world.worker.probe(world.doorbell.probes.pop())
        for run in runs:
            if world.now(run).status is Status.QUEUED and world.now(run).gate is None:
                world.work(run)


def test_a_call_is_held_at_its_highest_and_settled_at_its_cost(world: EngineWorld) -> None:
    give(world, HIGHEST)
    give(world, 10 * HIGHEST, LETTERS, Period.TOTAL)
    held: list[int] = []

    def speech(still_wanted: StillWanted) -> ModelAnswer:
        held.extend([stands(world).held, stands(world, LETTERS).held])
        return world.model.says("Dear you")

    world.model.script(speech)
    assert world.work(world.create()).status is Status.SUCCEEDED
    assert held == [HIGHEST, HIGHEST]
    for scope in (ORGANISATION, LETTERS):
        now = stands(world, scope)
        assert (now.spent, now.held, now.uncertain) == (COST, 0, 0)


@pytest.mark.rule("R-BUDGET-2")
def test_what_does_not_fit_waits_and_goes_on_once_there_is_room(world: EngineWorld) -> None:
    give(world, HIGHEST - 1)
    run = world.work(world.create())
    assert (run.status, run.gate) == (Status.QUEUED, budget_gate(ORG, ORGANISATION))
    assert codes(run)[-1] == Reason.BUDGET
    assert run.claim_cost == 0
    assert run.deadline_at - run.updated_at == 30 * DAY
    assert world.model.calls == []
    assert world.total_usage(run).calls == 0
    sweep_and_work(world, [run], 3)
    assert world.now(run).gate is not None
    give(world, HIGHEST)
    sweep_and_work(world, [run])
    assert world.now(run).status is Status.SUCCEEDED
    assert world.now(run).attempt == 1


def test_a_budget_that_is_gone_holds_nobody(world: EngineWorld) -> None:
    give(world, 0)
    run = world.work(world.create())
    assert run.gate is not None
    world.budgets.delete(ORG, ORGANISATION)
    sweep_and_work(world, [run])
    assert world.now(run).status is Status.SUCCEEDED


def test_a_new_month_has_its_own_money(world: EngineWorld) -> None:
    give(world, HIGHEST)
    world.work(world.create())
    run = world.work(world.create())
    assert run.gate is not None
    world.clock.advance(31 * DAY - (world.clock.now_ms() - run.created_at))
    sweep_and_work(world, [run], 2)
    assert stands(world).spent in (0, COST)
    assert world.now(run).status is not Status.QUEUED


def test_a_later_budget_that_refuses_gives_back_what_the_earlier_held(world: EngineWorld) -> None:
    give(world, HIGHEST)
    give(world, 1, LETTERS)
    run = world.work(world.create())
    assert run.gate == budget_gate(ORG, LETTERS)
    assert stands(world).committed == 0


def test_a_call_that_was_refused_entry_gives_all_of_it_back(world: EngineWorld) -> None:
    give(world, HIGHEST)
    world.model.script(EntryRefused(RefusedBecause.OVERLOADED))
    world.work(world.create())
    assert stands(world).committed == 0


def test_a_cut_call_is_what_is_known_and_the_rest_is_uncertain(world: EngineWorld) -> None:
    give(world, HIGHEST)
    world.model.script(TransientFailure("LLM_ERROR", "cut", may_be_billed=True))
    run = world.work(world.create())
    now = stands(world)
    assert (now.held, now.spent) == (0, 0)
    assert now.uncertain == world.total_usage(run).uncertain == HIGHEST


def test_the_hold_of_a_worker_that_died_stays(world: EngineWorld) -> None:
    give(world, HIGHEST)

    def dies(still_wanted: StillWanted) -> ModelAnswer:
        raise KeyboardInterrupt

    world.model.script(dies)
    with pytest.raises(KeyboardInterrupt):
        world.work(world.create())
    assert stands(world).held == HIGHEST
    assert world.work(world.create()).gate is not None


FATES = ("ok", "ok", "cut", "kill", "lost", "refused")


class Provider:
    """A model of which each call meets a fate of its own, and what it bills."""

    def __init__(self, world: EngineWorld, seed: int) -> None:
        self.dice, self.billed = random.Random(seed), 0
        self._world, self._real = world, world.model.answer
        world.model.answer = self.answer  # type: ignore[method-assign]

    def recover(self) -> None:
        self._world.model.answer = self._real  # type: ignore[method-assign]

    def answer(self, request: object, **kwargs: object) -> ModelAnswer:
        fate = self.dice.choice(FATES)
        if fate == "refused":
            raise EntryRefused(RefusedBecause.RATE_LIMITED, retry_after=1.0)
        usage = replace(self._world.model.usage, output_tokens=1)
        kwargs["heard"](Heard("claude-sonnet-5-5", usage))  # type: ignore[operator]
        self.billed += COST if fate == "ok" else self.dice.randint(2_010, HIGHEST * 10 // 11)
        if fate == "cut":
            raise TransientFailure("LLM_ERROR", "cut", may_be_billed=True)
        if fate == "lost":
            raise OwnershipLost
        if fate == "kill":
            raise KeyboardInterrupt
        return self._real(request, **kwargs)  # type: ignore[arg-type]


@pytest.mark.rule("R-BUDGET-1")
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.one_in(5)
def test_the_sum_of_what_is_billed_never_exceeds_the_limit(world: EngineWorld, seed: int) -> None:
    """Two hundred runs for the highest cost of fifty calls, with kills, cuts and answers mixed."""
    provider, limit = Provider(world, seed), 50 * HIGHEST
    give(world, limit)
    runs = [world.create() for _ in range(200)]
    for round_ in range(4):
        for run in provider.dice.sample(runs, len(runs)):
            with contextlib.suppress(KeyboardInterrupt):
                world.work(run)
        assert provider.billed <= stands(world).committed <= limit
        world.clock.advance(MINUTE + SECOND * round_)
        world.sweeper.sweep()
    provider.recover()
    give(world, 100 * limit)
    world.clock.advance(world.timing.lease)
    sweep_and_work(world, runs, 12)
    ended = [world.now(run).status for run in runs]
    assert set(ended) <= {Status.SUCCEEDED, Status.FAILED}
    assert ended.count(Status.SUCCEEDED) > 100
