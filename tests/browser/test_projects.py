"""Projects: Last run, inputs, and generating an analysis once however often it is asked for."""

import pytest
from playwright.sync_api import expect

from local.demo.client import Client
from tests.browser.conftest import Open
from tests.browser.console import Console

pytestmark = pytest.mark.browser


def project(console: Console, name: str) -> Console:
    console.go("#/projects").press("New project").fill("Name", name).press("Create the project")
    expect(console.page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return console


def input_added(console: Console) -> Console:
    console.press("Add an input").fill(
        "Hypothesis", "Commuters would pay for a guaranteed seat"
    ).fill("Audience", "Daily commuters")
    console.fill(
        "Evidence notes", "41 of 60 stand twice a week\nNight seats sell out by Tuesday"
    ).press("Add this version")
    return console.sees("Version 1")


def generated(console: Console) -> Console:
    return console.press("Generate analysis").confirm(
        "Generate", "Where this input was analysed before"
    )


def test_generating_twice_makes_one_run(open_console: Open, client: Client) -> None:
    console = project(open_console("member"), "Twice")
    console.sees("Never")
    generated(input_added(console)).status("Succeeded").sees("Evidence").sees(
        "41 of 60 stand twice a week"
    )
    first, project_id = (
        console.run_id,
        client.call("GET", "/api/projects", user="member").data["projects"][0]["id"],
    )
    generated(console.go(f"#/projects/{project_id}")).sees("This input was analysed already")
    assert console.run_id == first
    assert (
        len(client.call("GET", f"/api/projects/{project_id}/runs", user="member").data["runs"]) == 1
    )


def test_what_was_typed_in_a_dialog_is_there_when_one_comes_back(open_console: Open) -> None:
    console = project(open_console("member"), "Kept").press("Add an input")
    console.fill("Hypothesis", "Typed with care").page.keyboard.press("Escape")
    expect(console.page.get_by_role("dialog")).to_have_count(0)
    console.press("Add an input")
    expect(console.page.get_by_label("Hypothesis")).to_have_value("Typed with care")
    address = console.page.url
    console.go("#/projects").page.goto(address)
    console.press("Add an input")
    expect(console.page.get_by_label("Hypothesis")).to_have_value("Typed with care")
    console.fill("Audience", "People").press("Add this version").sees("Version 1")
    generated(console).status("Failed").page.get_by_role("link", name="Kept", exact=True).click()
    console.press("Add an input")
    expect(console.page.get_by_label("Evidence notes")).to_have_value("")


def test_last_run_on_the_dashboard(open_console: Open) -> None:
    console = project(open_console("member"), "Dashboard").go("#/projects")
    tile = console.page.get_by_role("link", name="Dashboard")
    expect(tile).to_contain_text("Never")
    tile.click()
    generated(input_added(console)).status("Succeeded").go("#/projects")
    expect(tile).to_contain_text("Succeeded")
    expect(tile).to_contain_text("1 run")


def test_without_inputs_a_failed_run_stays_on_record(open_console: Open) -> None:
    console = project(open_console("member"), "Empty").press("Generate analysis")
    dialog = console.page.get_by_role("dialog")
    expect(dialog).to_contain_text("No model is called and nothing is spent")
    dialog.get_by_role("button", name="Generate all the same", exact=True).click()
    console.sees("The project has no final input yet.").sees_no("Generate all the same")
    expect(dialog.get_by_text("has no final input")).to_have_count(1)
    dialog.get_by_role("link", name="Open the failed run").click()
    console.status("Failed").sees("Add an input to the project and generate again.")
    console.press("Retry")
    expect(console.page.get_by_role("dialog")).to_contain_text("It will most likely fail again")


def test_what_an_input_lacks_is_named(open_console: Open) -> None:
    console = (
        project(open_console("member"), "Thin")
        .press("Add an input")
        .fill("Hypothesis", "Something")
        .press("Add this version")
    )
    console.sees("Version 1")
    generated(console).status("Failed").sees("The input lacks what the analysis needs").sees(
        "audience is missing"
    )
