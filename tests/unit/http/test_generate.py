"""Analyses of a project: one run a version, however it is asked for, and what lists
derive of them.

Long because the analyses of a project are played from the first to the last in one place.
"""

import pytest

from bench.sizes import item_size
from shared.adapters.dynamodb.run_codec import run_key
from shared.bootstrap import services
from shared.http.doors import projects
from shared.workflows.analysis.version import PIPELINE_VERSION
from tests.unit.http.project_doors import (
    ADMIN,
    INPUT,
    Doors,
    User,
)


@pytest.fixture
def project(doors: Doors) -> str:
    return doors.project()


def test_generate_makes_a_run_and_rings_the_worker(doors: Doors, project: str) -> None:
    doors.add(project)
    answer = doors.generate(project)
    run = answer.data["run"]
    assert (answer.status, run["status"], run["workflow"]) == (202, "queued", "analysis")
    assert (run["project_id"], run["input_version"], run["pipeline_version"]) == (
        project,
        1,
        PIPELINE_VERSION,
    )
    assert (run["subject"], run["input"]) == ({"type": "project", "id": project}, INPUT)
    assert [step["name"] for step in run["steps"]] == [
        "validate_inputs",
        "collect_evidence",
        "generate_opportunities",
    ]
    assert doors.doorbells() == [run["id"]]


def test_the_worker_ends_it_with_a_summary(doors: Doors, project: str) -> None:
    doors.add(project)
    run = doors.analysed(project)
    assert run["status"] == "succeeded"
    assert run["output"]["summary"]
    assert (run["output"]["input_version"], run["output"]["pipeline_version"]) == (
        1,
        PIPELINE_VERSION,
    )
    cited = {identifier for one in run["output"]["opportunities"] for identifier in one["evidence"]}
    assert cited <= {piece["id"] for piece in run["output"]["evidence"]}
    assert run["usage"]["calls"] == 1


def test_the_same_version_is_the_same_run_whoever_asks_and_however(
    doors: Doors, project: str
) -> None:
    doors.add(project)
    first = doors.generate(project)
    asked = [
        doors.generate(project),
        doors.generate(project, 1),
        doors.generate(project, body={}),
        doors.generate(project, body={"input_version": None}),
        doors.generate(project, user=ADMIN),
        doors.generate(project, idempotency_key="k"),
        doors.generate(project, 1, idempotency_key="k2"),
    ]
    assert {answer.data["run"]["id"] for answer in asked} == {first.data["run"]["id"]}
    assert [answer.status for answer in asked] == [200] * len(asked)
    assert all(answer.headers["idempotency-replayed"] == "true" for answer in asked)
    assert len(doors.doorbells()) == 1


@pytest.mark.parametrize("key", ["k", "", "two words"])
def test_the_idempotency_key_is_ignored_and_that_is_said(
    doors: Doors, project: str, key: str
) -> None:
    doors.add(project)
    answer = doors.generate(project, idempotency_key=key)
    assert (answer.status, answer.headers["idempotency-status"]) == (202, "ignored")
    assert "idempotency-status" not in doors.generate(project).headers


def test_a_new_version_and_a_new_pipeline_are_new_runs(
    doors: Doors, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors.add(project)
    first = doors.generate(project).data["run"]
    doors.add(project)
    second = doors.generate(project).data["run"]
    monkeypatch.setattr(projects, "PIPELINE_VERSION", "another.v2")
    third = doors.generate(project)
    assert (second["input_version"], third.status) == (2, 202)
    assert third.data["run"]["pipeline_version"] == "another.v2"
    assert len({first["id"], second["id"], third.data["run"]["id"]}) == 3
    assert doors.generate(project, 1).data["run"]["id"] not in (
        first["id"],
        third.data["run"]["id"],
    )


def test_the_latest_final_input_is_taken_and_a_draft_when_it_is_asked_for(
    doors: Doors, project: str
) -> None:
    doors.add(project)
    for _ in range(30):
        doors.add(project, status="draft")
    assert doors.generate(project).data["run"]["input_version"] == 1
    assert doors.generate(project, 7).data["run"]["input_version"] == 7


@pytest.mark.parametrize("version", [0, -1, 2, 99_999_999, 10**30, "1", 1.5, True])
def test_an_unknown_version_is_named(doors: Doors, project: str, version: object) -> None:
    doors.add(project)
    answer = doors.generate(project, version)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert [error["field"] for error in answer.error["errors"]] == ["body.input_version"]
    assert doors.runs(project).data["runs"] == []


def test_unknown_fields_are_refused(doors: Doors, project: str) -> None:
    assert (
        doors.generate(project, body={"version": 1}).error["errors"][0]["field"] == "body.version"
    )


def test_waiting_shows_the_end(doors: Doors, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    doors.add(project)
    monkeypatch.setattr(services().clock, "sleep", lambda seconds: doors.work())
    answer = doors.generate(project, prefer="wait=20")
    assert (answer.status, answer.data["run"]["status"]) == (200, "succeeded")
    assert "idempotency-replayed" not in answer.headers


# --- no inputs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("drafts", [0, 1])
def test_without_a_final_input_there_is_a_failed_run_on_record(
    doors: Doors, project: str, drafts: int
) -> None:
    for _ in range(drafts):
        doors.add(project, status="draft")
    first, again = doors.generate(project), doors.generate(project, user=ADMIN)
    assert (first.status, first.error["code"]) == (422, "NO_INPUTS")
    assert again.body == first.body
    run = doors.latest(project).data["run"]
    assert run["id"] == first.error["run_id"]
    assert (run["status"], run["error_info"]["code"], run["input"], run["input_version"]) == (
        "failed",
        "NO_INPUTS",
        None,
        None,
    )
    assert (run["completed_at"], run["started_at"]) == (run["created_at"], None)
    assert doors.doorbells() == []
    assert [row["id"] for row in doors.runs(project, status="failed").data["runs"]] == [run["id"]]


def test_inputs_that_come_later_get_a_run_of_their_own(doors: Doors, project: str) -> None:
    failed = doors.generate(project).error["run_id"]
    doors.add(project)
    answer = doors.generate(project)
    assert answer.status == 202
    assert [row["id"] for row in doors.runs(project).data["runs"]] == [
        answer.data["run"]["id"],
        failed,
    ]


def test_a_run_without_inputs_can_be_tried_again_and_fails_the_same_way(
    doors: Doors, project: str
) -> None:
    run_id = doors.generate(project).error["run_id"]
    run = services().runs.get(run_id)
    assert run is not None
    services().commands.retry(run, "member-1")
    doors.work()
    after = doors.latest(project).data["run"]
    assert (after["status"], after["error_info"]["code"], after["attempt"]) == (
        "failed",
        "NO_INPUTS",
        1,
    )


# --- history --------------------------------------------------------------------------------------


def test_an_input_that_lacks_something_fails_by_name(doors: Doors, project: str) -> None:
    doors.add(project, {"hypothesis": "Only this."})
    run = doors.analysed(project)
    assert (run["status"], run["error_info"]["code"]) == ("failed", "INPUT_INVALID")
    assert [error.split(" ")[0] for error in run["error_info"]["validation_errors"]] == [
        "audience",
        "evidence_notes",
    ]
    assert [step["status"] for step in run["steps"]] == ["failed", "queued", "queued"]


def test_history_is_newest_first_filtered_by_status_and_without_payloads(
    doors: Doors, project: str
) -> None:
    doors.add(project, {})
    doors.analysed(project)
    doors.add(project)
    doors.analysed(project)
    rows = doors.runs(project).data["runs"]
    assert [(row["input_version"], row["status"]) for row in rows] == [
        (2, "succeeded"),
        (1, "failed"),
    ]
    assert not {"input", "output", "steps", "errors"} & set(rows[0])
    assert [row["input_version"] for row in doors.runs(project, status="failed").data["runs"]] == [
        1
    ]
    assert doors.runs(project, status="done").error["errors"][0]["field"] == "query.status"
    page = doors.runs(project, limit="1").data
    rest = doors.runs(project, limit="1", cursor=page["next_cursor"]).data
    assert [page["runs"], rest["runs"], rest["next_cursor"]] == [rows[:1], rows[1:], None]


def test_the_latest_run_of_all_and_of_a_status(doors: Doors, project: str) -> None:
    assert doors.latest(project).data == {"run": None}
    doors.add(project)
    done = doors.analysed(project)
    doors.add(project)
    queued = doors.generate(project).data["run"]
    assert doors.latest(project).data["run"]["id"] == queued["id"]
    assert doors.latest(project, status="succeeded").data["run"] == done
    assert doors.latest(project, status="cancelled").data == {"run": None}


def test_the_second_analysis_rests_on_the_first(doors: Doors, project: str) -> None:
    doors.add(project)
    first = doors.analysed(project)
    doors.add(project)
    second = doors.analysed(project)
    refs = {
        piece["source"]["ref"]
        for piece in second["output"]["evidence"]
        if piece["source"]["kind"] == "run"
    }
    assert refs == {first["id"]}


# --- the dashboard --------------------------------------------------------------------------------


def test_the_list_derives_counts_and_the_last_run(doors: Doors, project: str) -> None:
    [fresh] = doors.projects().data["projects"]
    assert (fresh["inputs_count"], fresh["runs_count"], fresh["last_run"]) == (0, 0, None)
    doors.add(project, status="draft")
    doors.add(project)
    run = doors.analysed(project)
    idle, empty = doors.project("Idle"), doors.project("Empty")
    doors.add(idle)
    failed = doors.generate(empty).error["run_id"]
    rows = {row["id"]: row for row in doors.projects().data["projects"]}
    assert {key: (row["inputs_count"], row["runs_count"]) for key, row in rows.items()} == {
        project: (2, 1),
        idle: (1, 0),
        empty: (0, 1),
    }
    last = {
        "id": run["id"],
        "status": "succeeded",
        "started_at": run["started_at"],
        "finished_at": run["completed_at"],
    }
    assert rows[project]["last_run"] == last
    assert rows[idle]["last_run"] is None
    assert (rows[empty]["last_run"]["id"], rows[empty]["last_run"]["status"]) == (failed, "failed")


def test_a_finished_analysis_fits_into_one_write_unit(doors: Doors) -> None:
    user = User(
        "0b6f5a3e-33f5-4c0e-8f39-4f4b3b0f2a01", "[member]", "5c1f7f6e-1d3b-4f0a-9f0d-6b0a4a8c2b11"
    )
    project = doors.project("Pumps", user)
    for version in range(1, 13):
        doors.add(project, user=user)
        run_id = doors.generate(project, version, user).data["run"]["id"] if version > 10 else None
        doors.work()
    item = doors.dynamodb.get_item(TableName="table", Key=run_key(str(run_id)))["Item"]
    assert item_size(item) <= 1_024


# --- through the door of all runs -----------------------------------------------------------------


def test_a_clone_is_the_run_of_another_version(doors: Doors, project: str) -> None:
    doors.add(project)
    first = doors.analysed(project)
    doors.add(project)
    clone = doors.clone(first["id"], {"input_version": 2})
    assert (clone.status, clone.data["run"]["metadata"]) == (201, {"cloned_from": first["id"]})
    assert doors.generate(project).data["run"]["id"] == clone.data["run"]["id"]
    assert doors.clone(first["id"], {}).status == 409
    assert doors.clone(first["id"], {"input_version": 3}).error["code"] == "VALIDATION_ERROR"


def test_whoever_may_not_use_the_project_cannot_clone_its_runs(doors: Doors, project: str) -> None:
    doors.add(project)
    doors.add(project)
    by_admin = doors.generate(project, 1, ADMIN).data["run"]["id"]
    no_admin_any_more = User(ADMIN.sub, "[member]")
    assert doors.clone(by_admin, {"input_version": 2}, no_admin_any_more).status == 403
