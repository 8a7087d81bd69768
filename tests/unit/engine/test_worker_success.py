"""A run that goes well: its steps, what it leaves, and that delivering its message again changes
nothing but time.
"""

import pytest

from shared.engine.worker import Worker
from shared.records.artifact import Artifact
from shared.records.money import TokenUsage, Usage
from shared.records.run import (
    WORKER,
    Dispatch,
    HistoryEntry,
    Status,
)
from shared.runs.canonical import sha256_hex
from shared.runs.model import ModelAnswer
from shared.runs.timing import CLOCKS_DIFFER, MINUTE
from shared.workflows.steps import StepContext, StepResult
from tests.fakes.language_model import StillWanted
from tests.support.engine_world import EngineWorld
from tests.support.samples import CLINICIAN, ORG, run_id

CALL = Usage("claude-sonnet-5-5", calls=1, tokens=TokenUsage(1_000, 200), cost=4_000)
"""1,000 tokens in at $2 and 200 out at $10 the million."""


def test_a_run_succeeds_step_by_step(world: EngineWorld) -> None:
    run = world.work(world.create())
    assert (run.status, run.attempt, run.fence, run.lessee) == (Status.SUCCEEDED, 1, 1, None)
    assert [(entry.actor, entry.to, entry.step) for entry in run.history] == [
        (CLINICIAN, Status.QUEUED, None),
        (WORKER, Status.RUNNING, None),
        (WORKER, Status.RUNNING, "gather"),
        (WORKER, Status.RUNNING, "write"),
        (WORKER, Status.SUCCEEDED, "send"),
    ]
    assert len({entry.op for entry in run.history}) == 5


def test_steps_hand_on_what_they_made(world: EngineWorld) -> None:
    run = world.work(world.create())
    assert world.read(run, run.steps["gather"].result) == {"about": "the weather"}
    assert run.steps["gather"].metrics == {"words": 1}
    assert [call.request.prompt for call in world.model.calls] == ["the weather"]
    assert world.read(run, run.output) == {"artifact_id": run.artifacts[0], "text": "Dear you"}


def test_what_a_run_cost_stands_in_the_run_and_in_the_step_that_spent_it(
    world: EngineWorld,
) -> None:
    run = world.work(world.create())
    assert run.usage == CALL
    assert {name: record.usage for name, record in run.steps.items()} == {
        "gather": None,
        "write": CALL,
        "send": None,
    }


def test_the_artifact_is_stored_whole_and_named_by_the_success(world: EngineWorld) -> None:
    run = world.work(world.create())
    (artifact,) = world.artifacts.get_many(ORG, run.artifacts)
    assert world.artifacts.read(artifact) == b"Dear you"
    assert artifact == Artifact(
        id=run.artifacts[0],
        org_id=ORG,
        run_id=run.id,
        artifact_type="other",
        artifact_name="letter.txt",
        sha256=sha256_hex(b"Dear you"),
        size_bytes=8,
        content_type="text/plain",
        storage_path=artifact.storage_path,
        created_at=world.clock.now_ms(),
    )
    assert run.history[-1].artifacts == run.artifacts


def test_the_model_gets_the_time_that_the_settings_say(world: EngineWorld) -> None:
    world.work(world.create())
    assert world.model.calls[0].timeout_seconds == world.timing.model / 1_000


def test_delivering_the_message_again_changes_nothing(world: EngineWorld) -> None:
    done = world.work(world.create())
    world.clock.advance(MINUTE)
    assert world.work(done) == done
    assert len(world.model.calls) == 1


def test_a_worker_whose_clock_is_a_second_behind_takes_a_run_at_once(world: EngineWorld) -> None:
    now = world.clock.now_ms()
    in_time, early = (world.create(start_at=now + CLOCKS_DIFFER + more) for more in (0, 1))
    assert world.work(in_time).status is Status.SUCCEEDED
    assert world.work(early).status is Status.QUEUED


def test_each_write_extends_the_lease(world: EngineWorld) -> None:
    leases: list[int | None] = []

    def slowly(ctx: StepContext) -> StepResult:
        leases.append(ctx.run.lease_until)
        world.clock.advance(MINUTE)
        return StepResult({"about": "rain"})

    def noting(still_wanted: StillWanted) -> ModelAnswer:
        leases.append(world.now(run).lease_until)
        return world.model.says("Dear you")

    world.do_step("letter", "gather", slowly)
    world.model.script(noting)
    run = world.create()
    world.work(run)
    start = run.created_at
    assert leases == [start + world.timing.lease, start + MINUTE + world.timing.lease]


def test_a_run_that_waits_for_a_person_is_not_claimed(world: EngineWorld) -> None:
    run = world.create(dispatch=Dispatch.MANUAL)
    assert world.work(run) == run


def test_a_cancelled_run_is_not_claimed(world: EngineWorld) -> None:
    cancelled = world.commands.cancel(world.create(), CLINICIAN)
    assert world.work(cancelled) == cancelled


def test_a_message_that_names_no_run_is_no_fault(
    world: EngineWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    Worker(world.kit, True).execute(run_id(99), lambda: MINUTE)
    assert "run_not_claimed" in capsys.readouterr().out
    assert world.runs.get(run_id(99)) is None


def test_the_history_of_a_claim_says_who_and_when(world: EngineWorld) -> None:
    run = world.create()
    world.clock.advance(5_000)
    claimed = world.work(run).history[1]
    assert claimed == HistoryEntry(run.created_at + 5_000, WORKER, Status.RUNNING, claimed.op)
