"""Budgets that are set late, dropped, shared by small and large calls, or held by the dead."""

from dataclasses import replace

import pytest

from shared.engine.spending import spending_of
from shared.errors import TransientFailure
from shared.records.budget import ORGANISATION, Budget, Period
from shared.records.run import Run, Status
from shared.runs.model import ModelAnswer
from shared.runs.timing import HOUR, MINUTE
from shared.workflows.steps import StepContext, StepResult
from tests.fakes.language_model import StillWanted
from tests.support.engine_world import EngineWorld
from tests.support.samples import ORG
from tests.support.workflows import Do, a_request, step_of
from tests.unit.engine.test_budget import COST, HIGHEST
from tests.unit.engine.test_budgets import give, stands, sweep_and_work

LARGE = 10


def large_where_tagged(world: EngineWorld) -> None:
    """A run that is tagged `large` asks for ten times as many tokens."""
    write = step_of(world.workflows["letter"], "write")

    def step(ctx: StepContext) -> StepResult:
        if "large" in ctx.run.tags:
            request = a_request("the weather")
            ctx.ask(replace(request, max_output_tokens=request.max_output_tokens * LARGE))
        return write(ctx)

    world.do_step("letter", "write", step)


def set_late(world: EngineWorld, limit: int) -> None:
    """What the budgets' door does: set the limit, and count what was spent."""
    budget = Budget(ORG, ORGANISATION, Period.TOTAL, limit, "total")
    world.reckoner.go_on(world.budgets.begin(budget, world.clock.now_ms()))


@pytest.mark.rule("R-BUDGET-2")
def test_a_large_call_that_does_not_fit_waits_untouched_and_holds_up_no_small_one(
    world: EngineWorld,
) -> None:
    large_where_tagged(world)
    give(world, HIGHEST - 1, period=Period.TOTAL)
    large = world.work(world.create(tags=("large",)))
    small = world.work(world.create())
    assert (large.needed or 0) > (small.needed or 0) == HIGHEST
    give(world, 2 * HIGHEST, period=Period.TOTAL)
    before = world.now(large).version
    sweep_and_work(world, [large, small], 10)
    assert world.now(small).status is Status.SUCCEEDED
    assert world.now(large).version == before
    give(world, 20 * HIGHEST, period=Period.TOTAL)
    sweep_and_work(world, [large])
    done = world.now(large)
    assert (done.status, done.needed, done.attempt) == (Status.SUCCEEDED, None, 1)


def test_an_answer_that_was_stored_before_its_claim_died_is_settled_by_the_next(
    world: EngineWorld,
) -> None:
    give(world, 3 * HIGHEST)
    settle, world.budgets.settle = world.budgets.settle, lambda *_: None  # type: ignore[method-assign]
    world.do_step("letter", "write", dies_after(world, "write"))
    run = world.create()
    with pytest.raises(KeyboardInterrupt):
        world.work(run)
    assert stands(world).held == HIGHEST
    world.budgets.settle = settle  # type: ignore[method-assign]
    world.lose_lease(run)
    assert world.work_until_settled(run).status is Status.SUCCEEDED
    assert (stands(world).spent, stands(world).held) == (COST, 0)


def dies_after(world: EngineWorld, name: str) -> Do:
    """The step's first doing is killed when it has its answer."""
    write = step_of(world.workflows["letter"], name)
    done: list[bool] = []

    def step(ctx: StepContext) -> StepResult:
        result = write(ctx)
        if not done:
            done.append(True)
            raise KeyboardInterrupt
        return result

    return step


def test_a_budget_that_is_set_under_a_call_counts_it(world: EngineWorld) -> None:
    runs: list[Run] = []

    def speech(still_wanted: StillWanted) -> ModelAnswer:
        set_late(world, 10 * HIGHEST)
        assert stands(world).held > 0
        return world.model.says("Dear you")

    world.model.script(world.model.says("Dear you"), speech)
    runs += [world.work(world.create()), world.create()]
    done = world.work(runs[1])
    assert done.status is Status.SUCCEEDED
    assert (stands(world).spent, stands(world).held, stands(world).uncertain) == (2 * COST, 0, 0)


def test_a_budget_that_was_dropped_and_is_set_again_counts_what_was_spent_between(
    world: EngineWorld,
) -> None:
    give(world, 10 * HIGHEST, period=Period.TOTAL)
    runs = [world.work(world.create())]
    world.budgets.delete(ORG, ORGANISATION)
    runs.append(world.work(world.create()))
    world.model.script(TransientFailure("LLM_ERROR", "cut", may_be_billed=True))
    runs.append(world.work(world.create()))
    set_late(world, 10 * HIGHEST)
    now = stands(world)
    assert now.spent == 2 * COST
    assert now.uncertain == world.total_usage(runs[2]).uncertain > 0


def test_what_was_spent_in_an_earlier_month_is_left_out_line_by_line(world: EngineWorld) -> None:
    world.model.script(TransientFailure("LLM_ERROR", "cut", may_be_billed=True))
    run = world.work(world.create())
    month_begins = world.clock.now_ms() + HOUR
    world.clock.advance(2 * HOUR)
    assert spending_of(world.payloads, world.now(run), month_begins).uncertain == 0
    done = world.work_until_settled(run)
    assert done.status is Status.SUCCEEDED
    found = spending_of(world.payloads, done, month_begins)
    assert (found.spent, found.uncertain) == (COST, 0)
    whole = spending_of(world.payloads, done, 0)
    assert (whole.spent, whole.uncertain) == (COST, world.total_usage(done).uncertain)


def test_the_holds_of_the_dead_become_uncertain_and_leave_the_item(world: EngineWorld) -> None:
    def dies(still_wanted: StillWanted) -> ModelAnswer:
        raise KeyboardInterrupt

    give(world, 9 * HIGHEST, period=Period.TOTAL)
    world.model.script(dies)
    with pytest.raises(KeyboardInterrupt):
        world.work(world.create())
    world.clock.advance(world.timing.lease + HOUR + MINUTE)
    assert world.work(world.create()).status is Status.SUCCEEDED
    now = stands(world)
    assert (now.held, now.uncertain, now.spent) == (0, HIGHEST, COST)
