"""Orchestrations: the board, the gate, checks that hold a phase back, accepting it, and what others
see of it.
"""

import re

import pytest
from playwright.sync_api import Locator, expect

from local.demo.client import Client
from tests.browser.conftest import Open
from tests.browser.console import Console

pytestmark = pytest.mark.browser


def created(
    console: Console,
    name: str,
    intake: str = "A demand forecasting app for bakeries",
    auto: bool = False,
) -> Console:
    profile = console.go("#/new/orchestration").page.get_by_role("combobox", name="Profile")
    expect(profile).to_have_value("analytics_forecast_app")
    console.fill("Intake", intake).fill("Name of the project", name)
    if auto:
        console.page.get_by_label("Go through all phases").check()
    return console.press("Create the run")


def phase(console: Console, name: str) -> Locator:
    return console.page.get_by_role("listitem").filter(
        has=console.page.get_by_role("heading", name=name, exact=True)
    )


def test_nothing_is_planned_without_an_intake(open_console: Open) -> None:
    console = created(open_console("member", fresh=True), "No idea", intake=" ").sees("is needed")
    expect(console.page.get_by_label("Intake")).to_have_attribute("aria-invalid", "true")
    assert console.page.url.endswith("#/new/orchestration")


def test_opening_a_gate_and_advancing(open_console: Open) -> None:
    console = created(open_console("member"), "Bakery forecast").status("Waiting")
    expect(phase(console, "Architecture")).to_contain_text("later")
    console.press("Execute planning").confirm(
        "Execute planning", "which costs money", "checks stop the run"
    )
    expect(phase(console, "Planning")).to_contain_text("Checks passed")
    expect(phase(console, "Architecture")).to_contain_text("Waiting")
    console.page.get_by_role("link", name="PRD.md").click()
    expect(console.page.locator(".markdown")).to_contain_text("offline stand-in")
    console.press("Source")
    expect(console.page.get_by_role("region", name="PRD.md")).to_contain_text("#")
    with console.page.expect_download() as started:
        console.press("Download")
    assert started.value.suggested_filename == "PRD.md"


def test_the_board_shows_it_in_its_phase_and_opens_the_gate(open_console: Open) -> None:
    created(console := open_console("member"), "On the board").status("Waiting").go("#/board")
    board = console.page.get_by_role("list", name="Open orchestrations by phase")
    planning = board.get_by_role("listitem").filter(
        has=console.page.get_by_role("heading", name=re.compile("^Planning"))
    )
    expect(planning).to_contain_text("On the board")
    console.press("Execute planning of On the board").confirm("Execute planning")
    architecture = board.get_by_role("listitem").filter(
        has=console.page.get_by_role("heading", name=re.compile("^Architecture"))
    )
    expect(architecture).to_contain_text("On the board")


def test_a_phase_held_back_by_its_checks_is_accepted_as_it_is(open_console: Open) -> None:
    console = created(
        open_console("member"), "Held back", "An app. [[offline: break planning]]"
    ).status("Waiting")
    console.press("Execute planning").confirm("Execute planning")
    expect(phase(console, "Planning")).to_contain_text("Checks failed")
    expect(phase(console, "Planning")).to_contain_text("blocking")
    held = console.section("Overview").sees("The checks of planning failed").run_id
    console.go("#/board").press("Execute planning of Held back").sees("Planning: what now?").press(
        "Go back"
    )
    console.go(f"#/runs/{held}").press("Decide on planning")
    console.page.get_by_role("radio", name=re.compile("Accept it as it is")).check()
    console.confirm("Go on", "Costs nothing")
    console.section("Phases")
    expect(phase(console, "Architecture")).to_contain_text("Waiting")
    console.section("History").sees("Phase accepted in spite of its checks")


def test_all_phases_in_one_go_with_metrics_and_output(open_console: Open) -> None:
    console = created(open_console("member"), "All the way", auto=True).status("Succeeded")
    for name in ("Planning", "Architecture", "Data", "Development", "QA", "Documentation"):
        expect(phase(console, name)).to_contain_text("Succeeded")
    console.sees("governance").section("Usage").sees("Hygiene").section("Artifacts").sees(
        "Documentation"
    )
    expect(
        console.page.get_by_role("navigation", name="Artifacts").get_by_role("link")
    ).not_to_have_count(0)


def test_only_its_creator_and_admins_move_it_on(open_console: Open, client: Client) -> None:
    run = client.call(
        "POST", "/runs", {"profile": "analytics_forecast_app", "intake": "x"}, "member"
    ).data["run"]
    address = f"#/runs/{run['id']}"
    open_console("other-member", at=address).sees(
        "Your role, or your relation to this, does not allow it."
    )
    console = open_console("admin", at=address).status("Waiting")
    expect(console.button("Execute planning")).to_be_visible()
    console.press("Cancel run").confirm("Cancel the run")
    console.status("Cancelled").sees_no("Execute planning")


def test_a_gate_that_somebody_else_opened_first(open_console: Open, client: Client) -> None:
    console = created(open_console("member"), "Raced").status("Waiting")
    console.press("Execute planning")
    client.call("POST", f"/runs/{console.run_id}/cancel", {}, "member")
    console.page.get_by_role("dialog").get_by_role("button", name="Execute planning").click()
    console.sees("Its state has changed in the meantime")
    console.press("Go back").status("Cancelled")


def test_a_quota_says_how_long_to_wait(open_console: Open, client: Client) -> None:
    run = client.call(
        "POST", "/runs", {"profile": "analytics_forecast_app", "intake": "x"}, "other-member"
    ).data["run"]
    console = open_console("other-member", at=f"#/runs/{run['id']}").status("Waiting")
    client.call("POST", "/dev/settings", {"quota_per_minute": 1})
    client.call(
        "POST", "/runs", {"profile": "analytics_forecast_app", "intake": "x"}, "other-member"
    )
    console.press("Execute planning")
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Execute planning").click()
    expect(dialog).to_contain_text(
        re.compile(r"Too many at once. Try again in (a second|\d+ seconds)\.")
    )


def test_on_a_phone_what_is_chosen_comes_into_sight(open_console: Open, client: Client) -> None:
    """The section one is in, and the artifact one has chosen from a list that fills the screen."""
    body = {"profile": "analytics_forecast_app", "intake": "x", "auto_advance": True}
    run = client.call("POST", "/runs", body, "member", prefer="wait=25").data["run"]
    console = open_console(
        "member", at=f"#/runs/{run['id']}?tab=usage", width=360, height=700
    ).status("Succeeded")
    expect(console.page.get_by_role("link", name="Usage and cost")).to_be_in_viewport(ratio=1)
    console.section("Artifacts").page.get_by_role("link", name="runbook.md").click()
    expect(console.page.get_by_role("heading", name="runbook.md")).to_be_in_viewport()
    expect(console.button("Download")).to_be_in_viewport()
