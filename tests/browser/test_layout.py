"""What is long stays in its place: tags, names and addresses crush nothing beside them."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from local.demo.client import Client
from tests.browser.conftest import Open
from tests.browser.console import PATIENT
from tests.browser.test_accessibility import fits

pytestmark = pytest.mark.browser

LONG = "a-tag-that-somebody-typed-without-thinking-of-others-0123456789"


def box(place: Locator) -> dict[str, Any]:
    found = place.bounding_box()
    assert found is not None
    return dict(found)


def is_whole(place: Locator) -> bool:
    """Nothing of its text is cut off."""
    return bool(place.evaluate("(one) => one.scrollWidth <= one.clientWidth"))


@pytest.mark.parametrize("width", [1280, 360])
def test_long_tags_leave_short_ones_and_the_creator_whole(
    open_console: Open, client: Client, width: int
) -> None:
    tags = [LONG[:60] + "-one", LONG[:60] + "-two", f"short{width}", "last"]
    body = {"input_config": {}, "dispatch": "manual", "tags": tags}
    path = f"/api/studio/patients/{PATIENT}/diagnosis-runs"
    client.call("POST", path, body, "clinician")
    console = open_console("clinician", at=f"#/runs?tag=short{width}", width=width, height=800)
    row = console.page.get_by_role("list", name="Runs").get_by_role("listitem")
    for text in (f"short{width}", "+1", "You"):
        place = row.get_by_text(text, exact=True)
        expect(place).to_be_visible()
        assert is_whole(place), text
    assert fits(console)


def test_a_ticket_stays_in_its_lane(open_console: Open, client: Client) -> None:
    body = {"profile": "analytics_forecast_app", "intake": "x", "project_name": LONG}
    client.call("POST", "/runs", body, "other-member")
    console = open_console("other-member", at="#/board", width=1280, height=800).sees(LONG)
    lane = console.page.get_by_role("listitem").filter(
        has=console.page.get_by_role("heading", name="Planning")
    )
    inner = box(lane.get_by_role("button").first)
    outer = box(lane)
    assert inner["x"] >= outer["x"]
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]


def test_a_long_address_of_a_webhook_fits_a_phone(
    open_console: Open, client: Client, url: str
) -> None:
    body = {"url": f"{url}/dev/webhooks/receiver", "events": ["*"]}
    made = client.call("POST", "/webhooks", body, "admin").data["webhook"]
    client.call("POST", f"/webhooks/{made['id']}/test", {}, "admin")
    at = f"#/admin?tab=webhooks&webhook={made['id']}"
    console = open_console("admin", at=at, width=360, height=800).sees("everything")
    delivered = console.page.get_by_text("delivered", exact=True)
    expect(delivered).to_be_visible()
    assert box(delivered)["height"] < 30, "a word is not broken into lines"
    assert fits(console)
    client.call("DELETE", f"/webhooks/{made['id']}", user="admin")


def test_words_without_a_space_fit_a_phone(open_console: Open, client: Client) -> None:
    word = "W" * 250
    body = {"name": word}
    project = client.call("POST", "/api/projects", body, "other-member").data["project"]["id"]
    ids = []
    for intake in (word * 20, "short"):
        made = {"profile": "analytics_forecast_app", "intake": intake, "project_name": word[:200]}
        ids.append(client.call("POST", "/runs", made, "other-member").data["run"]["id"])
    console = open_console("other-member", at=f"#/projects/{project}", width=360, height=800)
    for at, seen in (
        (f"#/projects/{project}", "Every run"),
        (f"#/runs/{ids[0]}?tab=io", "Output"),
        (f"#/compare?a={ids[0]}&b={ids[1]}", "Figures"),
    ):
        console.go(at).sees(seen)
        assert fits(console), at


def test_on_paper_ids_and_times_are_written_out(open_console: Open, client: Client) -> None:
    path = f"/api/studio/patients/{PATIENT}/diagnosis-runs"
    run = client.call("POST", path, {"input_config": {}, "dispatch": "manual"}, "clinician").data
    console = open_console("clinician", at=f"#/runs/{run['run']['id']}", fresh=True)
    console.sees("Timeline").page.emulate_media(media="print")
    script = "(one) => JSON.parse(getComputedStyle(one, '::after').content)"
    ids = console.page.locator(".copy").evaluate_all(f"(all) => all.map({script})")
    assert {PATIENT, run["run"]["id"]} <= set(ids)
    expect(console.page.locator(".copy .mono").first).to_be_hidden()
    made = console.page.locator("main dl time").first
    assert "UTC" in made.evaluate(script) or "GMT" in made.evaluate(script)
