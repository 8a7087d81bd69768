"""A run's phases as its readers see them, while it runs, at a gate and after it failed."""

import pytest

from shared.errors import TransientFailure
from shared.records.run import Run
from shared.workflows.orchestration.metrics import phase_views, total_duration_seconds
from tests.unit.workflows.orchestration.studio import INTAKE, Json, Studio


@pytest.fixture
def studio() -> Studio:
    return Studio()


def view(run: Run, name: str) -> Json:
    return next(row for row in phase_views(run) if row["phase"] == name)


def test_phases_of_a_run_in_the_middle(studio: Studio) -> None:
    run = studio.next(studio.start())
    assert view(run, "planning") == {
        "phase": "planning",
        "status": "succeeded",
        "started_at": "2026-11-18T11:07:40.000Z",
        "completed_at": "2026-11-18T11:07:50.000Z",
        "duration_seconds": 10.0,
        "agent_ids": ["planner"],
        "artifacts_count": 2,
    }
    assert view(run, "architecture") == {
        "phase": "architecture",
        "status": "waiting",
        "started_at": None,
        "completed_at": None,
        "duration_seconds": None,
        "agent_ids": ["architect"],
        "artifacts_count": 0,
    }
    assert view(run, "qa")["status"] == "queued"
    asked = studio.ask_next(run)
    assert view(asked, "architecture")["status"] == "queued"
    studio.model.script(TransientFailure("LLM_ERROR", "Busy."))
    assert view(studio.work(asked), "architecture")["status"] == "queued"


def test_a_held_phase_waits_with_what_it_made(studio: Studio) -> None:
    held = studio.next(studio.start(f"{INTAKE} [[offline: break planning]]"))
    found = view(held, "planning")
    assert (
        found["status"],
        found["completed_at"],
        found["agent_ids"],
        found["artifacts_count"],
    ) == ("waiting", None, ["planner"], 1)
    assert found["started_at"] is not None


def test_a_run_whose_profile_is_gone_still_shows_its_phases(studio: Studio) -> None:
    failed = studio.next(studio.start(profile="gone"))
    assert (view(failed, "planning")["status"], view(failed, "planning")["agent_ids"]) == (
        "failed",
        [],
    )
    assert studio.metrics(failed)["agents_metrics"] == []


def test_the_whole_duration_is_from_the_first_start_to_what_last_happened(studio: Studio) -> None:
    run = studio.start()
    assert total_duration_seconds(run) == 0
    run = studio.next(studio.next(run))
    assert total_duration_seconds(run) == 10 + 60 + 10
