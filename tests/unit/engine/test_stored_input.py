"""What a run was created with is held to the limits again when the worker reads it."""

from typing import Any

import pytest

from shared.records.run import Status
from shared.workflows.steps import StepResult
from tests.support.engine_world import EngineWorld


@pytest.mark.rule("R-ATTACH-3")
def test_a_stored_input_beyond_the_limits_fails_the_run(world: EngineWorld) -> None:
    world.do_step("letter", "gather", lambda ctx: StepResult({"read": ctx.input()}))
    for kept in ({"numbers": [0] * 50_000}, nested(101)):
        run = world.work(world.create(input=kept))
        assert (run.status, run.error_code) == (Status.FAILED, "CONTEXT_FETCH_ERROR")
        assert run.usage.calls == 0


def nested(levels: int) -> dict[str, Any]:
    inside: dict[str, Any] = {}
    for _ in range(levels - 1):
        inside = {"a": inside}
    return inside
