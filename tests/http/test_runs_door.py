"""The /runs door: every row of its table in API.md, as written, for orchestrations and for every
run by any door.

Long because the whole of the door's contract is read in one place.
"""

import hashlib
import json
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from local.demo.client import Answer, Client
from tests.support import fields
from tests.support.care import Ward, any_uuid
from tests.support.waiting import until
from tests.support.witness import CLOCK, needs_local

PHASES = ["planning", "architecture", "data", "development", "qa", "documentation"]
BODY = {"profile": "analytics_forecast_app", "intake": "Build a demand forecasting app"}


def create(client: Client, user: str = "member", wait: int = 0, **body: Any) -> Answer:
    return client.call(
        "POST", "/runs", BODY | body, user, **({"prefer": f"wait={wait}"} if wait else {})
    )


def new(client: Client, user: str = "member", **body: Any) -> str:
    return str(create(client, user, **body).data["run"]["id"])


def show(client: Client, run_id: str, user: str = "member", wait: int = 0) -> Any:
    return client.call(
        "GET", f"/runs/{run_id}", None, user, **({"prefer": f"wait={wait}"} if wait else {})
    ).data["run"]


def advance(
    client: Client, run_id: str, wait: int = 0, user: str = "member", **body: Any
) -> Answer:
    return client.call(
        "POST",
        f"/runs/{run_id}/next",
        body or None,
        user,
        **({"prefer": f"wait={wait}"} if wait else {}),
    )


# --- POST /runs -----------------------------------------------------------------------------------


def test_a_new_run_waits_for_its_first_next_in_planning(client: Client) -> None:
    answer = create(client, project_name="Forecast Q4", metadata={"client": "Acme"}, tags=["a"])
    run = answer.data["run"]
    assert (answer.status, run.keys()) == (201, fields.RUN | fields.RUNS)
    assert (run["workflow"], run["status"], run["current_phase"], run["current_step"]) == (
        "orchestration",
        "waiting",
        "planning",
        "planning",
    )
    assert (run["profile"], run["project_name"], run["intake"]) == (
        BODY["profile"],
        "Forecast Q4",
        BODY["intake"],
    )
    assert (run["metadata"], run["tags"], run["attempt"], run["started_at"]) == (
        {"client": "Acme"},
        ["a"],
        0,
        None,
    )
    assert [(phase["phase"], phase.keys()) for phase in run["phases"]] == [
        (name, fields.PHASE) for name in PHASES
    ]
    assert show(client, run["id"]) == run


@pytest.mark.parametrize(("sent", "wrong"), [
    ({"profile": None}, "body.profile"), ({"profile": ""}, "body.profile"),
    ({"intake": 5}, "body.intake"),
    ({"intake": "x" * (100 * 1024 + 1)}, "body.intake"),
    ({"intake": "é" * (50 * 1024) + "x"}, "body.intake"),
    ({"project_name": ""}, "body.project_name"), ({"metadata": []}, "body.metadata"),
    ({"metadata": {"a": "x" * 4_096}}, "body.metadata"), ({"tags": [None]}, "body.tags[0]"),
    ({"auto_advance": "yes"}, "body.auto_advance"),
    ({"auto_advance": 1}, "body.auto_advance"), ({"max_cost_usd": 0}, "body.max_cost_usd"),
    ({"dispatch": "auto"}, "body.dispatch"),
], ids=lambda sent: str(sent)[:40])  # fmt: skip
def test_a_field_out_of_its_bounds_is_named(
    client: Client, sent: dict[str, Any], wrong: str
) -> None:
    answer = client.call("POST", "/runs", BODY | sent, "member")
    assert (answer.code, [found["field"] for found in answer.body["error"]["errors"]]) == (
        "VALIDATION_ERROR",
        [wrong],
    )


def test_an_intake_of_100_kb_and_metadata_of_4_kb_are_taken(client: Client) -> None:
    for intake in ("x" * (100 * 1024), '"\n' * (50 * 1024), "é" * (50 * 1024), None):
        run = create(client, intake=intake).data["run"]
        assert run["intake"] == intake
    metadata = {"a": "x" * (4_096 - 8)}
    assert create(client, metadata=metadata).data["run"]["metadata"] == metadata


@pytest.mark.parametrize("name", ["no_such_profile", "", "x" * 65])
def test_an_unknown_profile_is_a_422_that_lists_the_known(client: Client, name: str) -> None:
    answer = client.call("POST", "/runs", {"profile": name}, "member")
    (found,) = answer.body["error"]["errors"]
    assert (answer.status, found["field"]) == (422, "body.profile")
    assert "analytics_forecast_app" in found["message"]


def test_with_auto_advance_it_runs_through_all_phases(client: Client) -> None:
    assert create(client, auto_advance=True).data["run"]["status"] in ("queued", "running")
    run = create(client, auto_advance=True, wait=25).data["run"]
    run = run if run["status"] == "succeeded" else show(client, run["id"], wait=25)
    assert (run["status"], run["current_phase"]) == ("succeeded", "documentation")
    assert [(phase["status"], phase["artifacts_count"] > 0) for phase in run["phases"]] == [
        ("succeeded", True)
    ] * 6
    assert run["artifacts_count"] == sum(phase["artifacts_count"] for phase in run["phases"])
    assert run["total_duration_seconds"] >= 0


# --- next -----------------------------------------------------------------------------------------


def test_next_executes_the_current_phase(client: Client) -> None:
    run_id = new(client)
    answer = advance(client, run_id)
    assert (answer.status, answer.data.keys()) == (
        202,
        {"run_id", "previous_phase", "current_phase", "status", "message"},
    )
    assert (answer.data["run_id"], answer.data["previous_phase"], answer.data["current_phase"]) == (
        run_id,
        "planning",
        "planning",
    )
    assert (show(client, run_id, wait=25)["status"], show(client, run_id)["current_phase"]) == (
        "waiting",
        "architecture",
    )


def test_with_wait_next_shows_the_next_gate_up_to_the_end(client: Client) -> None:
    run_id = new(client)
    for before, after in pairwise(PHASES):
        answer = advance(client, run_id, wait=25)
        assert (answer.status, answer.data["status"]) == (200, "waiting")
        assert answer.data["message"] == f"Advanced from {before} to {after}"
        assert (answer.data["previous_phase"], answer.data["current_phase"]) == (before, after)
    last = advance(client, run_id, wait=25)
    assert (last.status, last.data["status"], last.data["current_phase"]) == (
        200,
        "succeeded",
        "documentation",
    )
    assert advance(client, run_id).code == "CONFLICT"


def test_next_is_a_conflict_unless_it_waits(ward: Ward, client: Client) -> None:
    ward.script("hang")
    calls, run_id = ward.model_calls(), new(client)
    assert advance(client, run_id).status == 202
    until(ward.model_calls, lambda now: now > calls)
    assert (
        advance(client, run_id).body["error"]["message"]
        == "Run is not in 'waiting' status (current: running)"
    )
    client.call("POST", f"/runs/{run_id}/cancel", None, "member")
    assert (
        advance(client, run_id).body["error"]["message"]
        == "Run is not in 'waiting' status (current: cancelled)"
    )
    ward.advance(30)


def test_a_repeated_next_under_its_key_is_the_same_next(client: Client) -> None:
    run_id, key = new(client), any_uuid()
    for replayed in (None, "true", "true"):
        answer = client.call(
            "POST", f"/runs/{run_id}/next", None, "member", prefer="wait=25", idempotency_key=key
        )
        assert (answer.status, answer.headers.get("idempotency-replayed")) == (200, replayed)
        assert answer.data["message"] == "Advanced from planning to architecture"
        assert show(client, run_id)["current_phase"] == "architecture"


def test_a_repeated_next_tells_of_its_own_phase_however_far_the_run_is(client: Client) -> None:
    run_id, key = new(client), any_uuid()

    def again(**body: Any) -> Answer:
        return client.call(
            "POST", f"/runs/{run_id}/next", body or None, "member", idempotency_key=key
        )

    assert (again().status, show(client, run_id, wait=25)["status"]) == (202, "waiting")
    advance(client, run_id, wait=25)
    answer = again()
    assert (answer.status, answer.data["previous_phase"], answer.data["current_phase"]) == (
        200,
        "planning",
        "data",
    )
    assert (answer.data["status"], answer.data["message"]) == (
        "waiting",
        "Advanced from planning to data",
    )
    assert again(skip_validation=True).code == "IDEMPOTENCY_KEY_REUSED"
    client.call("POST", f"/runs/{run_id}/cancel", None, "member")
    assert (again().data["status"], again().data["message"]) == ("cancelled", "Cancelled in data")


def test_next_that_runs_through_to_the_end_names_the_last_phase(client: Client) -> None:
    run_id = new(client, intake="Forecast. [[offline: break qa]]", auto_advance=True)
    assert show(client, run_id, wait=25)["current_phase"] == "qa"
    answer = advance(client, run_id, wait=25)
    assert (answer.data["previous_phase"], answer.data["current_phase"]) == ("qa", "documentation")
    assert answer.data["message"] == "Finished documentation, the last phase"


# --- artifacts, metrics, events -------------------------------------------------------------------


def test_artifacts_come_by_phase_and_download_as_what_they_are(client: Client) -> None:
    """Long because the artifacts of all phases are followed to their bytes."""
    run_id = new(client)
    advance(client, run_id, wait=25)
    advance(client, run_id, wait=25)
    found = client.call("GET", f"/runs/{run_id}/artifacts", None, "member").data
    assert found.keys() == {
        "run_id",
        "total_count",
        "artifacts_by_phase",
        "artifacts",
        "next_cursor",
    }
    assert (found["run_id"], found["total_count"]) == (run_id, len(found["artifacts"]))
    assert set(found["artifacts_by_phase"]) == {"planning", "architecture"}
    assert sorted(
        row["id"] for rows in found["artifacts_by_phase"].values() for row in rows
    ) == sorted(row["id"] for row in found["artifacts"])
    only = client.call("GET", f"/runs/{run_id}/artifacts?phase=planning", None, "member").data
    assert {row["phase"] for row in only["artifacts"]} == {"planning"}
    assert (
        client.call("GET", f"/runs/{run_id}/artifacts?phase=qa", None, "member").data["total_count"]
        == 0
    )
    for bad in ("nope", "", "Planning"):
        answer = client.call("GET", f"/runs/{run_id}/artifacts?phase={bad}", None, "member")
        assert (answer.status, [error["field"] for error in answer.body["error"]["errors"]]) == (
            422,
            ["query.phase"],
        )
    for row in found["artifacts"]:
        assert row.keys() == fields.ARTIFACT_ROW
        answer = client.call(
            "GET", f"/runs/{run_id}/artifacts/{row['id']}/download", None, "member"
        )
        assert answer.status == 302
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        assert (query["X-Amz-Algorithm"], query["X-Amz-Expires"]) == (["AWS4-HMAC-SHA256"], ["300"])
        file = client.fetch(answer.headers["location"])
        assert (file.status, hashlib.sha256(file.raw).hexdigest(), len(file.raw)) == (
            200,
            row["sha256"],
            row["size_bytes"],
        )
        name = row["path"].rsplit("/", 1)[-1]
        assert (
            file.headers["content-disposition"]
            == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
        )


@needs_local(CLOCK)
def test_a_download_url_is_good_for_five_minutes_and_only_as_it_is(
    ward: Ward, client: Client
) -> None:
    run = ward.create(wait=20).data["run"]
    location = client.call(
        "GET", f"/runs/{run['id']}/artifacts/{run['artifact_id']}/download", None, "clinician"
    ).headers["location"]
    assert client.fetch(location.replace(run["artifact_id"], any_uuid())).status == 403
    assert client.fetch(location.replace("X-Amz-Expires=300", "X-Amz-Expires=3000")).status == 403
    ward.advance(200)
    assert client.fetch(location).status == 200
    ward.advance(200)
    assert client.fetch(location).status == 403


def test_an_artifact_of_another_run_is_not_this_runs_to_download(
    ward: Ward, client: Client
) -> None:
    artifact = ward.create(wait=20).data["run"]["artifact_id"]
    assert (
        client.call(
            "GET", f"/runs/{ward.a_run()}/artifacts/{artifact}/download", None, "clinician"
        ).code
        == "NOT_FOUND"
    )


def test_metrics_of_an_orchestration(client: Client) -> None:
    run_id = new(client)
    advance(client, run_id, wait=25)
    metrics = client.call("GET", f"/runs/{run_id}/metrics", None, "member").data
    assert metrics.keys() == fields.METRICS | {"run_id"}
    assert [phase.keys() for phase in metrics["phases_metrics"]] == [fields.PHASE_METRICS] * 6
    planned = metrics["phases_metrics"][0]
    assert planned["governance_passed"] is True
    assert planned["artifacts_generated"] > 0
    assert (metrics["total_token_usage"], metrics["total_cost_usd"]) == (
        planned["token_usage"],
        planned["cost_usd"],
    )
    assert 0 <= metrics["governance_score"] <= 1
    assert 0 <= metrics["hygiene_score"] <= 1
    assert metrics["projection"].keys() == {"cost_usd", "seconds"}
    assert metrics["projection"]["cost_usd"] > 0


def test_metrics_of_a_diagnosis_have_steps_for_phases_and_no_scores(
    ward: Ward, client: Client
) -> None:
    run = ward.create(wait=20).data["run"]
    metrics = client.call("GET", f"/runs/{run['id']}/metrics", None, "clinician").data
    assert [phase["phase"] for phase in metrics["phases_metrics"]] == [
        step["name"] for step in run["steps"]
    ]
    assert (
        metrics["governance_score"],
        metrics["hygiene_score"],
        metrics["governance_violations"],
    ) == (None, None, [])
    assert metrics["total_token_usage"] == {
        "input": run["usage"]["input_tokens"],
        "output": run["usage"]["output_tokens"],
    }
    assert (metrics["total_cost_usd"], metrics["artifacts_total"], metrics["errors_count"]) == (
        run["usage"]["cost_usd"],
        1,
        0,
    )


def test_every_body_of_the_door_survives_a_round_trip(client: Client) -> None:
    odd = {"": None, "ü": "\u0000\u2028 💊", "n": [1e308, -0.0, 2**63, True]}
    assert show(client, new(client, metadata=odd))["metadata"] == json.loads(json.dumps(odd))
