"""The studio door: every row of its table in API.md, as written.

Long because the whole of the door's contract is read in one place.
"""

import json
import re
from typing import Any

import pytest

from local.demo.client import Client
from tests.support import fields
from tests.support.care import Ward
from tests.support.waiting import until

KB, MB = 1024, 1024 * 1024
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def fields_of(answer: Any) -> list[str]:
    return [error["field"] for error in answer.body["error"]["errors"]]


# --- POST .../diagnosis-runs ----------------------------------------------------------------------


def test_a_new_run_shows_every_field_null_where_it_has_no_value(ward: Ward) -> None:
    """Long because every field is named."""
    answer = ward.create(dispatch="manual", tags=["urgent"])
    run = answer.data["run"]
    assert (answer.status, run.keys()) == (201, fields.RUN | fields.STUDIO)
    assert run["subject"] == {"type": "patient", "id": ward.patient}
    assert (run["patient_id"], run["clinician_user_id"], run["created_by"]) == (
        ward.patient,
        ward.sub("clinician"),
        ward.sub("clinician"),
    )
    assert (run["workflow"], run["org_id"], run["status"], run["dispatch"]) == (
        "diagnosis",
        "demo",
        "queued",
        "manual",
    )
    assert (
        run["attempt"],
        run["max_attempts"],
        run["artifacts_count"],
        run["tags"],
        run["metadata"],
    ) == (0, 3, 0, ["urgent"], {})
    assert run["input"] == run["input_config"] == {"question": "why"}
    absent = ("started_at", "completed_at", "artifact_id", "output", "output_data", "error_info")
    assert {name: run[name] for name in absent} == dict.fromkeys(absent)
    assert run["errors"] == []
    assert [step["name"] for step in run["steps"]] == [
        "build_context",
        "call_model",
        "validate",
        "persist",
    ]
    assert all(step.keys() == fields.STEP for step in run["steps"])
    assert run["current_step"] == "build_context"
    assert run["usage"].keys() == fields.USAGE
    assert (run["usage"]["model"], run["usage"]["calls"], run["usage"]["cost_usd"]) == (None, 0, 0)
    assert all(
        TIME.fullmatch(run[name])
        for name in ("created_at", "updated_at", "deadline_at", "available_at")
    )


@pytest.mark.rule("R-STATE-2")
def test_a_run_of_its_own_accord_ends_with_every_field_of_a_success(ward: Ward) -> None:
    run = ward.create(wait=25).data["run"]
    assert (run["status"], run["dispatch"], run["current_step"], run["available_at"]) == (
        "succeeded",
        "auto",
        None,
        None,
    )
    assert (
        run["output"]
        == run["output_data"]
        == {"artifact_id": run["artifact_id"], "diagnosis": run["output"]["diagnosis"]}
    )
    assert run["output"]["diagnosis"]["metadata"].keys() == fields.DIAGNOSIS_METADATA
    assert run["created_at"] <= run["started_at"] <= run["completed_at"] == run["updated_at"]
    assert [(step["status"], step["attempt"], step["error"]) for step in run["steps"]] == [
        ("succeeded", 1, None)
    ] * 4
    bought = {
        name: step["usage"] for step in run["steps"] for name in [step["name"]] if step["usage"]
    }
    assert bought == {"call_model": run["usage"]}
    assert run["usage"]["cost_usd"] > 0


@pytest.mark.parametrize(("sent", "wrong"), [
    ({}, "body.input_config"), ({"input_config": []}, "body.input_config"),
    ({"input_config": None}, "body.input_config"),
    ({"input_config": "x"}, "body.input_config"), ({"dispatch": "later"}, "body.dispatch"),
    ({"max_attempts": 0}, "body.max_attempts"), ({"max_attempts": 11}, "body.max_attempts"),
    ({"max_attempts": "3"}, "body.max_attempts"),
    ({"max_attempts": 2.5}, "body.max_attempts"), ({"max_attempts": True}, "body.max_attempts"),
    ({"max_attempts": 10**400}, "body.max_attempts"),
    ({"max_cost_usd": 0}, "body.max_cost_usd"), ({"max_cost_usd": -1}, "body.max_cost_usd"),
    ({"max_cost_usd": "1"}, "body.max_cost_usd"),
    ({"max_cost_usd": 10**400}, "body.max_cost_usd"),
    ({"max_cost_usd": False}, "body.max_cost_usd"), ({"tags": "a"}, "body.tags"),
    ({"tags": ["x"] * 21}, "body.tags"), ({"tags": [""]}, "body.tags[0]"),
    ({"tags": ["a", "x" * 65]}, "body.tags[1]"),
    ({"tags": [1]}, "body.tags[0]"), ({"status": "running"}, "body.status"),
    ({"inputConfig": {}}, "body.inputConfig"),
], ids=lambda value: str(value)[:30])  # fmt: skip
def test_a_field_out_of_its_bounds_is_named(
    ward: Ward, client: Client, sent: dict[str, Any], wrong: str
) -> None:
    body = sent if wrong == "body.input_config" else {"input_config": {}, **sent}
    answer = client.call(
        "POST", f"/api/studio/patients/{ward.patient}/diagnosis-runs", body, "clinician"
    )
    assert (answer.code, fields_of(answer)) == ("VALIDATION_ERROR", [wrong])


@pytest.mark.parametrize("sent", [
    {"max_attempts": 1}, {"max_attempts": 10}, {"tags": ["x" * 64] * 20},
    {"tags": ["ü", "a b", "💊"]}, {"max_cost_usd": 5},
    {"max_cost_usd": 0.01},
    {"input_config": {"": None, "深": [[[[]]]], "n": 1e308, "z": -0.0, "i": 2**63}},
], ids=lambda value: str(value)[:30])  # fmt: skip
def test_a_field_within_its_bounds_is_kept_as_it_was_sent(ward: Ward, sent: dict[str, Any]) -> None:
    run = ward.create(dispatch="manual", **sent).data["run"]
    assert {name: run[name] for name in sent if name in run} == {
        name: value for name, value in sent.items() if name in run
    }
    assert ward.run(run["id"])["input"] == sent.get("input_config", {"question": "why"})


@pytest.mark.parametrize("text", ["x", "\u00fc", "\U0001f48a", '"', "\\", "\x01"], ids=ascii)
def test_the_largest_body_is_kept_and_shown_whatever_it_is_made_of(
    ward: Ward, client: Client, text: str
) -> None:
    room = MB - len(json.dumps({"input_config": {"a": ""}, "dispatch": "manual"}))
    config = {"a": text * (room // (len(json.dumps(text, ensure_ascii=False).encode()) - 2))}
    body = json.dumps({"input_config": config, "dispatch": "manual"}, ensure_ascii=False).encode()
    made = client.call(
        "POST", f"/api/studio/patients/{ward.patient}/diagnosis-runs", body, "clinician"
    )
    assert (made.status, ward.run(made.data["run"]["id"])["input"] == config) == (201, True)


def test_numbers_that_are_longer_when_written_out_count_as_long_as_that(
    ward: Ward, client: Client
) -> None:
    body = b'{"input_config": {"a": [%s]}}' % b",".join([b"1e15"] * 60_000)
    assert (
        client.call(
            "POST", f"/api/studio/patients/{ward.patient}/diagnosis-runs", body, "clinician"
        ).code
        == "TOO_LARGE"
    )


# --- GET .../diagnosis-runs -----------------------------------------------------------------------


def test_the_list_is_newest_first_in_rows_and_filters_by_status(ward: Ward, client: Client) -> None:
    made = [
        ward.a_run(status)
        for status in ("queued", "succeeded", "failed", "cancelled", "running", "queued")
    ]
    path = f"/api/studio/patients/{ward.patient}/diagnosis-runs"
    rows = client.call("GET", path, None, "clinician").data["runs"]
    assert [row["id"] for row in rows] == made[::-1]
    assert all(row.keys() == fields.ROW | {"patient_id", "clinician_user_id"} for row in rows)
    for status, expected in {
        "queued": [made[5], made[0]],
        "failed": [made[2]],
        "waiting": [],
        "cancelled": [made[3]],
    }.items():
        found = client.call("GET", f"{path}?status={status}", None, "clinician").data
        assert ([row["id"] for row in found["runs"]], found["next_cursor"]) == (expected, None)


# --- GET one --------------------------------------------------------------------------------------


def test_a_run_is_shown_with_its_failure(ward: Ward) -> None:
    ward.script("missing_fields")
    run = ward.create(wait=25).data["run"]
    assert run["error_info"].keys() == fields.ERROR_INFO | {"raw_response"}
    assert (run["error_info"]["code"], run["error_info"]["step"]) == (
        "VALIDATION_ERROR",
        "validate",
    )
    assert [error.keys() for error in run["errors"]] == [fields.ERROR]
    assert (run["errors"][0]["code"], run["errors"][0]["attempt"], run["errors"][0]["step"]) == (
        "VALIDATION_ERROR",
        1,
        "validate",
    )
    assert (run["output"], run["artifact_id"]) == (None, None)
    assert run["current_step"] == "validate"
    outcomes = [(s["name"], s["status"], (s["error"] or {}).get("code")) for s in run["steps"]]
    assert outcomes == [
        ("build_context", "succeeded", None), ("call_model", "succeeded", None),
        ("validate", "failed", "VALIDATION_ERROR"),
        ("persist", "queued", None),
    ]  # fmt: skip
    asked = run["steps"][1]
    assert (asked["usage"], asked["started_at"] < asked["completed_at"]) == (run["usage"], True)
    assert run["usage"]["calls"] == 1


def test_the_models_raw_answer_is_for_the_creator_and_the_admins(ward: Ward) -> None:
    ward.assign("other-clinician")
    ward.script("not_json")
    run_id = ward.create(wait=25).data["run"]["id"]
    shown = {
        user: "raw_response" in ward.run(run_id, user)["error_info"]
        for user in ("clinician", "admin", "other-clinician")
    }
    assert shown == {"clinician": True, "admin": True, "other-clinician": False}


# --- POST .../execute -----------------------------------------------------------------------------


@pytest.mark.rule("R-EXEC-1")
def test_execute_is_accepted_once_and_the_run_gets_its_artifact(ward: Ward) -> None:
    run_id = ward.a_run()
    accepted = ward.execute(run_id)
    assert (accepted.status, accepted.data["run"]["id"], accepted.data["run"]["dispatch"]) == (
        202,
        run_id,
        "auto",
    )
    run = ward.run(run_id, wait=20)
    assert (run["status"], run["attempt"]) == ("succeeded", 1)
    assert run["artifact_id"]
    again = ward.execute(run_id)
    assert (again.code, again.body["error"]["message"]) == (
        "CONFLICT",
        "Run is not in 'queued' status (current: succeeded)",
    )


def test_execute_in_another_state_is_a_conflict_that_names_both_states(ward: Ward) -> None:
    for status in ("running", "succeeded", "failed", "cancelled"):
        answer = ward.execute(ward.a_run(status))
        assert (answer.code, answer.body["error"]["message"]) == (
            "CONFLICT",
            f"Run is not in 'queued' status (current: {status})",
        )


def test_execute_clears_a_backoff_once_for_every_time_it_was_queued(ward: Ward) -> None:
    ward.script("500", "500", "ok")
    run_id = ward.create().data["run"]["id"]
    for attempt in (1, 2):
        until(
            lambda: ward.run(run_id),
            lambda run: (run["status"], run["attempt"]) == ("queued", attempt),  # noqa: B023
        )
        assert ward.execute(run_id).status == 202
    assert (ward.run(run_id, wait=20)["status"], ward.run(run_id)["attempt"]) == ("succeeded", 3)


# --- artifacts ------------------------------------------------------------------------------------


def test_artifacts_are_listed_in_their_order_without_content_and_shown_with_it(
    ward: Ward, client: Client
) -> None:
    run_id = ward.a_run()
    for name in ("first", "second"):
        made = ward.attach(
            run_id, artifact_type="report", artifact_name=name, artifact_data={"text": name}
        )
        assert (made.status, made.data["artifact"].keys()) == (201, fields.ARTIFACT)
    ward.execute(run_id)
    run = ward.run(run_id, wait=20)
    rows = client.call(
        "GET", f"/api/studio/diagnosis-runs/{run_id}/artifacts", None, "clinician"
    ).data["artifacts"]
    assert [(row["artifact_name"], row["sequence_order"]) for row in rows][:2] == [
        ("first", 1),
        ("second", 2),
    ]
    assert (rows[2]["artifact_type"], rows[2]["id"], rows[2]["sequence_order"]) == (
        "diagnosis",
        run["artifact_id"],
        3,
    )
    assert all(row.keys() == fields.ARTIFACT_ROW for row in rows)
    assert all(row["storage_path"].startswith("s3://") for row in rows)
    for row in rows:
        shown = client.call(
            "GET", f"/api/studio/diagnosis-artifacts/{row['id']}", None, "clinician"
        ).data["artifact"]
        assert {name: shown[name] for name in fields.ARTIFACT_ROW} == row
    assert client.call(
        "GET", f"/api/studio/diagnosis-artifacts/{rows[0]['id']}", None, "clinician"
    ).data["artifact"]["artifact_data"] == {"text": "first"}


NEW: dict[str, Any] = {"artifact_type": "note", "artifact_name": "n", "artifact_data": {"a": 1}}


@pytest.mark.parametrize(("sent", "wrong"), [
    ({}, list(NEW)), ({"artifact_id": "x"}, ["artifact_id"]),
    (NEW | {"artifact_id": "11111111-1111-4111-8111-111111111111"}, list(NEW)),
    ({"artifact_type": "note"}, ["artifact_name", "artifact_data"]),
    (NEW | {"artifact_data": None}, ["artifact_data"]),
    (NEW | {"artifact_type": "Not A Type"}, ["artifact_type"]),
    (NEW | {"artifact_name": ""}, ["artifact_name"]),
    (NEW | {"artifact_name": "x" * 256}, ["artifact_name"]),
    (NEW | {"artifact_data": "x" * 256 * KB}, ["artifact_data"]),
], ids=lambda value: str(value)[:40])  # fmt: skip
def test_what_is_attached_is_an_id_or_three_fields(
    ward: Ward, sent: dict[str, Any], wrong: list[str]
) -> None:
    answer = ward.attach(ward.a_run(), **sent)
    assert (answer.code, fields_of(answer)) == (
        "VALIDATION_ERROR",
        [f"body.{name}" for name in wrong],
    )


@pytest.mark.parametrize("word", ["ecg_analysis", "ECG-12", "report.pdf"])
def test_an_artifacts_type_is_a_word_of_whoever_attaches_it(ward: Ward, word: str) -> None:
    assert (
        ward.attach(ward.a_run(), **NEW | {"artifact_type": word}).data["artifact"]["artifact_type"]
        == word
    )


@pytest.mark.parametrize(
    "data",
    [{}, [], "text", 0, False, "x" * (256 * KB - 2), {"deep": [[[[[[]]]]]]}],
    ids=lambda data: str(data)[:10],
)
def test_artifact_data_is_any_json_of_up_to_256_kb(ward: Ward, client: Client, data: Any) -> None:
    made = ward.attach(ward.a_run(), **NEW | {"artifact_data": data}).data["artifact"]
    assert (
        client.call("GET", f"/api/studio/diagnosis-artifacts/{made['id']}", None, "clinician").data[
            "artifact"
        ]["artifact_data"]
        == data
    )
