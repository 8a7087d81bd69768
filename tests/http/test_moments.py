"""Every time and day that a caller may write, by whatever door: RFC 3339 in either case is taken,
and what is no time is refused in our words, which hold nothing of what was sent.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from local.demo.client import Answer, Client
from tests.http.test_run_fields import ahead
from tests.support.care import Ward
from tests.support.routes import OPENAPI

NO_TIMES = (
    "2026-11-29T08:30:00+25:00",
    "2026-11-29T23:59:60Z",
    "2026-11-29T24:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-11-29 08:30:00Z",
    "2026-11-29T08:30:00",
    "soon",
)
NO_TIME = "must be an RFC 3339 time (no leap second), such as 2026-11-29T08:30:00Z"
NO_DAYS = ("2026-02-30", "2026-13-01", "20261129", "2026-11-29T00:00:00Z", "soon")
NO_DAY = "must be a day that there is, such as 2026-11-29"
INTAKE = {"profile": "analytics_forecast_app", "intake": "A forecast."}


def query(client: Client, path: str, name: str, value: str) -> Answer:
    return client.call("GET", f"{path}?{name}={quote(value, safe='')}", None, "admin")


def bulk(client: Client, name: str, value: str) -> Answer:
    body = {"action": "cancel", "dry_run": True, "filter": {"tag": "of nobody", name: value}}
    return client.call("POST", "/bulk", body, "admin")


def told(answer: Answer) -> list[dict[str, Any]]:
    assert (answer.status, answer.code) == (422, "VALIDATION_ERROR")
    errors: list[dict[str, Any]] = answer.body["error"]["errors"]
    return errors


def times_asked_for() -> Iterator[str]:
    """Each place of the document in which a caller writes a time."""
    document = json.loads(OPENAPI.read_text("utf-8"))
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for one in operation.get("parameters", ()):
                if "date-time" in json.dumps(one):
                    yield f"{path} {one['name']}"
    for name in ("CreateDiagnosisRun", "CreateAssessmentRun", "CreateRun", "BulkRuns"):
        for field, schema in document["components"]["schemas"][name]["properties"].items():
            if "date-time" in json.dumps(schema):
                yield f"{name} {field}"


def test_this_suite_knows_every_place() -> None:
    assert set(times_asked_for()) == {
        *(f"/runs created_{side}" for side in ("after", "before")),
        *(f"BulkRuns created_{side}" for side in ("after", "before")),
        *(f"/audit {side}" for side in ("from", "to")),
        *(f"{made} start_at" for made in ("CreateDiagnosisRun", "CreateAssessmentRun")),
        "CreateRun start_at",
    }


@pytest.mark.rule("R-START-1")
@pytest.mark.parametrize("wrong", NO_TIMES)
def test_what_is_no_time_is_refused_in_our_words(ward: Ward, client: Client, wrong: str) -> None:
    refused = [
        query(client, "/runs", "created_after", wrong),
        query(client, "/runs", "created_before", wrong),
        query(client, "/audit", "from", wrong),
        query(client, "/audit", "to", wrong),
        bulk(client, "created_after", wrong),
        bulk(client, "created_before", wrong),
        ward.create(start_at=wrong),
        ward.assess(ward.assessment(), start_at=wrong),
        client.call("POST", "/runs", {**INTAKE, "start_at": wrong}, "member"),
        client.call(
            "POST", f"/runs/{ward.a_run()}/clone", {"overrides": {"start_at": wrong}}, "clinician"
        ),
    ]
    for answer in refused:
        assert [one["message"] for one in told(answer)] == [NO_TIME]


@pytest.mark.parametrize("wrong", NO_DAYS)
def test_what_is_no_day_is_refused_in_our_words(client: Client, wrong: str) -> None:
    for name in ("from", "to"):
        errors = told(query(client, "/stats", name, wrong))
        assert errors == [{"field": f"query.{name}", "message": NO_DAY}]


def test_either_case_is_taken_and_means_the_same(ward: Ward, client: Client) -> None:
    start = ahead(ward, 1)
    made = [ward.create(start_at=text).data["run"] for text in (start, start.lower())]
    assert made[0]["start_at"] == made[1]["start_at"] is not None
    for run in made:
        ward.cancel(run["id"])
    for fine, utc in (  # no year five digits long, and no moment before 1970
        ("2026-11-29t08:30:00z", "2026-11-29T08:30:00.000Z"),
        ("2026-11-29t08:30:00.5-23:59", "2026-11-30T08:29:00.500Z"),
        ("9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.000Z"),
        ("0001-01-01T00:00:00+23:59", "1970-01-01T00:00:00.000Z"),
    ):
        assert query(client, "/runs", "created_before", fine).status == 200
        assert query(client, "/audit", "from", fine).status == 200
        asked = bulk(client, "created_before", fine)
        assert asked.data["bulk"]["filter"]["created_before"] == utc
