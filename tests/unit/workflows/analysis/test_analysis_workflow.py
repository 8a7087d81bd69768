"""The analysis workflow in the real engine: its output, its failures by name, and what survives a
retry.
"""

import pytest

from shared.errors import TransientFailure
from shared.records.run import Run, Status
from shared.runs import transitions
from shared.runs.model import ModelAnswer, StopReason
from shared.runs.timing import DAY, SECOND
from tests.fakes.world import Killed
from tests.unit.workflows.analysis.analysis_stage import (
    DOCUMENT,
    OTHER_PROJECT,
    Stage,
    an_answer,
    an_opportunity,
)


def failed(stage: Stage, run: Run, code: str) -> list[str]:
    assert (run.status, run.error_code) == (Status.FAILED, code)
    errors: list[str] = stage.detail(run)["validation_errors"]
    return errors


def test_an_analysis_ends_with_ranked_opportunities_over_its_evidence(stage: Stage) -> None:
    stage.model.script(
        stage.model.says(
            an_answer(an_opportunity(title="B", evidence=["e2"]), an_opportunity(title="A"))
        )
    )
    run = stage.done(version=4)
    output = stage.output(run)
    assert run.status is Status.SUCCEEDED
    assert set(output) == {
        "pipeline_version",
        "input_version",
        "summary",
        "opportunities",
        "evidence",
        "evidence_left_out",
    }
    assert (output["pipeline_version"], output["input_version"], output["summary"]) == (
        "p1",
        4,
        "Searching costs time.",
    )
    assert [(one["rank"], one["title"], one["evidence"]) for one in output["opportunities"]] == [
        (1, "B", ["e2"]),
        (2, "A", ["e1"]),
    ]
    assert [
        (piece["id"], piece["source"]["ref"], piece["source"]["quote"])
        for piece in output["evidence"]
    ] == [
        ("e1", 4, "11 of 14 search twice a shift."),
        ("e2", 4, "Median search: 9 minutes."),
    ]


def test_every_step_leaves_small_metrics_with_its_duration(stage: Stage) -> None:
    stage.model.script(lambda still_wanted: _slowly(stage))
    run = stage.done({**DOCUMENT, "budget": "20 days"})
    assert stage.metrics(run) == {
        "validate_inputs": {"notes": 2, "further": 1, "ms": 0},
        "collect_evidence": {"noted": 3, "earlier": 0, "left_out": 0, "ms": 0},
        "generate_opportunities": {"opportunities": 1, "cited": 1, "ms": 1_500},
    }


def _slowly(stage: Stage) -> ModelAnswer:
    stage.clock.advance(1_500)
    return stage.model.says(an_answer())


def test_what_is_missing_is_named_and_no_model_is_asked(stage: Stage) -> None:
    errors = failed(stage, stage.done({"hypothesis": "Only this."}), "INPUT_INVALID")
    assert [error.split(" ")[0] for error in errors] == ["audience", "evidence_notes"]
    assert stage.model.calls == []


@pytest.mark.parametrize("document", [{}, [], "text"])
def test_a_document_that_says_nothing_lacks_everything(stage: Stage, document: object) -> None:
    assert len(failed(stage, stage.done(document), "INPUT_INVALID")) == 3


def test_a_run_without_inputs_that_is_tried_again_fails_as_before(stage: Stage) -> None:
    failed(stage, stage.work(stage.create(None, None)), "NO_INPUTS")


# --- earlier runs ---------------------------------------------------------------------------------


def test_conclusions_of_earlier_runs_are_evidence_with_their_run_as_source(stage: Stage) -> None:
    first = stage.done()
    second = stage.done(version=2)
    sources = [piece["source"] for piece in stage.output(second)["evidence"]]
    assert [(one["kind"], one["ref"], one["part"]) for one in sources[2:]] == [
        ("run", first.id, "summary"),
        ("run", first.id, "opportunities[0]"),
    ]
    assert stage.metrics(second)["collect_evidence"]["earlier"] == 2


def test_only_earlier_runs_of_this_project_and_organisation_that_succeeded_count(
    stage: Stage,
) -> None:
    stage.done(project=OTHER_PROJECT)
    stage.done(org="other")
    failed(stage, stage.done({}), "INPUT_INVALID")
    waiting = stage.create(version=9)
    stage.done(version=10)
    assert stage.metrics(stage.work(waiting))["collect_evidence"]["earlier"] == 0


def test_the_newest_five_are_read_and_a_lost_output_says_nothing(stage: Stage) -> None:
    runs = [stage.done(version=number) for number in range(1, 8)]
    lost = runs[-1]
    assert lost.output is not None
    stage.payloads.damage(lost, lost.output)
    last = stage.done(version=8)
    refs = {
        piece["source"]["ref"]
        for piece in stage.output(last)["evidence"]
        if piece["source"]["kind"] == "run"
    }
    assert refs == {run.id for run in runs[2:6]}


def test_failures_do_not_hide_what_was_concluded_before_them(stage: Stage) -> None:
    first = stage.done()
    for version in range(2, 10):
        failed(stage, stage.done({}, version), "INPUT_INVALID")
    refs = {piece["source"]["ref"] for piece in stage.output(stage.done(version=10))["evidence"]}
    assert refs == {10, first.id}


# --- the model ------------------------------------------------------------------------------------


def test_a_dangling_reference_fails_the_run_and_a_retry_asks_anew(stage: Stage) -> None:
    bad = an_answer(an_opportunity(evidence=["e7"]))
    stage.model.script(stage.model.says(bad))
    run = stage.done()
    assert failed(stage, run, "VALIDATION_ERROR") == [
        "opportunities[0].evidence[0] refers to no collected evidence"
    ]
    assert stage.detail(run)["raw_response"] == bad
    before = stage.metrics(run)
    stage.runs.apply(
        transitions.retry(run, "member-1", stage.clock.advance(SECOND), "op", stage.creator.timing)
    )
    again = stage.work(run.id)
    assert again.status is Status.SUCCEEDED
    assert len(stage.model.calls) == 2
    assert {name: stage.metrics(again)[name] for name in before} == before
    assert set(before) == {"validate_inputs", "collect_evidence"}


def test_a_refusal_is_the_model_s_failure(stage: Stage) -> None:
    stage.model.script(stage.model.says("", stop_reason=StopReason.REFUSED))
    failed(stage, stage.done(), "LLM_ERROR")


def test_metrics_survive_a_transient_failure_and_finished_steps_are_not_run_again(
    stage: Stage,
) -> None:
    stage.model.script(TransientFailure("LLM_ERROR", "The model is overloaded."))
    run = stage.done()
    kept = dict(run.steps)
    assert (run.status, set(kept)) == (Status.QUEUED, {"validate_inputs", "collect_evidence"})
    stage.done(
        version=2
    )  # another analysis ends meanwhile, which the first must not notice any more
    stage.clock.advance(DAY // 24)
    again = stage.work(run.id)
    assert again.status is Status.SUCCEEDED
    assert {name: again.steps[name] for name in kept} == kept
    assert stage.metrics(again)["collect_evidence"]["earlier"] == 0


def test_an_answer_that_was_paid_for_is_not_bought_again(stage: Stage) -> None:
    run_id = stage.create()
    stage.probe.kill_after("generate_opportunities")
    with pytest.raises(Killed):
        stage.worker.execute(run_id, lambda: 300_000)
    lost = stage.run(run_id)
    assert lost.lease_until is not None
    stage.clock.advance(lost.lease_until - stage.clock.now_ms())
    stage.runs.apply(transitions.lose_lease(lost, stage.clock.now_ms(), "op"))
    run = stage.work(run_id)
    assert run.status is Status.SUCCEEDED
    assert len(stage.model.calls) == 1
    assert run.usage.reused_calls == 1


def test_requests_of_the_same_material_are_the_same(stage: Stage) -> None:
    stage.done()
    one = stage.asked()
    other = Stage()
    other.done()
    assert one.sha256() == other.asked().sha256()
    assert one.max_output_tokens == 4_000
