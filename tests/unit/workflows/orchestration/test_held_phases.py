"""Gates: a phase whose blocking checks failed is held, and a person has it done again or accepts it
as it is.
"""

import json

import pytest

from shared.records.run import Status
from shared.runs.accounts import current_ids
from shared.runs.codes import FailureCode
from shared.runs.transitions import pending
from shared.workflows.definitions import ORCHESTRATION
from shared.workflows.orchestration.scores import governance_score
from tests.unit.workflows.orchestration.studio import (
    INTAKE,
    ORG,
    Studio,
    an_answer,
    request_of,
    where,
)

PHASES = ORCHESTRATION.steps
BREAK = f"{INTAKE} [[offline: break planning]]"


@pytest.fixture
def studio() -> Studio:
    return Studio()


def test_failed_blocking_checks_hold_the_run_in_its_phase(studio: Studio) -> None:
    run = studio.next(studio.start(BREAK))
    assert where(run) == (Status.WAITING, [pending("planning")])
    assert (run.history[-1].code, run.round) == (FailureCode.CHECKS_FAILED, 1)
    record = studio.record(run, "planning")
    assert not record["governance_passed"]
    assert record["findings"][0] == {
        "rule": "expected_files",
        "path": "planning/PRD.md",
        "artifact_id": None,
        "blocking": True,
        "message": "planning/PRD.md was expected and is missing",
    }
    assert list(studio.files(run, "planning")) == ["planning/project_plan.md"]


def test_next_does_a_held_phase_again_with_what_was_found(studio: Studio) -> None:
    held = studio.next(studio.start(BREAK))
    run = studio.next(held)
    assert where(run) == (Status.WAITING, [pending("planning"), "planning"])
    assert request_of(studio.model.calls[1].request)["earlier_attempt"]["findings"][0] == {
        "rule": "expected_files",
        "path": "planning/PRD.md",
        "blocking": True,
        "message": "planning/PRD.md was expected and is missing",
    }
    assert studio.record(run, "planning")["governance_passed"]


def test_files_of_an_earlier_round_are_superseded(studio: Studio) -> None:
    studio.model.script(
        studio.model.says(an_answer({"project_plan.md": "# Old", "stray.md": "# Stray"}))
    )
    held = studio.next(studio.start())
    again = studio.next(held)
    paths = [artifact.path for artifact in studio.artifacts.get_many(ORG, current_ids(again))]
    assert paths == ["planning/PRD.md", "planning/project_plan.md"]
    assert len(again.artifacts) == 4
    studio.next(again)
    sources = request_of(studio.model.calls[-1].request)["sources"]
    assert [source["path"] for source in sources] == paths
    assert not any("# Old" in source["content"] for source in sources)


def test_a_round_that_makes_nothing_supersedes_too(studio: Studio) -> None:
    studio.model.script(
        studio.model.says(an_answer({"stray.md": "# Stray"})), studio.model.says(an_answer({}))
    )
    held = studio.next(studio.next(studio.start()))
    assert (len(held.artifacts), current_ids(held)) == (1, [])


def test_a_held_phase_may_be_accepted_as_it_is(studio: Studio) -> None:
    held = studio.next(studio.start(BREAK))
    run = studio.next(held, skip=True)
    assert where(run) == (Status.WAITING, [pending("planning"), "planning"])
    assert len(studio.model.calls) == 1
    assert (run.artifacts, current_ids(run)) == (held.artifacts, list(held.artifacts))
    before, after = studio.record(held, "planning"), studio.record(run, "planning")
    assert (
        before["validation_skipped"],
        after["validation_skipped"],
        after["governance_passed"],
    ) == (False, True, False)
    assert after["warnings"] == ["Validation was skipped: a person accepted the phase as it is."]
    assert after["findings"] == before["findings"]
    # The next phase is checked again, by the agents' own merits.
    assert studio.next(run).steps.keys() == {pending("planning"), "planning", "architecture"}


def test_validation_waived_beforehand_lets_one_phase_pass(studio: Studio) -> None:
    run = studio.next(studio.start(f"{BREAK} [[offline: leak architecture]]"), skip=True)
    assert where(run) == (Status.WAITING, ["planning"])
    assert studio.record(run, "planning")["validation_skipped"]
    run = studio.next(run)
    assert where(run) == (Status.WAITING, ["planning", pending("architecture")])


def test_a_waiver_holds_for_the_phase_that_it_was_given_for(studio: Studio) -> None:
    run = studio.start(f"{BREAK} [[offline: break data]]", auto_advance=True)
    held = studio.work(run)
    assert where(held) == (Status.WAITING, [pending("planning")])
    run = studio.next(held, skip=True)
    assert where(run) == (
        Status.WAITING,
        [pending("planning"), "planning", "architecture", pending("data")],
    )
    assert not studio.record(run, "architecture")["validation_skipped"]
    done = studio.next(run)
    assert done.status is Status.SUCCEEDED
    assert studio.read(done, done.output)["summary"].endswith(
        "; validation was skipped in planning."
    )


def test_a_held_last_phase_gives_its_output_when_it_is_accepted(studio: Studio) -> None:
    held = studio.work(
        studio.start(f"{INTAKE} [[offline: break documentation]]", auto_advance=True)
    )
    assert (held.status, held.output) == (Status.WAITING, None)
    done = studio.next(held, skip=True)
    output = studio.read(done, done.output)
    assert (done.status, output["artifacts_count"]) == (Status.SUCCEEDED, len(done.artifacts))
    assert output["governance_score"] == governance_score(
        [studio.record(done, phase) for phase in PHASES]
    )
    assert output["governance_score"] < 1


def test_warnings_do_not_hold(studio: Studio) -> None:
    run = studio.next(studio.start(f"{INTAKE} [[offline: warn planning]]"))
    assert where(run) == (Status.WAITING, ["planning"])
    record = studio.record(run, "planning")
    assert (record["governance_passed"], record["hygiene"]) == (True, {"artifacts": 2, "clean": 1})
    assert record["warnings"] == ["planning/PRD.md has what looks like a TODO (line 20)"]


def test_a_credential_holds_and_is_quoted_nowhere(studio: Studio) -> None:
    run = studio.next(studio.start(f"{INTAKE} [[offline: leak planning]]"))
    assert where(run) == (Status.WAITING, [pending("planning")])
    record = studio.record(run, "planning")
    assert [(f["rule"], f["artifact_id"]) for f in record["findings"]] == [
        ("no_credentials", run.artifacts[0])
    ]
    assert "IOSFODNN7" not in json.dumps(record)
