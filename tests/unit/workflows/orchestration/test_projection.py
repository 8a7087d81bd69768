"""What remains of a run is estimated from its own phases and from earlier runs of its profile."""

from dataclasses import replace

import pytest

from shared.records.run import Status
from shared.workflows.definitions import ORCHESTRATION
from tests.unit.workflows.orchestration.studio import INTAKE, Studio, phase_of

PHASES = ORCHESTRATION.steps


@pytest.fixture
def studio() -> Studio:
    return Studio()


def test_the_first_run_learns_from_its_own_phases(studio: Studio) -> None:
    run = studio.next(studio.next(studio.start()))
    metrics = studio.metrics(run)
    assert metrics["projection"]["seconds"] == 4 * 10.0
    assert metrics["projection"]["cost_usd"] == pytest.approx(
        4 * run.usage.cost / 2 / 1e6, abs=4e-6
    )


def test_earlier_runs_of_the_profile_tell_what_remains(studio: Studio) -> None:
    earlier = studio.work(studio.start(auto_advance=True))
    fresh = studio.metrics(studio.start(), earlier)
    assert fresh["projection"] == {"cost_usd": earlier.usage.cost / 1e6, "seconds": 70.0}
    run = studio.work(studio.ask_next(studio.start()))
    phases = {row["phase"]: row["cost_usd"] for row in studio.metrics(earlier)["phases_metrics"]}
    own = run.usage.cost / 1e6
    expected = sum((phases[phase] + own) / 2 for phase in PHASES[1:])
    assert studio.metrics(run, earlier)["projection"]["cost_usd"] == pytest.approx(
        expected, abs=1e-5
    )


def test_what_an_earlier_run_spent_on_rounds_that_were_held_counts(studio: Studio) -> None:
    earlier = studio.work(studio.start(f"{INTAKE} [[offline: break qa]]", auto_advance=True))
    earlier = studio.next(earlier)
    assert earlier.status is Status.SUCCEEDED
    assert (
        studio.metrics(studio.start(), earlier)["projection"]["cost_usd"]
        == earlier.usage.cost / 1e6
    )
    run = studio.start()
    for _ in PHASES[:-1]:
        run = studio.next(run)
    own = run.usage.cost / len(PHASES[:-1])
    last = phase_of(studio.metrics(earlier), "documentation")["cost_usd"] * 1e6
    assert studio.metrics(run, earlier)["projection"]["cost_usd"] == pytest.approx(
        (own + last) / 2 / 1e6, abs=2e-6
    )


def test_other_profiles_unfinished_runs_and_the_run_itself_tell_nothing(studio: Studio) -> None:
    other = studio.work(studio.start(profile="data_pipeline", auto_advance=True))
    unfinished = studio.next(studio.start())
    done = studio.work(studio.start(auto_advance=True))
    run = studio.start()
    assert studio.metrics(run, other, unfinished, replace(done, id=run.id))["projection"] == {
        "cost_usd": None,
        "seconds": None,
    }


def test_nothing_remains_of_a_cancelled_run_and_all_of_a_failed_one(studio: Studio) -> None:
    earlier = studio.work(studio.start(auto_advance=True))
    cancelled = studio.commands.cancel(studio.start(), "somebody")
    assert studio.metrics(cancelled, earlier)["projection"] == {"cost_usd": 0.0, "seconds": 0.0}
    studio.model.script(studio.model.says("bad"))
    failed = studio.next(studio.start())
    assert studio.metrics(failed, earlier)["projection"]["seconds"] == 70.0
