"""A worker and the runs of a workflow that it does not have."""

from tests.support.engine_world import EngineWorld


def test_a_worker_leaves_a_workflow_alone_that_it_does_not_have(world: EngineWorld) -> None:
    """Another function's, or one that a later version brought: no attempt is spent."""
    run = world.create()
    del world.workflows["letter"]
    assert world.work(run) == run
