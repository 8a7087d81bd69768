"""Settings of the whole organisation: nothing of them is lost, or cut, by one click."""

import pytest
from playwright.sync_api import expect

from local.demo.client import Client
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


def test_nothing_is_kept_for_less_time_by_one_click(open_console: Open, client: Client) -> None:
    def kept() -> int | None:
        organisation = client.call("GET", "/organisation", user="admin").data["organisation"]
        return organisation["retention_days"]  # type: ignore[no-any-return]

    console = open_console("admin", at="#/admin?tab=organisation", fresh=True)
    console.fill("Days", "36499").press("Change").confirm("Go back", "It cannot be brought back")
    assert kept() is None
    console.press("Change").confirm("Keep 36,499 days only").sees("The time was changed.")
    assert kept() == 36499
    console.fill("Days", "").press("Change")
    expect(console.page.locator("main dl").get_by_text("for ever")).to_be_visible()
    assert kept() is None


def test_a_budget_that_is_there_is_changed_and_not_replaced_by_a_new_one(
    open_console: Open, client: Client
) -> None:
    limit = {"limit_usd": 50, "period": "month"}
    client.call("PUT", "/budgets/organisation", limit, "admin")
    try:
        console = open_console("admin", at="#/admin", fresh=True).sees("of $50")
        scope = console.press("Set a budget").page.get_by_label("Of", exact=True)
        expect(scope).to_have_value("workflow:diagnosis")
        expect(scope.get_by_role("option", name="The organisation")).to_have_count(0)
        console.press("Cancel").press("Change")
        expect(console.page.get_by_label("Dollars")).to_have_value("50")
    finally:
        client.call("DELETE", "/budgets/organisation", user="admin")
