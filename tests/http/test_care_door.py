"""The care routes: every row of their table in API.md, as written."""

import json
from typing import Any

import pytest

from local.demo.client import Client
from tests.support.care import Ward, any_uuid
from tests.support.routes import BUNDLE, FUNNEL


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return BUNDLE | {
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "p1"}},
            *({"resource": one} for one in resources),
        ]
    }


CONDITION = {
    "resourceType": "Condition",
    "subject": {"reference": "Patient/p1"},
    "code": {"text": "Hypertension"},
}


# --- patients -------------------------------------------------------------------------------------


def test_a_patient_is_put_and_shown(client: Client) -> None:
    patient = any_uuid()
    made = client.call("PUT", f"/api/patients/{patient}", {"user_id": "auth0|someone"}, "admin")
    assert (made.status, made.data["patient"].keys()) == (
        201,
        {"id", "org_id", "user_id", "created_at", "updated_at"}
        | {"label", "age_years", "gender", "record"},
    )
    assert (
        made.data["patient"]["id"],
        made.data["patient"]["org_id"],
        made.data["patient"]["user_id"],
    ) == (
        patient,
        "demo",
        "auth0|someone",
    )
    again = client.call("PUT", f"/api/patients/{patient}", None, "system")
    assert (again.status, again.data["patient"]) == (200, made.data["patient"])
    freed = client.call("PUT", f"/api/patients/{patient}", {"user_id": None}, "admin").data[
        "patient"
    ]
    assert (freed["user_id"], freed["created_at"]) == (None, made.data["patient"]["created_at"])
    assert client.call("GET", f"/api/patients/{patient}", None, "system").data["patient"] == freed


def test_an_id_of_another_organisation_does_not_matter(client: Client) -> None:
    patient = any_uuid()
    ours, theirs = (
        client.call("PUT", f"/api/patients/{patient}", {}, user) for user in ("admin", "outsider")
    )
    assert (ours.status, theirs.status) == (201, 201)
    assert (ours.data["patient"]["org_id"], theirs.data["patient"]["org_id"]) == ("demo", "other")
    assert (
        client.call("GET", f"/api/patients/{patient}", None, "outsider").data["patient"]
        == theirs.data["patient"]
    )


@pytest.mark.parametrize("user_id", ["", "two words", "x" * 256, 5, ["x"], "caf\xe9"], ids=str)
def test_a_user_id_is_a_visible_name(client: Client, user_id: Any) -> None:
    answer = client.call("PUT", f"/api/patients/{any_uuid()}", {"user_id": user_id}, "admin")
    assert [found["field"] for found in answer.body["error"]["errors"]] == ["body.user_id"]


# --- clinicians -----------------------------------------------------------------------------------


def test_clinicians_come_and_go_at_once(ward: Ward, client: Client) -> None:
    def clinicians() -> list[str]:
        rows = client.call("GET", f"/api/patients/{ward.patient}/clinicians", None, "admin").data[
            "clinicians"
        ]
        return [row["user_id"] for row in rows]

    assigned = ward.assign("other-clinician")
    assert (assigned.status, assigned.data["clinician"].keys()) == (
        200,
        {"patient_id", "user_id", "assigned_at", "assigned_by", "ended_at", "ended_by"},
    )
    assert ward.assign("other-clinician").data == assigned.data
    assert clinicians() == [ward.sub("other-clinician"), ward.sub("clinician")]
    assert [ward.unassign("clinician").status for _ in range(2)] == [204, 204]
    assert (
        client.call(
            "DELETE", f"/api/patients/{ward.patient}/clinicians/nobody-at-all", None, "admin"
        ).status
        == 204
    )
    assert clinicians() == [ward.sub("other-clinician")]


def test_a_person_who_is_assigned_without_the_role_gets_nothing(ward: Ward, client: Client) -> None:
    assert ward.assign("member").status == 200
    assert (
        client.call("GET", f"/api/studio/diagnosis-runs/{ward.a_run()}", None, "member").code
        == "FORBIDDEN"
    )


# --- the record -----------------------------------------------------------------------------------


def test_a_record_has_a_version_that_the_same_bytes_keep(ward: Ward, client: Client) -> None:
    path = f"/api/patients/{ward.patient}/record"
    assert client.call("GET", path, None, "clinician").code == "NOT_FOUND"
    first = ward.record(bundle(CONDITION, CONDITION))
    assert (first.status, first.data["record"].keys()) == (
        200,
        {"version", "sha256", "resources", "updated_at", "person", "warnings"},
    )
    assert (first.data["record"]["version"], first.data["record"]["resources"]) == (
        1,
        {"Patient": 1, "Condition": 2},
    )
    assert ward.record(bundle(CONDITION, CONDITION), "system").data == first.data
    second = ward.record(bundle(CONDITION)).data["record"]
    assert (second["version"], second["sha256"] != first.data["record"]["sha256"]) == (2, True)
    assert client.call("GET", path, None, "admin").data["record"] == second
    assert (
        ward.record(json.dumps(bundle(CONDITION), indent=1).encode()).data["record"]["version"] == 3
    )  # other bytes


@pytest.mark.parametrize("sent", [
    {}, {"resourceType": "Patient"}, {"resourceType": "Bundle"}, BUNDLE | {"entry": []},
    BUNDLE | {"entry": [{"resource": CONDITION}]},
    BUNDLE | {"entry": [{"resource": {"resourceType": "Patient", "id": n}} for n in "ab"]},
    BUNDLE | {"entry": "x"},
    BUNDLE | {"entry": [5]}, BUNDLE | {"entry": [{"resource": {"resourceType": 5}}]}, [], "text",
    None, 5,
], ids=lambda sent: str(sent)[:50])  # fmt: skip
def test_what_is_no_bundle_with_exactly_one_patient_is_a_422(
    ward: Ward, client: Client, sent: Any
) -> None:
    assert ward.record(sent).code == "VALIDATION_ERROR"
    assert (
        client.call("GET", f"/api/patients/{ward.patient}/record", None, "clinician").code
        == "NOT_FOUND"
    )


def test_a_record_of_almost_4_mb_is_taken(ward: Ward) -> None:
    big = bundle(
        *({"resourceType": "Observation", "note": [{"text": "x" * 10_000}]} for _ in range(400))
    )
    assert 4 * 1024 * 1024 > len(json.dumps(big)) > 3_900_000
    assert ward.record(big).data["record"]["resources"]["Observation"] == 400


def test_those_who_write_a_record_at_once_each_get_a_version(ward: Ward) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: ward.record(bundle(*[CONDITION] * n)), range(1, 5)))
    assert sorted(answer.data["record"]["version"] for answer in answers) == [1, 2, 3, 4]


# --- assessments ----------------------------------------------------------------------------------


def test_an_assessment_is_kept_and_listed_newest_first(ward: Ward, client: Client) -> None:
    path = f"/api/patients/{ward.patient}/assessments"
    body = {"funnel": FUNNEL, "answers": {"q1": {"nested": ["any", 1, None]}}}
    made = client.call("POST", path, body, "clinician")
    assert (made.status, made.data["assessment"] | body) == (201, made.data["assessment"])
    assert made.data["assessment"].keys() == {
        "id",
        "patient_id",
        "created_by",
        "created_at",
        "funnel",
        "answers",
    }
    second = ward.assessment()
    assert [row["id"] for row in client.call("GET", path, None, "admin").data["assessments"]] == [
        second,
        made.data["assessment"]["id"],
    ]


@pytest.mark.parametrize(("sent", "wrong"), [
    ({}, ["body.funnel", "body.answers"]), ({"funnel": FUNNEL}, ["body.answers"]),
    ({"funnel": {}, "answers": {}},
    ["body.funnel.slug", "body.funnel.version", "body.funnel.questions"]),
    ({"funnel": FUNNEL | {"questions": []}, "answers": {}}, ["body.funnel.questions"]),
    ({"funnel": FUNNEL | {"version": 1.5}, "answers": {}}, ["body.funnel.version"]),
    ({"funnel": FUNNEL | {"version": True}, "answers": {}}, ["body.funnel.version"]),
    ({"funnel": FUNNEL | {"slug": "a b"}, "answers": {}}, ["body.funnel.slug"]),
    ({"funnel": FUNNEL, "answers": {"q2": "unknown question"}}, ["body.answers"]),
    ({"funnel": FUNNEL, "answers": []}, ["body.answers"]),
    ({"funnel": FUNNEL | {"questions": [{"id": "q1"}]}, "answers": {}},
    ["body.funnel.questions[0].text"]),
    ({"funnel": FUNNEL | {"questions": [{"id": "q1", "text": "t"}] * 2}, "answers": {}},
    ["body.funnel.questions"]),
    ({"funnel": FUNNEL | {"colour": 1}, "answers": {}}, ["body.funnel.colour"]),
], ids=lambda sent: str(sent)[:50])  # fmt: skip
def test_an_assessment_of_another_form_is_a_422(
    ward: Ward, client: Client, sent: Any, wrong: list[str]
) -> None:
    answer = client.call("POST", f"/api/patients/{ward.patient}/assessments", sent, "clinician")
    assert [found["field"] for found in answer.body["error"]["errors"]] == wrong


def test_a_list_of_huge_assessments_comes_in_short_pages(ward: Ward) -> None:
    """Together they are more than a Lambda may answer."""
    made = [ward.assessment(q1="x" * 500_000) for _ in range(14)]
    assert (
        ward.walk(f"/api/patients/{ward.patient}/assessments", "assessments", "limit=100")
        == made[::-1]
    )


def test_funnel_and_answers_both_enter_the_context_pack(ward: Ward, client: Client) -> None:
    ward.assessment(q1="badly, since the spring")
    run_id = ward.create(wait=20).data["run"]["id"]
    pack = client.call("GET", f"/api/diagnosis-runs/{run_id}", None, "clinician").data["run"][
        "context_pack"
    ]
    assert pack["assessment"]["funnel"]["slug"] == "sleep"
    assert pack["assessment"]["answers"] == [
        {"question": "How do you sleep?", "answer": "badly, since the spring"}
    ]
