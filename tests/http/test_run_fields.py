"""What a run tells of itself: starts, durations, what holds it, and how it ended by hand."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.demo.client import Client
from shared.runs.codes import FailureCode
from tests.support.care import Ward
from tests.support.waiting import until
from tests.support.witness import CLOCK, needs_local

FIELDS = ("first_started_at", "duration_seconds", "start_at", "blocked_by", "warnings", "record",
          "erased_at")  # fmt: skip
LOST_CALLS = ("lost_calls", "thinking_tokens", "uncertain_usd")


def ahead(ward: Ward, days: float) -> str:
    """That far ahead by the stack's clock, which other tests have moved."""
    now = ward.advance(0).body["now"]
    return (datetime.fromisoformat(now) + timedelta(days=days)).isoformat()


@pytest.mark.rule("R-VIEW-1")
def test_a_run_is_first_started_once_and_lasts_from_there_to_its_end(ward: Ward) -> None:
    ward.script("401")
    run = ward.create(wait=25).data["run"]
    assert run["first_started_at"] == run["started_at"]
    ward.script("hang")
    queued = ward.retry(run["id"]).data["run"]
    assert (queued["started_at"], queued["duration_seconds"]) == (None, None)
    assert queued["first_started_at"] == run["first_started_at"]
    ward.cancel(run["id"])
    ended = ward.run(run["id"])
    lasted = moment(ended["completed_at"]) - moment(ended["first_started_at"])
    assert ended["duration_seconds"] == pytest.approx(lasted.total_seconds())
    for step in run["steps"]:
        assert (step["duration_seconds"] is None) == (step["completed_at"] is None), step


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.rule("R-VIEW-1")
def test_every_door_and_list_has_every_field(ward: Ward, client: Client) -> None:
    run_id = ward.a_run()
    paths = (f"/runs/{run_id}", f"/api/studio/diagnosis-runs/{run_id}", "/runs",
             f"/api/diagnosis-runs/{run_id}", "/api/diagnosis-runs",
             f"/api/studio/patients/{ward.patient}/diagnosis-runs")  # fmt: skip
    for path in paths:
        data = client.call("GET", path, None, "clinician").data
        found = data.get("runs", [data.get("run")])
        shown = [run for run in found if run["status"] != "unreadable"]  # another suite leaves such
        assert run_id in {run["id"] for run in shown}, path
        for run in shown:
            assert set(FIELDS) <= run.keys(), path
            assert set(LOST_CALLS) <= run["usage"].keys(), path
    run = ward.run(run_id)
    assert [run[name] for name in FIELDS] == [None, None, None, "manual", [], None, None]


@needs_local(CLOCK)
@pytest.mark.rule("R-START-1")
def test_a_run_is_not_started_before_the_moment_that_its_creator_names(calendar: Ward) -> None:
    run = calendar.create(start_at=ahead(calendar, 2)).data["run"]
    assert (run["status"], run["blocked_by"]) == ("queued", "start_at")
    assert moment(run["start_at"]) == moment(run["available_at"])
    assert moment(run["deadline_at"]) > moment(run["start_at"])
    calendar.advance(3_600)
    assert calendar.run(run["id"])["status"] == "queued"
    calendar.advance(2 * 86_400)
    assert calendar.run(run["id"], wait=20)["status"] == "succeeded"


@pytest.mark.rule("R-START-1")
def test_execute_starts_it_now(ward: Ward) -> None:
    run_id = ward.create(start_at=ahead(ward, 2)).data["run"]["id"]
    assert ward.execute(run_id).data["run"]["start_at"] is None
    assert ward.run(run_id, wait=20)["status"] == "succeeded"


@pytest.mark.rule("R-START-1")
@pytest.mark.parametrize("start", [None, "tomorrow", "2026-02-30T00:00:00Z", 5, "2027-01-01"])
def test_a_start_that_is_no_time_or_too_far_ahead_is_refused(
    ward: Ward, client: Client, start: Any
) -> None:
    start = start or ahead(ward, 31)
    intake = {"profile": "analytics_forecast_app", "intake": "A forecast."}
    answers = [
        (ward.create(start_at=start), "body.start_at"),
        (ward.assess(ward.assessment(), start_at=start), "body.start_at"),
        (client.call("POST", "/runs", {**intake, "start_at": start}, "member"), "body.start_at"),
        (
            client.call(
                "POST",
                f"/runs/{ward.a_run()}/clone",
                {"overrides": {"start_at": start}},
                "clinician",
            ),
            "body.overrides.start_at",
        ),
    ]
    for answer, field in answers:
        assert (answer.status, answer.code) == (422, "VALIDATION_ERROR")
        assert [one["field"] for one in answer.body["error"]["errors"]] == [field]


@pytest.mark.rule("R-START-1")
def test_a_start_that_has_passed_is_now(ward: Ward) -> None:
    run = ward.create(start_at="2001-01-01T00:00:00+02:00", wait=25).data["run"]
    assert (run["status"], run["start_at"]) == ("succeeded", None)


@pytest.mark.rule("R-HAND-2")
def test_a_person_fails_a_run_under_a_code_of_the_list(ward: Ward) -> None:
    for code in FailureCode:
        run_id = ward.a_run("running")
        info = {"code": code, "message": "m"}
        assert ward.update(run_id, status="failed", error_info=info).status == 200, code
    run_id = ward.a_run("running")
    for word in ("Quillfeather_HIV", "LEASE_LOST", "", None, 7):
        refused = ward.update(run_id, status="failed", error_info={"code": word, "message": "m"})
        assert (refused.status, refused.code) == (422, "VALIDATION_ERROR"), word


@pytest.mark.rule("R-HAND-2")
def test_what_a_person_wrote_is_for_staff_and_stands_in_no_list(ward: Ward, client: Client) -> None:
    ward.belongs_to("patient")
    run_id = ward.a_run("running")
    words = "Quillfeather refuses to go on"
    info = {"code": "PERSON_FAILED", "message": words}
    assert words in str(ward.update(run_id, status="failed", error_info=info).body)
    assert words in str(ward.run(run_id))
    seen = [
        *(client.call("GET", path, None, "patient")
          for path in (f"/runs/{run_id}", f"/api/diagnosis-runs/{run_id}")),
        *(client.call("GET", path, None, "clinician")
          for path in ("/runs", "/api/diagnosis-runs", f"/runs/{run_id}/events",
                       f"/api/studio/patients/{ward.patient}/diagnosis-runs")),
    ]  # fmt: skip
    for answer in seen:
        assert answer.status == 200
        assert "Quillfeather" not in str(answer.body)
    told = client.call("GET", f"/runs/{run_id}", None, "patient").data["run"]["error_info"]
    assert (told["code"], told["message"]) == (
        "PERSON_FAILED",
        "A person ended the run as failed.",
    )
    ward.belongs_to(None)


@pytest.mark.rule("R-HAND-2")
def test_a_word_that_an_earlier_version_kept_is_told_to_nobody(ward: Ward, client: Client) -> None:
    run_id = ward.a_run("failed")
    stored = {"ec": "Quillfeather_HIV"}
    assert client.call("POST", "/dev/item", {"run_id": run_id, "set": stored}).status == 200
    for path in (f"/runs/{run_id}", "/runs", f"/runs/{run_id}/events"):
        assert "Quillfeather" not in str(client.call("GET", path, None, "clinician").body), path


@pytest.mark.rule("R-LIST-1")
def test_a_list_takes_several_statuses(ward: Ward, client: Client) -> None:
    made = {status: ward.a_run(status) for status in ("queued", "running", "cancelled", "failed")}
    for path in (f"/api/studio/patients/{ward.patient}/diagnosis-runs", "/api/diagnosis-runs",
                 "/runs"):  # fmt: skip
        query = "status=cancelled&status=failed"
        runs = client.call("GET", f"{path}?{query}", None, "clinician").data["runs"]
        ids = [run["id"] for run in runs]
        assert {made["cancelled"], made["failed"]} <= set(ids), path
        assert {run["status"] for run in runs} == {"cancelled", "failed"}, path
    refused = client.call("GET", "/runs?status=failed&status=done", None, "clinician")
    assert [one["field"] for one in refused.body["error"]["errors"]] == ["query.status"]


@pytest.mark.rule("R-ACCESS-1")
def test_who_lost_the_right_while_waiting_gets_what_a_plain_get_would(
    ward: Ward, client: Client
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ward.script({"slow": 6})
    run_id = ward.create().data["run"]["id"]
    until(lambda: ward.run(run_id), _calls_model)
    seq = ward.events(run_id)[-1]["seq"]
    paths = (f"/runs/{run_id}", f"/api/diagnosis-runs/{run_id}",
             f"/api/studio/diagnosis-runs/{run_id}",
             f"/runs/{run_id}/events?after={seq}")  # fmt: skip
    with ThreadPoolExecutor(len(paths)) as pool:
        held = [
            pool.submit(client.call, "GET", path, None, "clinician", prefer="wait=15")
            for path in paths
        ]
        ward.unassign("clinician")
        assert [one.result().code for one in held] == ["FORBIDDEN"] * len(paths)


def _calls_model(run: dict[str, Any]) -> bool:
    return (run["status"], run["current_step"]) == ("running", "call_model")
