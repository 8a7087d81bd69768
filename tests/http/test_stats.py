"""GET /stats: what the listener counted, by day and by workflow, and what is open."""

import time
from datetime import date, timedelta
from typing import Any

import pytest

from local.demo.client import Client
from tests.support.care import Ward

pytestmark = pytest.mark.rule("R-COUNT-1")


def _stats(client: Client, query: str = "", user: str = "admin") -> Any:
    return client.call("GET", f"/stats{query}", None, user)


def _today(client: Client) -> str:
    return str(_stats(client).data["days"][-1]["date"])


def _grown(before: Any, after: Any) -> dict[str, float]:
    names = ("created", "succeeded", "failed", "cancelled", "cost_usd")
    return {name: round(after[name] - before[name], 6) for name in names}


def _until(client: Client, query: str, before: Any, wanted: dict[str, float]) -> Any:
    """The numbers once they have grown so: the listener needs a moment."""
    for _ in range(100):
        found = _stats(client, query).data
        if _grown(before["days"][-1], found["days"][-1]) == wanted:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{found['days'][-1]} is not {wanted} more than {before['days'][-1]}")


def _at_rest(client: Client, query: str) -> Any:
    """The numbers once what earlier tests left behind moves no more."""
    seen = _stats(client, query).data
    for _ in range(60):
        time.sleep(1)
        before, seen = seen, _stats(client, query).data
        if (before["days"], before["open"]) == (seen["days"], seen["open"]):
            return seen
    raise AssertionError(f"still moving: {seen['open']}")


def test_every_entry_counts_on_its_day(ward: Ward, client: Client) -> None:
    query = f"?from={_today(client)}"
    before = _stats(client, query).data
    ward.script("ok", "refusal", "ok")
    done = ward.create(wait=25).data["run"]
    failed = ward.create(wait=25).data["run"]
    open_run = ward.a_run()
    cancelled = ward.a_run("cancelled")
    retried = ward.retry(failed["id"], wait=25).data["run"]
    assert (done["status"], failed["status"], retried["status"]) == (
        "succeeded", "failed", "succeeded",
    )  # fmt: skip
    cost = round(done["usage"]["cost_usd"] + retried["usage"]["cost_usd"], 6)
    wanted = {"created": 4, "succeeded": 2, "failed": 1, "cancelled": 1, "cost_usd": cost}
    after = _until(client, query, before, wanted)
    code = failed["error_info"]["code"]
    assert after["days"][-1]["by_code"][code] == before["days"][-1]["by_code"].get(code, 0) + 1
    assert after["open"]["queued"] == before["open"]["queued"] + 1
    manual = before["open"]["by_reason"].get("manual", 0)
    assert after["open"]["by_reason"]["manual"] == manual + 1
    assert client.call("GET", f"/runs/{cancelled}", None, "admin").status == 200
    ward.bring(open_run, "cancelled")


def test_of_one_workflow_only(client: Client) -> None:
    query = f"?from={_today(client)}&workflow=orchestration"
    before = _at_rest(client, query)
    body = {"profile": "analytics_forecast_app", "intake": "Forecast."}
    client.call("POST", "/runs", body, "member")
    none = dict.fromkeys(("succeeded", "failed", "cancelled", "cost_usd"), 0)
    after = _until(client, query, before, {"created": 1, **none})
    assert after["days"][-1]["by_workflow"].keys() == {"orchestration"}
    assert after["open"]["waiting"] == before["open"]["waiting"] + 1
    assert after["open"]["queued"] == before["open"]["queued"]


def test_days_are_utc_both_inclusive_and_at_most_92(client: Client) -> None:
    today = date.fromisoformat(_today(client))
    assert len(_stats(client).data["days"]) == 30
    for number in (1, 92):
        start = today - timedelta(days=number - 1)
        days = _stats(client, f"?from={start}&to={today}").data["days"]
        assert [day["date"] for day in days] == [
            str(start + timedelta(days=one)) for one in range(number)
        ]
    old = _stats(client, "?from=2020-01-31&to=2020-02-01").data["days"]
    assert [day["created"] for day in old] == [0, 0]


@pytest.mark.parametrize(
    "query",
    [
        *("?from=yesterday", "?from=2026-02-30", "?to=20260101", "?to=2026-1-1"),
        *("?from=2026-01-01&to=2026-04-03", "?from=2026-01-02&to=2026-01-01"),
        *("?workflow=nothing", "?from=2020-01-01", "?from=0001-01-01"),
    ],
)
def test_a_bad_value_is_refused(client: Client, query: str) -> None:
    assert _stats(client, query).code == "VALIDATION_ERROR"


def test_another_organisations_numbers_are_its_own(client: Client) -> None:
    before = _stats(client, user="outsider").data["open"]
    waiting = _stats(client).data["open"]["waiting"]
    body = {"profile": "analytics_forecast_app", "intake": "Forecast."}
    assert client.call("POST", "/runs", body, "member").data["run"]["status"] == "waiting"
    for _ in range(100):
        if _stats(client).data["open"]["waiting"] > waiting:
            break
        time.sleep(0.1)
    assert _stats(client).data["open"]["waiting"] > waiting
    assert _stats(client, user="outsider").data["open"] == before
