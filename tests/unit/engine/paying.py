"""What the accounting tests share: what was really paid, what is told of it, and the misfortunes
that come between.
"""

from dataclasses import dataclass

from shared.records.money import Usage
from shared.records.run import Run, Status
from shared.runs.timing import MINUTE
from shared.workflows.steps import StepContext, StepResult
from tests.support.engine_world import EngineWorld
from tests.support.workflows import step_of

COST = 4_000


@dataclass(frozen=True, slots=True)
class Paid:
    """What all of a run's calls came to."""

    calls: int
    cost: int


def paid(usage: Usage) -> Paid:
    return Paid(usage.calls, usage.cost)


def bought(world: EngineWorld) -> Paid:
    """What the model was really paid for."""
    return Paid(len(world.model.calls), COST * len(world.model.calls))


def fails_after_asking(world: EngineWorld, exc: Exception, *, in_fence: int = 1) -> None:
    """The step that asks has its answer, and then fails in that claim."""
    write = step_of(world.workflows["letter"], "write")

    def step(ctx: StepContext) -> StepResult:
        done = write(ctx)
        if ctx.run.fence == in_fence:
            raise exc
        return done

    world.do_step("letter", "write", step)


def settle(world: EngineWorld, run: Run) -> Run:
    world.clock.advance(MINUTE)
    done = world.work_until_settled(run)
    assert done.status is Status.SUCCEEDED
    return done


def past_deadline(world: EngineWorld, run: Run) -> Run:
    world.clock.advance(world.timing.deadline_worker + MINUTE)
    world.sweeper.sweep()
    return world.now(run)
