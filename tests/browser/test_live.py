"""Watching: a run through a worker that dies, and doing one thing to many runs."""

import os
import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import expect

from local.demo.client import Client
from tests.browser.conftest import PATIENCE_MS, Open
from tests.browser.console import PATIENT

pytestmark = pytest.mark.browser

MANY = int(os.environ.get("BULK_RUNS", "6"))
"""A thousand take minutes to make fail; the console does the same for six."""
STUDIO = f"/api/studio/patients/{PATIENT}/diagnosis-runs"


def failed(client: Client, tag: str) -> dict[str, Any]:
    body = {"input_config": {}, "dispatch": "manual", "tags": [tag]}
    run = client.call("POST", STUDIO, body, "clinician").data["run"]
    at = f"/api/studio/diagnosis-runs/{run['id']}"
    client.call("PATCH", at, {"status": "running"}, "clinician")
    error = {"code": "PERSON_FAILED", "message": "To be tried again."}
    ended = {"status": "failed", "error_info": error}
    return dict(client.call("PATCH", at, ended, "clinician").data["run"])


@pytest.mark.timeout(240 + 3 * MANY)
def test_many_failed_runs_are_counted_first_and_then_retried(
    open_console: Open, client: Client
) -> None:
    for _ in range(MANY):
        failed(client, "browser-many")
    console = open_console("clinician", at="#/runs?tag=browser-many&status=failed")
    console.press("Many at once").press("Count what retry would reach")
    console.sees(f"{MANY:,} runs are found.").press(f"Retry {MANY:,} runs")
    done = console.page.get_by_text("Retry of many is done.")
    expect(done).to_be_visible(timeout=PATIENCE_MS + 1_000 * MANY)
    console.sees(f"{MANY:,} of {MANY:,}").sees("No run matches")
    listed = client.call("GET", "/runs?tag=browser-many&status=failed", user="clinician").data
    assert listed["runs"] == []
    console.page.reload()
    console.sees("Retry of many is done.").press("Close").sees("No run matches")


def test_what_was_counted_is_forgotten_with_other_filters(
    open_console: Open, client: Client
) -> None:
    failed(client, "browser-counted")
    console = open_console("clinician", at="#/runs?tag=browser-counted&status=failed")
    console.press("Many at once").press("Count what retry would reach").sees("Retry 1 run")
    console.press("Cancelled").sees("Count what retry would reach").sees_no("Retry 1 run")


def test_what_is_ticked_is_done_once_somebody_has_said_so_again(
    open_console: Open, client: Client
) -> None:
    body = {"input_config": {}, "dispatch": "manual", "tags": ["browser-ticked"]}
    run = client.call("POST", STUDIO, body, "clinician").data["run"]
    console = open_console("clinician", at="#/runs?tag=browser-ticked").press("Many at once")
    console.page.get_by_role("list", name="Runs").get_by_role("checkbox").check()
    console.press("Cancel the ticked runs").confirm("Go back", "This cannot be undone")
    at = f"/runs/{run['id']}"
    assert client.call("GET", at, user="clinician").data["run"]["status"] == "queued"
    console.press("Cancel the ticked runs").confirm("Cancel 1 run").sees("1 of 1 done.")
    assert client.call("GET", at, user="clinician").data["run"]["status"] == "cancelled"
    console.press("Failed").press("Count what cancel would reach")
    console.sees("Only a run that has not ended can be cancelled").sees_no("Cancel 1 run")


def test_two_runs_are_compared_side_by_side(open_console: Open, client: Client) -> None:
    ids = []
    for focus in ("The kidneys", "The heart"):
        body = {"input_config": {"focus": focus}, "tags": ["browser-two"]}
        ids.append(client.call("POST", STUDIO, body, "clinician", prefer="wait=20").data["run"])
    console = open_console("clinician", at=f"#/runs/{ids[0]['id']}").sees("Model call")
    console.page.get_by_role("link", name="Compare", exact=True).click()
    console.sees("With which one?")
    console.page.locator("main").get_by_role("link", name=shown(ids[1]["id"])).click()
    console.sees("Figures").sees("The kidneys").sees("The heart")
    console.go("#/runs?tag=browser-two").press("Many at once")
    boxes = console.page.get_by_role("list", name="Runs").get_by_role("checkbox")
    boxes.nth(0).check()
    boxes.nth(1).check()
    console.page.get_by_role("link", name="Compare the two").click()
    console.sees("Figures").sees("The kidneys").sees("The heart")
    address = console.page.url
    console.page.reload()
    console.sees("The heart")
    assert console.page.url == address


def shown(run_id: str) -> re.Pattern[str]:
    return re.compile(f"{run_id[:8]}…{run_id[-4:]}")


def test_keys_show_and_do_what_they_say(open_console: Open) -> None:
    console = open_console("member", at="#/new").sees("What shall be done?")
    console.page.keyboard.press("?")
    console.sees("find runs by id or name").page.keyboard.press("Escape")
    console.page.keyboard.press("g")
    console.page.keyboard.press("b")
    expect(console.page.get_by_role("heading", name="Board", level=1)).to_be_visible()
    console.page.get_by_label("Account and theme").click()
    console.press("Keyboard shortcuts").sees("find runs by id or name")


def test_health_that_nobody_has_looked_at_is_no_row_of_noughts(open_console: Open) -> None:
    none = {"at": None, "open_runs": 0, "past_due": 0, "violations": 0}
    console = open_console("admin", at="#/new", fresh=True)
    console.page.route(
        "**/invariants", lambda route: route.fulfill(json={"success": True, "data": none})
    )
    console.go("#/metrics").sees("The service has not looked at itself yet")
    expect(console.page.get_by_text("Past due")).to_have_count(0)


def test_the_trail_is_read_by_the_names_of_people(open_console: Open, client: Client) -> None:
    client.call("GET", f"/api/patients/{PATIENT}", user="clinician")
    console = open_console("admin", at=f"#/patients/{PATIENT}")
    console.page.get_by_role("link", name="who looked").click()
    rows = console.page.get_by_role("region", name="Audit trail").locator("tbody tr")
    expect(rows.filter(has_text="You admin").first).to_be_visible()
    console.fill("Person", "clinician").press("Look")
    expect(rows.filter(has_text="Read patient").first).to_contain_text("Clinician")
    expect(rows.filter(has_text="You admin")).to_have_count(0)
    assert f"patient={PATIENT}" in console.page.url


def test_the_trail_of_a_patient_is_found_by_their_label(open_console: Open, client: Client) -> None:
    patient = str(uuid.uuid4())
    client.call("PUT", f"/api/patients/{patient}", {"label": "Trail 1"}, "admin")
    console = open_console("admin", at="#/admin?tab=audit", fresh=True).sees("Outcome")
    with console.page.expect_response("**/api/patients?**"):
        console.page.reload()
    console.fill("Patient", "Trail 1").press("Look").sees("Stored patient")
    assert f"patient={patient}" in console.page.url
    console.fill("Patient", "nobody").press("Look").sees("No one patient is known here as “nobody”")
    expect(console.page.get_by_role("region", name="Audit trail")).to_have_count(0)
    console.press("Show all").sees("Outcome").fill("Person", "clinicain").press("Look")
    console.sees("“clinicain” is no name that is known here")


def test_a_webhook_is_told_of_something(open_console: Open) -> None:
    console = open_console("admin", at="#/admin?tab=webhooks").press("Add a webhook")
    console.fill("Address", "https://example.com/told")
    console.page.get_by_label("run.failed").uncheck()
    console.press("Add it")
    problem = console.page.get_by_role("dialog").get_by_role("alert")
    expect(problem).to_contain_text("Told of must have at least 1 entr")
    problem.get_by_role("link", name="Told of").click()
    expect(console.page.get_by_role("group", name="Told of")).to_be_focused()
    console.press("Cancel")


def test_a_webhook_is_added_tested_and_its_delivery_seen(open_console: Open, url: str) -> None:
    console = open_console("admin", at="#/admin?tab=webhooks").press("Add a webhook")
    console.fill("Address", f"{url}/dev/webhooks/receiver").press("Add it")
    console.sees("The secret, shown once").press("I have kept it").press("Send a test")
    console.sees("A test is on its way.")
    console.page.get_by_role("link", name="Show them").click()
    console.sees("webhook.test").sees("delivered")
    console.press("Delete").confirm("Delete it", "is told of nothing any more")
    console.sees("Nobody is told of anything.")


def test_a_run_is_watched_live_through_a_killed_worker_to_its_end(
    open_console: Open, client: Client
) -> None:
    """The last one here: it moves the stack's clock."""
    client.call("POST", "/dev/worker", {"kill_at": "call_model"})
    run = client.call("POST", STUDIO, {"input_config": {}}, "clinician").data["run"]
    console = open_console("clinician", at="#/new")
    with console.page.expect_request("**/stream?**"):
        console.go(f"#/runs/{run['id']}")
    console.status("Running").sees("Last sign of life")
    client.call("POST", "/dev/clock", {"advance_seconds": 400})
    console.status("Succeeded")
    expect(
        console.page.locator(".waterfall").get_by_role("img", name="gave no sign of life")
    ).to_be_visible()
    console.section("History").sees("The worker stopped before it finished")
