"""Signing in as each of the demo users, what each is offered, and what happens when a
sign-in ends.
"""

import json

import pytest
from playwright.sync_api import expect

from local.demo.client import Client
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

PLACES = {
    "clinician": ["Runs", "Board", "Projects", "Patients", "Metrics"],
    "other-clinician": ["Runs", "Board", "Projects", "Patients", "Metrics"],
    "admin": ["Runs", "Board", "Projects", "Patients", "Metrics", "Admin"],
    "patient": ["Runs", "Your record"],
    "member": ["Runs", "Board", "Projects", "Metrics"],
    "other-member": ["Runs", "Board", "Projects", "Metrics"],
    "system": ["Runs", "Patients", "Metrics"],
    "outsider": ["Runs", "Board", "Projects", "Patients", "Metrics", "Admin"],
}


@pytest.mark.parametrize("user", PLACES)
@pytest.mark.one_in(4)
def test_each_role_has_its_places(open_console: Open, user: str) -> None:
    console = open_console(user, fresh=True)
    assert console.places() == PLACES[user]
    expect(console.page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    new_run = console.page.get_by_role("link", name="New run")
    expect(new_run).to_have_count(0 if user in ("patient", "system") else 1)


@pytest.mark.parametrize(
    ("user", "offered"),
    [
        ("clinician", ["Diagnosis", "Orchestration", "Analysis"]),
        ("member", ["Orchestration", "Analysis"]),
    ],
)
def test_a_role_is_offered_the_workflows_it_may_start(
    open_console: Open, user: str, offered: list[str]
) -> None:
    console = open_console(user, at="#/new").sees("What shall be done?")
    titles = (
        console.page.locator("main")
        .get_by_role("link")
        .filter(has=console.page.locator(".tile-title"))
    )
    assert [text.split("\n")[0] for text in titles.all_inner_texts()] == offered


def test_nothing_of_the_loading_page_stays_below_a_page_that_is_opened_signed_in(
    open_console: Open,
) -> None:
    console = open_console("member", fresh=True)
    console.page.reload()
    expect(console.page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    expect(console.page.get_by_text("is loading")).to_have_count(0)
    expect(console.page.locator("main")).to_have_count(1)


def test_a_member_has_no_patients(open_console: Open) -> None:
    open_console("member", at="#/patients").sees("There is nothing here for you")


def test_a_token_that_ran_out_is_renewed_without_a_word(open_console: Open, client: Client) -> None:
    console = open_console("clinician", at="#/patients", fresh=True).sees("Patient 11111111")
    held = json.loads(console.page.evaluate("sessionStorage['studio-runs.session']"))
    old = held | {"token": client.token("clinician", expires_in=-10), "expiresAt": 0}
    console.page.evaluate(
        "(held) => { sessionStorage['studio-runs.session'] = held }", json.dumps(old)
    )
    console.page.reload()
    console.sees("Patient 11111111")
    assert (
        json.loads(console.page.evaluate("sessionStorage['studio-runs.session']"))["token"]
        != old["token"]
    )


def test_a_sign_in_that_cannot_be_renewed_ends_and_comes_back_to_the_same_place(
    open_console: Open, client: Client
) -> None:
    console = open_console("clinician", at="#/patients", fresh=True).sees("Patient 11111111")
    held = json.loads(console.page.evaluate("sessionStorage['studio-runs.session']"))
    lost = held | {"token": client.token("clinician", expires_in=-10), "localUser": None}
    console.page.evaluate(
        "(lost) => { sessionStorage['studio-runs.session'] = lost }", json.dumps(lost)
    )
    console.page.reload()
    console.sees("Your sign-in has ended").sees("Who are you today?").sign_in("clinician").sees(
        "Patient 11111111"
    )


def test_changing_the_user_forgets_the_one_before(open_console: Open) -> None:
    console = open_console("clinician", fresh=True)
    console.page.get_by_label("Account and theme").click()
    console.press("Change user").sees("Who are you today?")
    expect(console.page.get_by_text("Your sign-in has ended")).to_have_count(0)
    assert console.page.evaluate("sessionStorage['studio-runs.session']") is None
    assert console.sign_in("member").places() == PLACES["member"]


def test_a_chosen_theme_is_kept(open_console: Open) -> None:
    console = open_console("member", color_scheme="light")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = console.page.evaluate(ground)
    console.page.get_by_label("Account and theme").click()
    console.press("Dark")
    dark = console.page.evaluate(ground)
    console.page.reload()
    assert console.page.evaluate(ground) == dark != light


def test_the_keyboard_finds_its_way(open_console: Open) -> None:
    """Skip link, then the places, with a visible ring; a new page takes the focus to
    its heading.
    """
    console = open_console("member", fresh=True)
    expect(console.page.get_by_role("heading", name="Runs", level=1)).to_be_focused()
    console.page.reload()
    expect(console.page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    console.page.keyboard.press("Tab")
    expect(console.page.get_by_text("Skip to the content")).to_be_focused()
    console.page.keyboard.press("Enter")
    assert console.page.evaluate("document.activeElement.id") == "main"
    console.page.get_by_role("link", name="Board", exact=True).focus()
    assert console.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    console.page.keyboard.press("Enter")
    expect(console.page.get_by_role("heading", name="Board", level=1)).to_be_focused()
    assert console.page.title() == "Board · Studio Runs"


def test_a_button_that_is_gone_leaves_the_focus_on_the_page(
    open_console: Open, client: Client
) -> None:
    run = client.call(
        "POST", "/runs", {"profile": "analytics_forecast_app", "intake": "x"}, "member"
    ).data["run"]
    console = open_console("member", at=f"#/runs/{run['id']}").status("Waiting")
    console.button("Cancel run").focus()
    console.page.keyboard.press("Enter")
    expect(console.page.get_by_role("dialog")).to_be_visible()
    console.page.keyboard.press("Escape")
    expect(console.button("Cancel run")).to_be_focused()
    console.page.keyboard.press("Enter")
    console.button("Cancel the run").focus()
    console.page.keyboard.press("Enter")
    console.status("Cancelled")
    expect(console.page.get_by_role("heading", level=1)).to_be_focused()


def test_a_new_tab_is_signed_in_where_another_one_is_and_signed_out_with_it(
    open_console: Open,
) -> None:
    console = open_console("member", fresh=True)
    tab = console.page.context.new_page()
    tab.goto(console.url + "#/projects")
    expect(tab.get_by_role("heading", name="Projects", level=1)).to_be_visible()
    console.page.get_by_label("Account and theme").click()
    console.press("Change user").sees("Who are you today?")
    expect(tab.get_by_text("Who are you today?")).to_be_visible()
    tab.close()
