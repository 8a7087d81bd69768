"""The service routes: health, invariants, the OpenAPI document and its page; and quotas, which the
local stack can set.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from local.demo.client import Client
from tests.support.care import Ward, any_uuid
from tests.support.routes import OPENAPI, routes
from tests.support.witness import CLOCK, needs_local


def test_health_needs_no_token_and_says_whether_the_worker_is_on(client: Client) -> None:
    assert client.call("GET", "/health").data.keys() == {
        "status",
        "version",
        "worker_enabled",
        "prices_age_days",
    }
    assert client.call("GET", "/health").data["worker_enabled"] is True
    client.call("POST", "/dev/settings", {"worker_enabled": False})
    assert client.call("GET", "/health").data["worker_enabled"] is False


def invariants(calendar: Ward, user: str) -> dict[str, Any]:
    """As of a sweep that came after everything before this call."""
    calendar.advance(120)
    found: dict[str, Any] = calendar.client.call("GET", "/health/invariants", None, user).data
    return found


@needs_local(CLOCK)
@pytest.mark.rule("R-BOUND-1")
def test_invariants_count_open_runs_and_nothing_is_past_due(calendar: Ward) -> None:
    before = invariants(calendar, "system")
    assert before.keys() == {"open_runs", "past_due", "violations", "at"}
    for status in ("queued", "running", "succeeded", "failed", "cancelled"):
        calendar.a_run(status)
    after = invariants(calendar, "system")
    assert (after["open_runs"] - before["open_runs"], after["past_due"], after["violations"]) == (
        2,
        0,
        0,
    )
    assert after["at"] > before["at"]
    calendar.advance(20 * 86_400)  # the queued one is manual: nobody has to see to it
    later = invariants(calendar, "admin")
    assert (later["past_due"], later["violations"]) == (0, 0)


@needs_local(CLOCK)
def test_invariants_are_of_the_callers_organisation(calendar: Ward) -> None:
    calendar.a_run("queued")
    everybody, theirs = (invariants(calendar, user) for user in ("system", "outsider"))
    assert everybody["open_runs"] > 0
    assert theirs["open_runs"] == 0


def test_openapi_json_is_the_committed_document(client: Client) -> None:
    answer = client.call("GET", "/openapi.json")
    assert answer.body == json.loads(OPENAPI.read_text("utf-8"))
    assert answer.body["openapi"].startswith("3.1")
    assert answer.headers["x-request-id"]


def test_docs_is_a_page_that_loads_nothing_from_elsewhere(client: Client) -> None:
    answer = client.call("GET", "/docs")
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/html")
    assert b"swagger" in answer.raw.lower()
    assert not re.findall(rb"<(?:script|link|img)[^>]+(?:src|href)=[\"']?https?:", answer.raw)


def test_every_route_of_the_template_is_documented_and_back() -> None:
    template = (Path(__file__).parents[2] / "template.yaml").read_text("utf-8")
    declared = {
        f"{method} {quoted or plain}"
        for method, quoted, plain in re.findall(
            r'Method: (\w+), Path: (?:"([^"]+)"|([^"}\s]+))', template
        )
    }
    assert declared == {route.name for route in routes()}


# --- quotas ---------------------------------------------------------------------------------------


@needs_local(CLOCK)
@pytest.mark.rule("R-QUOTA-1")
def test_a_caller_over_their_quota_waits_and_others_do_not(ward: Ward, client: Client) -> None:
    client.call("POST", "/dev/settings", {"quota_per_minute": 3})
    ward.advance(120)
    answers = [ward.create("clinician", dispatch="manual") for _ in range(5)]
    assert [answer.status for answer in answers] == [201] * 3 + [429] * 2
    wait = int(answers[-1].headers["retry-after"])
    assert 1 <= wait <= 60
    assert ward.create("admin", dispatch="manual").status == 201
    assert ward.run(answers[0].data["run"]["id"])["status"] == "queued"  # reading takes no quota
    ward.advance(wait)
    assert ward.create("clinician", dispatch="manual").status == 201


@pytest.mark.rule("R-QUOTA-1")
def test_creating_and_advancing_take_from_it_and_what_is_refused_creates_nothing(
    ward: Ward, client: Client
) -> None:
    body = {"profile": "analytics_forecast_app", "intake": "x", "tags": [any_uuid()]}
    run_id = client.call("POST", "/runs", body, "member").data["run"]["id"]
    client.call("POST", "/dev/settings", {"quota_per_minute": 1})
    while client.call("POST", "/api/projects", {"name": "quota"}, "member").status != 429:
        pass
    refused = [
        client.call("POST", "/runs", body, "member"),
        client.call("POST", f"/runs/{run_id}/next", None, "member"),
        client.call("POST", f"/runs/{run_id}/clone", None, "member"),
    ]
    assert [answer.code for answer in refused] == ["RATE_LIMITED"] * 3
    shown = client.call("GET", f"/runs?tag={body['tags'][0]}", None, "member").data["runs"]
    assert [(row["id"], row["status"]) for row in shown] == [(run_id, "waiting")]
    assert client.call("POST", f"/runs/{run_id}/cancel", None, "member").status == 200
