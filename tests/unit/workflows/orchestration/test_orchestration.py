"""Six phases on the engine: what agents see and make, bad answers, failures, crashes.

The agents are the offline composers.
"""

from typing import cast

import pytest

from shared.engine.execution import _Context
from shared.errors import TransientFailure
from shared.records.run import Status
from shared.runs.codes import FailureCode
from shared.runs.model import StopReason
from shared.workflows.definitions import ORCHESTRATION
from shared.workflows.orchestration.profiles import known_profiles, profile
from tests.fakes.blobs import InMemoryArtifactStore
from tests.unit.workflows.orchestration.studio import (
    INTAKE,
    PROFILE,
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


@pytest.mark.parametrize("name", known_profiles())
def test_six_nexts_take_a_run_through_all_phases(studio: Studio, name: str) -> None:
    run = studio.start(profile=name)
    for place, phase in enumerate(PHASES, 1):
        assert where(run) == (Status.WAITING, list(PHASES[: place - 1]))
        run = studio.next(run)
        files = studio.files(run, phase)
        assert set(files) == {f"{phase}/{file.path}" for file in profile(name).phase(phase).files}
        assert studio.record(run, phase)["governance_passed"]
    assert where(run) == (Status.SUCCEEDED, list(PHASES))
    output = studio.read(run, run.output)
    assert (
        output["summary"]
        == f"6 phases, {len(run.artifacts)} artifacts; governance 1.0, hygiene 1.0."
    )
    assert (output["profile"], output["artifacts_count"]) == (name, len(run.artifacts))
    assert [
        (p["phase"], p["governance_passed"], p["validation_skipped"]) for p in output["phases"]
    ] == [(p, True, False) for p in PHASES]


def test_auto_advance_runs_through_in_one_claim(studio: Studio) -> None:
    run = studio.work(studio.start(auto_advance=True))
    assert (where(run), run.fence, run.attempt) == ((Status.SUCCEEDED, list(PHASES)), 1, 1)


def test_an_artifact_says_what_it_is(studio: Studio) -> None:
    run = studio.next(studio.start())
    prd = studio.files(run, "planning")["planning/PRD.md"]
    assert (prd.artifact_name, prd.artifact_type, prd.content_type) == (
        "PRD.md",
        "prd",
        "text/markdown; charset=utf-8",
    )
    assert prd.description == profile(PROFILE).phase("planning").files[0].description
    record = studio.record(run, "planning")
    assert record["files"][0] == {
        "path": "planning/PRD.md",
        "artifact_id": prd.id,
        "artifact_type": "prd",
        "size_bytes": prd.size_bytes,
    }
    assert [file["artifact_id"] for file in record["files"]] == list(run.artifacts)


def test_each_agent_sees_the_intake_and_all_that_was_made_before(studio: Studio) -> None:
    run = studio.work(studio.start(auto_advance=True))
    requests = [request_of(call.request) for call in studio.model.calls]
    assert [(r["phase"], r["agent_id"]) for r in requests] == [
        (p.phase, a) for p in profile(PROFILE).phases for a in p.agent_ids
    ]
    assert {(r["intake"], r["project_name"], r["profile"]["name"]) for r in requests} == {
        (INTAKE, "Bread", PROFILE)
    }
    made: list[str] = []
    for request in requests:
        assert [source["path"] for source in [*request["sources"], *request["beside"]]] == made
        made += [f"{request['phase']}/{file['path']}" for file in request["expected_files"]]
    prd = studio.artifacts.read(studio.files(run, "planning")["planning/PRD.md"]).decode()
    assert requests[-1]["sources"][0] == {"path": "planning/PRD.md", "type": "prd", "content": prd}


def test_a_phases_agents_share_the_same_context_to_the_byte(studio: Studio) -> None:
    """Only then does a provider's cache serve the second one."""
    studio.work(studio.start(auto_advance=True))
    by_phase: dict[str, list[str]] = {}
    for call in studio.model.calls:
        by_phase.setdefault(request_of(call.request)["phase"], []).append(call.request.shared)
    for phase in profile(PROFILE).phases:
        shared = by_phase[phase.phase]
        # One that nobody shares is not written to a cache, which costs more.
        assert len(set(shared)) == 1
        assert bool(shared[0]) is (len(phase.agents) > 1)
    assert any(shared[0] for shared in by_phase.values())


def test_an_intake_may_be_missing(studio: Studio) -> None:
    assert studio.work(studio.start(None, auto_advance=True)).status is Status.SUCCEEDED


# --- what an answer may be ------------------------------------------------------------------------


def test_names_are_cleaned_internal_files_ignored_and_types_told(studio: Studio) -> None:
    odd = {
        "planning/PRD.md": "# P",
        "project_plan.md": "# Plan",
        "../../evil.sh": "true",
        "_scratch.md": "# S",
        "broken.json": "{",
        "data.json": "{}",
        "PRD.md": "# again",
    }
    studio.model.script(studio.model.says(an_answer(odd)))
    run = studio.next(studio.start())
    files = studio.files(run, "planning")
    assert {
        path: (made.artifact_type, made.content_type.split(";")[0]) for path, made in files.items()
    } == {
        "planning/PRD.md": ("prd", "text/markdown"),
        "planning/project_plan.md": ("documentation", "text/markdown"),
        "planning/evil.sh": ("code", "text/plain"),
        "planning/broken.json": ("data", "text/plain"),
        "planning/data.json": ("data", "application/json"),
        "planning/PRD-2.md": ("prd", "text/markdown"),
    }
    assert studio.record(run, "planning")["ignored"] == 1
    assert run.status is Status.WAITING


@pytest.mark.parametrize(
    ("text", "stop_reason", "code", "errors"),
    [
        (
            "no json",
            StopReason.COMPLETE,
            FailureCode.VALIDATION_ERROR,
            ["the answer is not valid JSON"],
        ),
        ("{}", StopReason.COMPLETE, FailureCode.VALIDATION_ERROR, ["files is required"]),
        (
            '{"files": [',
            StopReason.OUTPUT_LIMIT,
            FailureCode.VALIDATION_ERROR,
            ["the answer was cut off at the output limit"],
        ),
        ("I cannot.", StopReason.REFUSED, FailureCode.LLM_ERROR, []),
    ],
)
def test_a_bad_answer_fails_the_phase_and_a_retry_buys_another(
    studio: Studio, text: str, stop_reason: StopReason, code: FailureCode, errors: list[str]
) -> None:
    run = studio.next(studio.start())
    studio.model.script(studio.model.says(text, stop_reason=stop_reason))
    failed = studio.next(run)
    assert (where(failed), failed.error_code) == ((Status.FAILED, ["planning"]), code)
    detail = studio.read(failed, failed.error_detail)
    assert (detail["validation_errors"], detail["raw_response"]) == (errors, text)
    kept = failed.artifacts
    retried = studio.work(studio.commands.retry(failed, "somebody"))
    assert where(retried) == (Status.WAITING, ["planning", "architecture"])
    assert retried.artifacts[: len(kept)] == kept


def test_a_second_agents_bad_answer_keeps_nothing_of_the_first(studio: Studio) -> None:
    run = studio.start(auto_advance=True, profile="rest_api_service")
    composed = studio.model.says(
        an_answer({"openapi.yaml": "openapi: 3.1.0", "api_guide.md": "# G"})
    )
    plan = studio.model.says(an_answer({"PRD.md": "# P", "increments.md": "# I"}))
    studio.model.script(plan, composed, studio.model.says("bad"))
    failed = studio.work(run)
    assert where(failed) == (Status.FAILED, ["planning"])
    assert not studio.files(failed, "architecture")


def test_agents_of_one_phase_do_not_overwrite_each_other(studio: Studio) -> None:
    run = studio.next(studio.start(profile="rest_api_service"))
    first = {"openapi.yaml": "openapi: 3.1.0", "api_guide.md": "# Guide"}
    second = {"architecture.md": "# A", "threat_model.md": "# T", "API_guide.md": "# Other"}
    studio.model.script(studio.model.says(an_answer(first)), studio.model.says(an_answer(second)))
    files = studio.files(studio.next(run), "architecture")
    assert studio.artifacts.read(files["architecture/api_guide.md"]) == b"# Guide"
    assert studio.artifacts.read(files["architecture/API_guide-2.md"]) == b"# Other"


def test_a_passing_failure_is_tried_again_and_finished_phases_are_not(studio: Studio) -> None:
    run = studio.next(studio.start())
    studio.model.script(TransientFailure("LLM_ERROR", "Busy."))
    asked = studio.ask_next(run)
    run = studio.work_until_settled(asked)
    assert where(run) == (Status.WAITING, ["planning", "architecture"])
    assert len(studio.model.calls) == 3


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_worker_loses_nothing_and_repeats_no_finished_phase(
    studio: Studio, phase: str, moment: str
) -> None:
    (studio.probe.kill_before if moment == "before" else studio.probe.kill_after)(phase)
    run = studio.die(studio.start(auto_advance=True))
    assert list(run.steps) == list(PHASES[: PHASES.index(phase)])
    studio.lose_lease(run)
    done = studio.work(run)
    assert done.status is Status.SUCCEEDED
    assert (
        len(studio.model.calls)
        == sum(len(p.agents) for p in profile(PROFILE).phases)
        == done.usage.calls
    )
    assert len(done.artifacts) == len(set(done.artifacts)) == 21


def test_what_agents_answered_is_read_from_the_ledger_and_not_file_by_file(studio: Studio) -> None:
    run = studio.next(studio.start())
    read = studio.files(run, "planning")
    for artifact in read.values():
        cast(InMemoryArtifactStore, studio.artifacts).damage(artifact)
    assert studio.next(run).status is Status.WAITING
    sources = request_of(studio.model.calls[-1].request)["sources"]
    assert {source["path"] for source in sources} == read.keys()


@pytest.mark.parametrize("spoil", ["of an earlier version", "read otherwise", "gone"])
def test_a_store_that_lost_a_file_is_a_persistence_error(
    studio: Studio, spoil: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the answer does not give the files that the phase's record names, they are read."""
    run = studio.next(studio.start())
    cast(InMemoryArtifactStore, studio.artifacts).damage(
        studio.files(run, "planning")["planning/PRD.md"]
    )
    record = studio.record(run, "planning")
    if spoil == "of an earlier version":
        del record["agents"][0]["answer"]
    elif spoil == "read otherwise":
        record["files"][0]["size_bytes"] += 1
    else:
        record["agents"][0]["answer"] = "planning#0#none"
    whole = _Context.result
    monkeypatch.setattr(
        _Context,
        "result",
        lambda ctx, step: record if step == "planning" else whole(ctx, step),
    )
    failed = studio.next(run)
    assert (failed.status, failed.error_code) == (Status.FAILED, FailureCode.PERSISTENCE_ERROR)
    assert len(studio.model.calls) == 1


def test_a_profile_that_is_gone_fails_the_run_for_good(studio: Studio) -> None:
    failed = studio.next(studio.start(profile="gone"))
    assert (failed.status, failed.error_code, len(studio.model.calls)) == (
        Status.FAILED,
        FailureCode.INPUT_INVALID,
        0,
    )


def test_a_budget_stops_the_run_before_the_call_that_could_break_it(studio: Studio) -> None:
    failed = studio.work(studio.start(auto_advance=True, max_cost=1_000))
    assert (failed.error_code, len(studio.model.calls), failed.usage.cost) == (
        FailureCode.BUDGET_EXCEEDED,
        0,
        0,
    )


def test_a_cancelled_run_stops_where_it_is(studio: Studio) -> None:
    run = studio.next(studio.start())
    cancelled = studio.commands.cancel(run, "somebody")
    assert where(cancelled) == (Status.CANCELLED, ["planning"])
