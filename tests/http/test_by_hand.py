"""A run in a person's hands: PATCH takes a queued run, and ends one so taken. The worker's runs are
not a person's to end.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.care import Ward
from tests.support.waiting import until
from tests.support.witness import CLOCK, needs_local

HOUR, DAY = 3_600, 86_400
pytestmark = pytest.mark.rule("R-HAND-1")


def test_taken_and_ended_with_an_output(ward: Ward) -> None:
    run_id = ward.a_run()
    taken = ward.update(run_id, status="running").data["run"]
    assert (taken["status"], taken["attempt"], taken["completed_at"], taken["output"]) == (
        "running",
        1,
        None,
        None,
    )
    assert taken["started_at"]
    ended = ward.update(run_id, status="succeeded", output_data={"summary": "seen by hand"}).data[
        "run"
    ]
    assert (ended["status"], ended["output"], ended["output_data"]) == (
        "succeeded",
        {"summary": "seen by hand"},
        {"summary": "seen by hand"},
    )
    assert (ended["artifact_id"], ended["error_info"], ended["usage"]["calls"]) == (None, None, 0)
    assert ended["started_at"] <= ended["completed_at"]


def test_taken_and_ended_as_failed(ward: Ward) -> None:
    run_id = ward.a_run("running")
    ended = ward.update(
        run_id,
        status="failed",
        error_info={"code": "PERSON_FAILED", "message": "The trace is noise."},
    ).data["run"]
    assert (ended["status"], ended["output"]) == ("failed", None)
    assert (ended["error_info"]["code"], ended["error_info"]["message"]) == (
        "PERSON_FAILED",
        "The trace is noise.",
    )
    assert [(error["code"], error["message"]) for error in ended["errors"]] == [
        ("PERSON_FAILED", "A person ended the run as failed.")
    ]


@pytest.mark.parametrize("sent", [
    {}, {"status": "queued"}, {"status": "cancelled"}, {"status": "completed"}, {"status": None},
    {"status": "succeeded"},
    {"status": "failed"}, {"status": "failed", "error_info": {}},
    {"status": "failed", "error_info": {"code": "PERSON_FAILED"}},
    {"status": "failed", "error_info": {"code": "PERSON_FAILED", "message": ""}},
    {"status": "failed", "error_info": {"code": "ECG_UNREADABLE", "message": "m"}},
    {"status": "failed", "error_info": {"code": "PERSON_FAILED", "message": "m", "more": 1}},
    {"status": "succeeded", "output_data": None},
    {"status": "succeeded", "output_data": []},
    {"status": "succeeded", "output_data": {},
     "error_info": {"code": "PERSON_FAILED", "message": "m"}},
    {"status": "running", "output_data": {}},
    {"status": "succeeded", "output_data": {"a": "x" * 256 * 1024}},
], ids=lambda sent: str(sent)[:60])  # fmt: skip
def test_a_missing_part_or_another_word_is_a_422(ward: Ward, sent: dict[str, Any]) -> None:
    run_id = ward.a_run("running")
    assert ward.update(run_id, **sent).code == "VALIDATION_ERROR"
    assert ward.run(run_id)["status"] == "running"


@pytest.mark.parametrize(("sent", "wrong"), [
    ({}, "status"), ({"status": "succeeded"}, "output_data"), ({"status": "failed"}, "error_info"),
    ({"status": "running", "output_data": {}}, "output_data"),
    ({"status": "failed", "error_info": {"code": "PERSON_FAILED"}}, "error_info.message"),
], ids=str)  # fmt: skip
def test_the_part_that_is_missing_or_too_much_is_named(
    ward: Ward, sent: dict[str, Any], wrong: str
) -> None:
    (error,) = ward.update(ward.a_run("running"), **sent).body["error"]["errors"]
    assert error["field"] == f"body.{wrong}"


@pytest.mark.rule("R-STATE-1")
def test_any_other_state_is_a_conflict(ward: Ward) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "take": {"status": "running"},
        "succeed": {"status": "succeeded", "output_data": {}},
        "fail": {"status": "failed", "error_info": {"code": "PERSON_FAILED", "message": "m"}},
    }
    allowed = {("take", "queued"), ("succeed", "running"), ("fail", "running")}
    for status in ("queued", "running", "succeeded", "failed", "cancelled"):
        for what, body in bodies.items():
            answer = ward.update(ward.a_run(status), **body)
            assert answer.status == (200 if (what, status) in allowed else 409), (
                f"{what} a {status} run"
            )


def test_of_those_who_take_it_at_once_one_has_it(ward: Ward) -> None:
    run_id = ward.a_run()
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(
                lambda n: ward.update(run_id, ("clinician", "admin")[n % 2], status="running"),
                range(16),
            )
        )
    assert Counter(answer.status for answer in answers) == {200: 1, 409: 15}
    assert (ward.run(run_id)["attempt"], len(ward.events(run_id))) == (1, 2)


def test_of_a_person_and_the_worker_one_has_it(ward: Ward) -> None:
    for _ in range(4):
        run_id = ward.a_run()
        with ThreadPoolExecutor(2) as pool:
            taken, asked = (
                pool.submit(ward.update, run_id, status="running"),
                pool.submit(ward.execute, run_id),
            )
        run = ward.run(run_id, wait=10)
        assert run["attempt"] == 1
        if taken.result().status == 200 and run["status"] == "running":
            assert ward.update(run_id, status="succeeded", output_data={}).status == 200
        else:
            assert (run["status"], asked.result().status) == ("succeeded", 202)


def test_what_the_worker_executes_is_not_a_persons_to_take_or_to_end(ward: Ward) -> None:
    ward.script("hang")
    run_id = ward.create().data["run"]["id"]
    until(lambda: ward.run(run_id)["status"], lambda status: status == "running")
    for body in (
        {"status": "running"},
        {"status": "succeeded", "output_data": {}},
        {"status": "failed", "error_info": {"code": "PERSON_FAILED", "message": "m"}},
    ):
        assert (ward.update(run_id, **body).code, ward.update(run_id, "admin", **body).code) == (
            "CONFLICT",
            "CONFLICT",
        )
    assert ward.cancel(run_id).status == 200


def test_only_its_creator_while_still_assigned_and_the_admins_may(ward: Ward) -> None:
    ward.assign("other-clinician")
    run_id = ward.a_run("running")
    assert (
        ward.update(run_id, "other-clinician", status="succeeded", output_data={}).code
        == "FORBIDDEN"
    )
    ward.unassign("clinician")
    assert ward.update(run_id, status="succeeded", output_data={}).code == "FORBIDDEN"
    assert ward.update(run_id, "admin", status="succeeded", output_data={}).status == 200


@needs_local(CLOCK)
def test_neither_execute_nor_the_worker_touches_it(calendar: Ward) -> None:
    before = calendar.model_calls()
    run_id = calendar.a_run("running")
    assert calendar.execute(run_id).code == "CONFLICT"
    calendar.advance(20 * HOUR)
    assert (calendar.run(run_id)["status"], calendar.model_calls()) == ("running", before)
    assert calendar.update(run_id, status="succeeded", output_data={}).status == 200


@needs_local(CLOCK)
@pytest.mark.rule("R-BOUND-2")
def test_who_took_it_has_24_hours(calendar: Ward) -> None:
    run_id = calendar.a_run("running")
    calendar.advance(DAY - 60)
    assert calendar.run(run_id)["status"] == "running"
    calendar.advance(180)
    run = calendar.run(run_id)
    assert (run["status"], run["error_info"]["code"], run["attempt"]) == (
        "failed",
        "LEASE_EXPIRED",
        1,
    )
    assert calendar.update(run_id, status="succeeded", output_data={}).code == "CONFLICT"


def test_a_retry_of_what_a_person_failed_is_the_workers(ward: Ward) -> None:
    run_id = ward.a_run("failed")
    assert ward.retry(run_id).status == 202
    run = ward.run(run_id, wait=20)
    assert (run["status"], run["attempt"], run["max_attempts"]) == ("succeeded", 2, 3)
