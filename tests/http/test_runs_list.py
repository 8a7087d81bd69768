"""GET /runs: runs of every workflow, newest first, filtered by what they are and when they were
created.
"""

from typing import Any
from urllib.parse import quote

import pytest

from local.demo.client import Client
from tests.support import fields
from tests.support.care import Ward, any_uuid

BODY = {"profile": "analytics_forecast_app", "intake": "Build a demand forecasting app"}


def new(client: Client, user: str = "member", **body: Any) -> str:
    return str(client.call("POST", "/runs", BODY | body, user).data["run"]["id"])


def show(client: Client, run_id: str) -> Any:
    return client.call("GET", f"/runs/{run_id}", None, "member").data["run"]


def rows(client: Client, query: str, user: str) -> list[Any]:
    found: list[Any] = client.call("GET", f"/runs?{query}", None, user).data["runs"]
    return found


def test_the_list_has_rows_of_every_workflow_newest_first(ward: Ward, client: Client) -> None:
    project = client.call("POST", "/api/projects", {"name": "P"}, "admin").data["project"]["id"]
    analysis = client.call("POST", f"/api/projects/{project}/generate", None, "admin").body[
        "error"
    ]["run_id"]
    made = [
        analysis,
        new(client, "admin", tags=["red"]),
        ward.a_run(user="admin", tags=["red", "blue"]),
    ]
    found = rows(client, "limit=3", "admin")
    assert [row["id"] for row in found] == made[::-1]
    assert {frozenset(row) for row in found} == {
        fields.ROW | fields.RUNS - fields.LEFT_OUT_OF_ROWS - {"total_duration_seconds"}
    }
    assert [(row["workflow"], row["profile"], row["current_phase"]) for row in found] == [
        ("diagnosis", None, None), ("orchestration", BODY["profile"], "planning"),
        ("analysis", None, None),
    ]  # fmt: skip


def test_the_list_filters_by_workflow_profile_status_and_tag(ward: Ward, client: Client) -> None:
    tag = any_uuid()
    waiting, cancelled, queued = (
        new(client, tags=[tag, "x"]),
        new(client, tags=[tag]),
        ward.a_run(user="admin", tags=[tag]),
    )
    client.call("POST", f"/runs/{cancelled}/cancel", None, "member")
    expected = {
        f"tag={tag}": [queued, cancelled, waiting],
        f"tag={tag}&status=waiting": [waiting],
        f"tag={tag}&status=cancelled": [cancelled],
        f"tag={tag}&status=queued": [queued],
        f"tag={tag}&status=failed": [],
        f"tag={tag}&workflow=orchestration": [cancelled, waiting],
        f"tag={tag}&workflow=diagnosis": [queued],
        f"tag={tag}&profile={BODY['profile']}&status=waiting": [waiting],
        f"tag={tag}&profile=other": [],
        f"tag={tag[:-1]}": [],
    }
    assert {
        query: [row["id"] for row in rows(client, query, "admin")] for query in expected
    } == expected
    assert [row["id"] for row in rows(client, f"tag={tag}", "member")] == [cancelled, waiting]


@pytest.mark.parametrize("tag", ["a,b", "a b", "a&b=c", "ü💊", "%2F", "[x]"])
def test_a_tag_of_odd_characters_is_found(client: Client, tag: str) -> None:
    run_id = new(client, tags=[tag])
    assert rows(client, f"tag={quote(tag, safe='')}", "member")[0]["id"] == run_id


def test_created_after_is_inclusive_and_created_before_exclusive(
    ward: Ward, client: Client
) -> None:
    made = []
    for _ in range(3):
        made.append(show(client, new(client)))
        ward.advance(2)
    (first, second, third) = (run["created_at"] for run in made)
    ids = [run["id"] for run in made]

    def found(query: str) -> list[str]:
        return [
            row["id"] for row in rows(client, f"limit=100&{query}", "member") if row["id"] in ids
        ]

    assert found(f"created_after={second}") == [ids[2], ids[1]]
    assert found(f"created_before={second}") == [ids[0]]
    assert found(f"created_after={first}&created_before={third}") == [ids[1], ids[0]]
    assert found(f"created_after={third}&created_before={first}") == []
    later = second.replace("Z", "001Z") if "." in second else second.replace("Z", ".001Z")
    assert found(f"created_after={later}") == [ids[2]]


@pytest.mark.parametrize(
    "bad",
    [
        "yesterday",
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "1767225600",
        "2026-13-01T00:00:00Z",
        "2026-01-01T00:00:00 00:00",
    ],
)
@pytest.mark.parametrize("name", ["created_after", "created_before"])
def test_a_time_is_rfc_3339(client: Client, name: str, bad: str) -> None:
    answer = client.call("GET", f"/runs?{name}={bad.replace(' ', '%20')}", None, "member")
    assert (answer.status, [found["field"] for found in answer.body["error"]["errors"]]) == (
        422,
        [f"query.{name}"],
    )


@pytest.mark.parametrize(
    "fine",
    [
        "1960-01-01T00:00:00Z",
        "0001-01-01T00:00:00%2B14:00",
        "9999-12-31T23:59:59.999999999-14:00",
        "2026-01-01t00:00:00z",
    ],
)
def test_any_time_of_any_age_is_taken(client: Client, fine: str) -> None:
    for name in ("created_after", "created_before"):
        for user in ("member", "admin"):
            assert (
                client.call("GET", f"/runs?{name}={fine}&status=failed", None, user).status == 200
            )
