"""The project doors: every row of their table in API.md, as written."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.demo.client import Answer, Client
from tests.support import fields

INPUT = {
    "hypothesis": "Managers will trust a nightly forecast.",
    "audience": "Managers of small shops",
    "evidence_notes": [
        "In 9 of 12 interviews they bake by yesterday's sales.",
        "Two pilots cut waste from 14 to 9 percent.",
    ],
}


def project(client: Client, user: str = "member", name: str = "Bakery") -> str:
    return str(client.call("POST", "/api/projects", {"name": name}, user).data["project"]["id"])


def add(client: Client, of: str, document: Any = None, status: str = "final") -> int:
    body = {"input": document or INPUT, "status": status}
    return int(
        client.call("POST", f"/api/projects/{of}/inputs", body, "member").data["input"]["version"]
    )


def generate(client: Client, of: str, wait: int = 0, user: str = "member", **body: Any) -> Answer:
    return client.call(
        "POST",
        f"/api/projects/{of}/generate",
        body or None,
        user,
        **({"prefer": f"wait={wait}"} if wait else {}),
    )


def latest(client: Client, of: str, query: str = "") -> Any:
    return client.call("GET", f"/api/projects/{of}/runs/latest{query}", None, "member").data["run"]


# --- projects and inputs --------------------------------------------------------------------------


def test_a_project_is_made_and_listed_with_what_is_derived(client: Client) -> None:
    made = client.call("POST", "/api/projects", {"name": "  Forecasts "}, "member")
    assert (made.status, made.data["project"]["name"]) == (201, "Forecasts")
    of = made.data["project"]["id"]

    def row() -> Any:
        return client.call("GET", "/api/projects?limit=1", None, "member").data["projects"][0]

    assert row() == made.data["project"] | {"inputs_count": 0, "runs_count": 0, "last_run": None}
    add(client, of)
    run = generate(client, of, wait=25).data["run"]
    last = {
        "id": run["id"],
        "status": "succeeded",
        "started_at": run["started_at"],
        "finished_at": run["completed_at"],
    }
    assert row() == made.data["project"] | {"inputs_count": 1, "runs_count": 1, "last_run": last}


def test_the_list_holds_ones_own_and_for_admins_the_organisations(client: Client) -> None:
    mine, theirs = project(client), project(client, "other-member")
    shown = {
        user: {
            row["id"]
            for row in client.call("GET", "/api/projects?limit=100", None, user).data["projects"]
        }
        & {mine, theirs}
        for user in ("member", "other-member", "clinician", "admin", "outsider")
    }
    assert shown == {
        "member": {mine},
        "other-member": {theirs},
        "clinician": set(),
        "admin": {mine, theirs},
        "outsider": set(),
    }


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "x" + " " * 255, None, 5, ["x"]], ids=str)
def test_a_name_is_a_text_of_up_to_255_characters(client: Client, name: Any) -> None:
    answer = client.call("POST", "/api/projects", {"name": name}, "member")
    assert [found["field"] for found in answer.body["error"]["errors"]] == ["body.name"]


@pytest.mark.rule("R-APPEND-1")
def test_inputs_are_versions_from_1_without_gaps_newest_first(client: Client) -> None:
    of = project(client)
    with ThreadPoolExecutor(8) as pool:
        versions = list(
            pool.map(
                lambda n: add(
                    client, of, INPUT | {"hypothesis": f"No. {n}"}, ("draft", "final")[n % 2]
                ),
                range(8),
            )
        )
    assert sorted(versions) == list(range(1, 9))
    rows = client.call("GET", f"/api/projects/{of}/inputs", None, "member").data["inputs"]
    assert [row["version"] for row in rows] == list(range(8, 0, -1))
    assert all("input" not in row for row in rows)


@pytest.mark.parametrize(("sent", "wrong"), [
    ({}, "body.input"), ({"input": None}, "body.input"),
    ({"input": {}, "status": "done"}, "body.status"),
    ({"input": {}, "version": 5}, "body.version"),
], ids=str)  # fmt: skip
def test_an_input_of_another_form_is_a_422(client: Client, sent: Any, wrong: str) -> None:
    answer = client.call("POST", f"/api/projects/{project(client)}/inputs", sent, "member")
    assert [found["field"] for found in answer.body["error"]["errors"]] == [wrong]


# --- generate -------------------------------------------------------------------------------------


def test_an_analysis_runs_its_steps_and_says_what_it_found(client: Client) -> None:
    of = project(client)
    add(client, of)
    accepted = generate(client, of)
    assert (accepted.status, accepted.data["run"].keys()) == (202, fields.RUN | fields.PROJECT)
    assert (accepted.data["run"]["project_id"], accepted.data["run"]["input_version"]) == (of, 1)
    run = generate(client, of, wait=25).data["run"]
    assert (run["id"], run["status"], run["subject"]) == (
        accepted.data["run"]["id"],
        "succeeded",
        {"type": "project", "id": of},
    )
    assert [step["name"] for step in run["steps"]] == [
        "validate_inputs",
        "collect_evidence",
        "generate_opportunities",
    ]
    assert isinstance(run["output"]["summary"], str)
    assert (run["output"]["pipeline_version"], run["output"]["input_version"]) == (
        run["pipeline_version"],
        1,
    )
    assert run["input"] == INPUT


@pytest.mark.rule("R-IDEM-2")
def test_one_run_per_input_version_whoever_asks_and_however(client: Client) -> None:
    of = project(client)
    first_version, second_version = add(client, of), add(client, of)
    add(client, of, status="draft")
    first = generate(client, of, wait=25)
    assert (first.status, first.data["run"]["input_version"]) == (200, second_version)
    for again in (
        generate(client, of),
        generate(client, of, input_version=second_version),
        generate(client, of, user="admin"),
    ):
        assert (again.status, again.data["run"]["id"], again.headers["idempotency-replayed"]) == (
            200,
            first.data["run"]["id"],
            "true",
        )
    other = generate(client, of, input_version=first_version)
    assert (other.status, other.data["run"]["id"] != first.data["run"]["id"]) == (202, True)
    draft = generate(client, of, input_version=3)
    assert (draft.status, draft.data["run"]["input_version"]) == (202, 3)


def test_of_those_who_generate_at_once_one_creates(client: Client) -> None:
    of = project(client)
    add(client, of)
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda n: generate(client, of, user=("member", "admin")[n % 2]), range(16))
        )
    assert Counter(answer.status for answer in answers) == {202: 1, 200: 15}
    assert len({answer.data["run"]["id"] for answer in answers}) == 1
    run = generate(client, of, wait=25).data["run"]
    assert (run["status"], run["attempt"], run["usage"]["calls"]) == ("succeeded", 1, 1)


@pytest.mark.parametrize("version", [0, -1, "1", 1.5, 2, 10**12, True], ids=str)
def test_an_unknown_version_is_a_422(client: Client, version: Any) -> None:
    of = project(client)
    add(client, of)
    answer = generate(client, of, input_version=version)
    assert (answer.code, [found["field"] for found in answer.body["error"]["errors"]]) == (
        "VALIDATION_ERROR",
        ["body.input_version"],
    )


def test_without_inputs_a_failed_run_is_put_on_record_once(client: Client) -> None:
    of = project(client)
    refusals = [generate(client, of) for _ in range(3)]
    assert {(answer.status, answer.code) for answer in refusals} == {(422, "NO_INPUTS")}
    (run_id,) = {answer.body["error"]["run_id"] for answer in refusals}
    (row,) = client.call("GET", f"/api/projects/{of}/runs", None, "member").data["runs"]
    assert (row["id"], row["status"], row["error_info"]["code"], row["started_at"]) == (
        run_id,
        "failed",
        "NO_INPUTS",
        None,
    )
    assert row["completed_at"] == row["created_at"]
    add(client, of)
    assert generate(client, of, wait=25).data["run"]["status"] == "succeeded"
    assert len(client.call("GET", f"/api/projects/{of}/runs", None, "member").data["runs"]) == 2


# --- runs of a project ----------------------------------------------------------------------------


def test_runs_are_appended_and_the_latest_is_derived(client: Client) -> None:
    of = project(client)
    assert latest(client, of) is None
    generate(client, of)
    ids = []
    for document in (INPUT, {"hypothesis": "only"}, INPUT | {"audience": "Others"}):
        add(client, of, document)
        ids.append(generate(client, of, wait=25).data["run"]["id"])
    rows = client.call("GET", f"/api/projects/{of}/runs", None, "member").data["runs"]
    assert [(row["id"], row["status"]) for row in rows[:3]] == [
        (ids[2], "succeeded"),
        (ids[1], "failed"),
        (ids[0], "succeeded"),
    ]
    assert {frozenset(row) for row in rows} == {fields.ROW | fields.PROJECT}
    assert (latest(client, of)["id"], latest(client, of, "?status=failed")["id"]) == (
        ids[2],
        ids[1],
    )
    assert latest(client, of, "?status=queued") is None
    failed = client.call("GET", f"/api/projects/{of}/runs?status=failed", None, "member").data[
        "runs"
    ]
    assert [row["error_info"]["code"] for row in failed] == ["INPUT_INVALID", "NO_INPUTS"]
