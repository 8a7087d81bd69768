"""The assessment door: every row of its table in API.md, as written."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.demo.client import Answer, Client
from tests.support import fields
from tests.support.care import Ward, any_uuid


def process(client: Client, run_id: str, user: str = "system", **headers: str) -> Answer:
    return client.call("POST", f"/api/diagnosis-runs/{run_id}/process", None, user, **headers)


def test_a_run_shows_every_field_in_this_doors_words(ward: Ward) -> None:
    assessment = ward.assessment()
    answer = ward.assess(assessment, "visit-7", dispatch="manual")
    run = answer.data["run"]
    assert (answer.status, run.keys()) == (201, fields.RUN | fields.ASSESSMENT)
    assert (run["assessment_id"], run["correlation_id"], run["schema_version"]) == (
        assessment,
        "visit-7",
        "v1",
    )
    assert (run["patient_id"], run["subject"]) == (
        ward.patient,
        {"type": "patient", "id": ward.patient},
    )
    assert (run["attempt"], run["max_attempts"], run["errors"]) == (0, 3, [])
    assert (run["context_pack"], run["diagnosis_result"]) == (None, None)


def test_the_end_shows_what_was_sent_and_what_came_back(ward: Ward) -> None:
    run = ward.assess(ward.assessment(q1="badly"), wait=20).data["run"]
    assert run["status"] == "succeeded"
    assert run["context_pack"]["assessment"]["answers"] == [
        {"question": "How do you sleep?", "answer": "badly"}
    ]
    assert run["diagnosis_result"] == run["output"]["diagnosis"]
    assert 0 <= run["diagnosis_result"]["confidence_score"] <= 1
    assert run["diagnosis_result"]["metadata"].keys() == fields.DIAGNOSIS_METADATA


@pytest.mark.rule("R-IDEM-2")
def test_one_run_per_assessment_and_correlation_whoever_asks(ward: Ward) -> None:
    assessment, other = ward.assessment(), ward.assessment()
    first = ward.assess(assessment, "c", dispatch="manual")
    assert first.status == 201
    for user in ("clinician", "admin", "system"):
        again = ward.assess(assessment, "c", user)
        assert (again.status, again.data["run"]["id"]) == (200, first.data["run"]["id"])
    others = [
        ward.assess(assessment, "C", dispatch="manual"),
        ward.assess(other, "c", dispatch="manual"),
    ]
    assert [answer.status for answer in others] == [201, 201]
    assert len({answer.data["run"]["id"] for answer in (first, *others)}) == 3


def test_camel_case_names_the_same_things(ward: Ward, client: Client) -> None:
    assessment = ward.assessment()
    first = client.call(
        "POST",
        "/api/diagnosis-runs",
        {"assessmentId": assessment, "correlationId": "c", "dispatch": "manual"},
        "clinician",
    )
    assert (first.status, first.data["run"]["assessment_id"]) == (201, assessment)
    assert ward.assess(assessment, "c").data["run"]["id"] == first.data["run"]["id"]
    assert ward.assess(assessment.upper(), "c").data["run"]["id"] == first.data["run"]["id"]


@pytest.mark.parametrize(("sent", "wrong"), [
    ({"correlation_id": ""}, "body.correlation_id"),
    ({"correlation_id": "x" * 256}, "body.correlation_id"),
    ({"correlation_id": 5}, "body.correlation_id"),
    ({"correlation_id": None}, "body.correlation_id"),
    ({"assessment_id": "x"}, "body.assessment_id"), ({"dispatch": "soon"}, "body.dispatch"),
    ({"correlationId": "both"}, "body.correlationId"), ({"max_attempts": 11}, "body.max_attempts"),
], ids=lambda sent: str(sent)[:40])  # fmt: skip
def test_a_field_out_of_its_bounds_is_named(
    ward: Ward, client: Client, sent: dict[str, Any], wrong: str
) -> None:
    body = {"assessment_id": any_uuid(), "correlation_id": "c"} | sent
    answer = client.call("POST", "/api/diagnosis-runs", body, "clinician")
    assert (answer.code, [found["field"] for found in answer.body["error"]["errors"]]) == (
        "VALIDATION_ERROR",
        [wrong],
    )


@pytest.mark.parametrize(
    "correlation", ["x", "x" * 255, "visit 7 / Müller", "\x1f", "💊", '"quoted"', "#|~%"]
)
def test_a_correlation_id_is_any_text_of_up_to_255_characters(ward: Ward, correlation: str) -> None:
    assessment = ward.assessment()
    made = ward.assess(assessment, correlation, dispatch="manual")
    assert (made.status, made.data["run"]["correlation_id"]) == (201, correlation)
    assert ward.assess(assessment, correlation).data["run"]["id"] == made.data["run"]["id"]


def test_the_list_is_of_those_one_may_see_newest_first(ward: Ward, client: Client) -> None:
    ward.belongs_to("patient")
    made = [
        ward.assess(ward.assessment(), str(n), dispatch="manual").data["run"]["id"]
        for n in range(3)
    ] + [ward.a_run()]
    for user in ("clinician", "patient", "admin", "system"):
        rows = client.call("GET", "/api/diagnosis-runs?limit=4", None, user).data["runs"]
        assert [row["id"] for row in rows] == made[::-1], user
    assert {frozenset(row) for row in rows} == {
        fields.ROW | fields.ASSESSMENT - fields.LEFT_OUT_OF_ROWS
    }
    assert (rows[0]["assessment_id"], rows[1]["correlation_id"]) == (None, "2")
    queued = client.call(
        "GET", "/api/diagnosis-runs?status=running&limit=100", None, "patient"
    ).data["runs"]
    assert not {row["id"] for row in queued} & set(made)
    ward.belongs_to(None)


@pytest.mark.rule("R-PATIENT-1")
def test_patients_see_their_runs_without_what_the_model_was_sent(
    ward: Ward, client: Client
) -> None:
    ward.belongs_to("patient")
    good = ward.assess(ward.assessment(), "good", wait=20).data["run"]["id"]
    ward.script("not_json")
    bad = ward.assess(ward.assessment(), "bad", wait=20).data["run"]["id"]
    for path in (
        f"/api/diagnosis-runs/{good}",
        f"/runs/{good}",
        f"/api/diagnosis-runs/{bad}",
        f"/runs/{bad}",
    ):
        run = client.call("GET", path, None, "patient").data["run"]
        assert (run["input"], run.get("context_pack")) == (None, None)
        assert "raw_response" not in (run["error_info"] or {})
    shown = client.call("GET", f"/api/diagnosis-runs/{good}", None, "patient").data["run"]
    assert shown["diagnosis_result"]["summary"]
    ward.belongs_to(None)


@pytest.mark.rule("R-EXEC-1")
def test_process_is_accepted_once_and_for_admin_and_system_only(ward: Ward, client: Client) -> None:
    run_id = ward.assess(ward.assessment(), dispatch="manual").data["run"]["id"]
    assert process(client, run_id, "clinician").code == "FORBIDDEN"
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda n: process(client, run_id, ("system", "admin")[n % 2]), range(16))
        )
    assert Counter(answer.status for answer in answers) == {202: 1, 409: 15}
    assert ward.run(run_id, wait=20)["status"] == "succeeded"
    assert (
        process(client, run_id).body["error"]["message"]
        == "Run is not in 'queued' status (current: succeeded)"
    )


def test_process_under_a_switched_off_worker_is_a_503(ward: Ward, client: Client) -> None:
    run_id = ward.assess(ward.assessment(), dispatch="manual").data["run"]["id"]
    client.call("POST", "/dev/settings", {"worker_enabled": False})
    assert (process(client, run_id).status, process(client, run_id).code) == (
        503,
        "WORKER_DISABLED",
    )


@pytest.mark.rule("R-PHI-2")
def test_the_errors_list_holds_codes_and_fixed_texts_only(ward: Ward) -> None:
    ward.script("500", "missing_fields")
    run_id = ward.assess(ward.assessment()).data["run"]["id"]
    ward.advance(60)
    run = ward.run(run_id, wait=20)
    assert [error | {"at": None} for error in run["errors"]] == [
        {
            "at": None,
            "attempt": 1,
            "step": "call_model",
            "code": "LLM_ERROR",
            "message": "The model call failed.",
        },
        {
            "at": None,
            "attempt": 2,
            "step": "validate",
            "code": "VALIDATION_ERROR",
            "message": "The model's answer does not match its schema.",
        },
    ]
