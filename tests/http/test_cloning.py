"""POST /runs/{runId}/clone: a new run like an earlier one of any door, some of what it was created
with replaced.
"""

from typing import Any

import pytest

from local.demo.client import Answer, Client
from tests.support.care import Ward, any_uuid
from tests.support.creations import made

BODY = {"profile": "analytics_forecast_app", "intake": "Build a demand forecasting app"}


def new(client: Client, user: str = "member", **body: Any) -> str:
    return str(client.call("POST", "/runs", BODY | body, user).data["run"]["id"])


def a_project_with(client: Client, *statuses: str) -> str:
    """The path of a new project with an input in each status."""
    path = (
        f"/api/projects/{made(client.call('POST', '/api/projects', {'name': 'P'}, 'member'))['id']}"
    )
    for status in statuses:
        client.call(
            "POST",
            f"{path}/inputs",
            {"input": {"hypothesis": "It sells."}, "status": status},
            "member",
        )
    return path


def clone(
    client: Client, run_id: str, user: str, key: str | None = None, **overrides: Any
) -> Answer:
    headers = {} if key is None else {"idempotency_key": key}
    return client.call(
        "POST",
        f"/runs/{run_id}/clone",
        {"overrides": overrides} if overrides else None,
        user,
        **headers,
    )


def test_a_clone_is_made_with_what_its_original_was_made_with(ward: Ward, client: Client) -> None:
    run_id = new(client, project_name="P", metadata={"a": 1}, tags=["t"], max_cost_usd=5)
    made = clone(client, run_id, "member")
    run = made.data["run"]
    assert (made.status, run["status"], run["metadata"]) == (
        201,
        "waiting",
        {"a": 1, "cloned_from": run_id},
    )
    assert (run["profile"], run["intake"], run["project_name"], run["tags"]) == (
        BODY["profile"],
        BODY["intake"],
        "P",
        ["t"],
    )
    other = clone(client, run_id, "member", intake="Another.", tags=[]).data["run"]
    assert (other["intake"], other["tags"], other["project_name"]) == ("Another.", [], "P")
    patients = ward.a_run("succeeded", input_config={"q": 1}, max_attempts=7, tags=["x"])
    again = clone(client, patients, "admin", input_config={"q": 2}).data["run"]
    assert (again["input"], again["max_attempts"], again["tags"], again["subject"]["id"]) == (
        {"q": 2},
        7,
        ["x"],
        ward.patient,
    )
    assert (again["created_by"], again["dispatch"], again["metadata"]) == (
        ward.sub("admin"),
        "manual",
        {"cloned_from": patients},
    )


@pytest.mark.parametrize(("overrides", "wrong"), [
    ({"colour": "red"}, "colour"), ({"tags": "x"}, "tags"), ({"tags": ["a", ""]}, "tags[1]"),
    ({"profile": "no_such_profile"}, "profile"),
    ({"metadata": 5}, "metadata"),
], ids=str)  # fmt: skip
def test_an_override_that_could_not_be_created_with_is_a_422(
    client: Client, overrides: dict[str, Any], wrong: str
) -> None:
    answer = clone(client, new(client), "member", **overrides)
    assert [found["field"] for found in answer.body["error"]["errors"]] == [
        f"body.overrides.{wrong}"
    ]


def test_the_smallest_budget_can_be_cloned(client: Client) -> None:
    assert clone(client, new(client, max_cost_usd=1e-9), "member").status == 201


def test_a_clone_of_an_assessments_run_needs_another_correlation(
    ward: Ward, client: Client
) -> None:
    run_id = ward.assess(ward.assessment(), "first", dispatch="manual").data["run"]["id"]
    assert clone(client, run_id, "clinician").code == "CONFLICT"
    made = clone(client, run_id, "clinician", correlation_id="second")
    assert (made.status, made.data["run"]["metadata"]) == (201, {"cloned_from": run_id})
    assert (
        clone(client, run_id, "system", correlation_id="third").status == 201
    )  # who may create its like


def test_a_clone_may_be_of_another_assessment_that_the_caller_may_use(
    ward: Ward, client: Client
) -> None:
    run_id = ward.assess(ward.assessment(), "first", dispatch="manual").data["run"]["id"]
    other = Ward(client, any_uuid()).admitted()
    run = clone(
        client, run_id, "clinician", assessmentId=other.assessment(), correlationId="first"
    ).data["run"]
    assert (run["subject"]["id"], run["metadata"]) == (other.patient, {"cloned_from": run_id})
    theirs = other.assessment()
    other.unassign("clinician")
    assert clone(client, run_id, "clinician", assessment_id=theirs).code == "FORBIDDEN"
    missing = clone(client, run_id, "clinician", assessment_id=any_uuid())
    assert (missing.status, missing.body["error"]["errors"][0]["field"]) == (
        422,
        "body.overrides.assessment_id",
    )


def test_a_key_holds_its_payload_also_where_a_clone_has_a_natural_key(
    ward: Ward, client: Client
) -> None:
    project = a_project_with(client, "final", "final", "final")
    analysis = made(client.call("POST", f"{project}/generate", {"input_version": 1}, "member"))[
        "id"
    ]
    assessed = ward.assess(ward.assessment(), "first", dispatch="manual").data["run"]["id"]
    for run_id, user, one, other in (
        (analysis, "member", {"input_version": 2}, {"input_version": 3}),
        (assessed, "clinician", {"correlation_id": "second"}, {"correlation_id": "third"}),
    ):
        key = any_uuid()
        first, again = (
            clone(client, run_id, user, key, **one),
            clone(client, run_id, user, key, **one),
        )
        assert (first.status, again.status, again.headers["idempotency-replayed"]) == (
            201,
            200,
            "true",
        )
        assert made(again)["id"] == made(first)["id"]
        assert clone(client, run_id, user, key, **other).code == "IDEMPOTENCY_KEY_REUSED"
        assert clone(client, run_id, user, **other).status == 201  # what was refused made nothing


def test_a_clone_that_finds_no_input_says_so_and_names_the_run_on_record(client: Client) -> None:
    project = a_project_with(client, "draft")
    drafted = made(client.call("POST", f"{project}/generate", {"input_version": 1}, "member"))["id"]
    answers = [clone(client, drafted, "member", input_version=None) for _ in range(2)]
    assert [(answer.status, answer.code) for answer in answers] == [(422, "NO_INPUTS")] * 2
    assert len({answer.body["error"]["run_id"] for answer in answers}) == 1
    assert (
        client.call("POST", f"{project}/generate", None, "member").body["error"]
        == answers[0].body["error"]
    )


def test_attachments_budget_and_attempts_come_along(ward: Ward, client: Client) -> None:
    body: dict[str, Any] = {"max_attempts": 5, "max_cost_usd": 2.5, "dispatch": "manual"}
    studio = ward.create(**body).data["run"]["id"]
    assess = ward.assess(ward.assessment(), **body).data["run"]["id"]
    note: dict[str, Any] = {
        "artifact_type": "note",
        "artifact_name": "n",
        "artifact_data": {"a": 1},
    }
    for run_id, overrides in ((studio, {}), (assess, {"correlation_id": "c-2"})):
        held = [ward.attach(run_id, **note).data["artifact"]["id"] for _ in range(2)]
        run = clone(client, run_id, "clinician", **overrides).data["run"]
        assert (run["max_attempts"], run["artifacts_count"]) == (5, 2)
        path = f"/api/studio/diagnosis-runs/{run['id']}/artifacts"
        rows = client.call("GET", path, None, "clinician").data["artifacts"]
        assert [(row["id"], row["sequence_order"]) for row in rows] == list(
            zip(held, (1, 2), strict=True)
        )
        assert [one["seq"] for one in ward.events(run["id"])] == [1, 2, 3]
        fewer = clone(client, run_id, "clinician", max_attempts=1, **overrides | (
            {"correlation_id": "c-3"} if overrides else {}
        ))  # fmt: skip
        assert fewer.data["run"]["max_attempts"] == 1
    ward.execute(studio)
    assert ward.run(studio, wait=20)["artifacts_count"] == 3
    copy = clone(client, studio, "clinician", dispatch="manual").data["run"]
    assert copy["artifacts_count"] == 2, "what the original made is not its clone's"


def test_an_orchestrations_attempts_come_along(client: Client) -> None:
    run_id = new(client, max_attempts=7, auto_advance=False)
    assert clone(client, run_id, "member").data["run"]["max_attempts"] == 7
    assert clone(client, run_id, "member", max_attempts=2).data["run"]["max_attempts"] == 2
