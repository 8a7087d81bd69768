"""The console as a person uses it: by the names of what is on the screen.

Knows no class name that is not also a landmark's.
"""

import re

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

PATIENT = "11111111-1111-4111-8111-111111111111"
LABELS = {
    "clinician": "Clinician",
    "other-clinician": "Other clinician",
    "admin": "Admin",
    "patient": "Patient",
    "member": "Member",
    "other-member": "Other member",
    "system": "System",
    "outsider": "Outsider",
}
_REFUSED = "Failed to load resource"
"""What Chromium writes for every answer of 4xx; which ones are right is each test's matter."""


class Console:
    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = f"{url}/console/"
        self.problems: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog.message}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_REFUSED):
            self.problems.append(f"{message.type}: {message.text}")

    # --- where one is -----------------------------------------------------------------------------

    def start(self, user: str | None, at: str) -> "Console":
        self.page.goto(self.url + at)
        return self.sign_in(user) if user else self

    def sign_in(self, user: str) -> "Console":
        self.page.get_by_role("button", name=re.compile(rf"^{LABELS[user]} ?[SRK]")).click()
        expect(self.page.get_by_role("navigation", name="Main")).to_be_visible()
        return self

    def go(self, at: str) -> "Console":
        """To another address of the same page, as a link would."""
        self.page.evaluate("(at) => { location.hash = at }", at)
        return self

    def places(self) -> list[str]:
        return [
            text.strip()
            for text in self.page.get_by_role("navigation", name="Main")
            .get_by_role("link")
            .all_inner_texts()
        ]

    def forget(self) -> "Console":
        """Leave nothing of a test behind: routes, questions and messages on the screen, the place
        one is at.
        """
        self.page.unroute_all(behavior="ignoreErrors")
        self.page.evaluate(
            "document.querySelectorAll('dialog[open]').forEach((dialog) => dialog.close())"
        )
        self.page.evaluate(
            "document.querySelectorAll('.toast button').forEach((button) => button.click())"
        )
        self.problems.clear()
        return self.go("#/new")

    def section(self, name: str) -> "Console":
        self.page.get_by_role("navigation", name="Sections of this run").get_by_role(
            "link", name=re.compile(name)
        ).click()
        return self

    @property
    def run_id(self) -> str:
        found = re.search(r"#/runs/([0-9a-f-]{36})", self.page.url)
        assert found, self.page.url
        return found[1]

    # --- what one does ----------------------------------------------------------------------------

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> "Console":
        self.button(name).first.click()
        return self

    def confirm(self, name: str, *said: str) -> "Console":
        """Answer the question on the screen, which must say these words."""
        dialog = self.page.get_by_role("dialog")
        for words in said:
            expect(dialog).to_contain_text(words)
        dialog.get_by_role("button", name=name, exact=True).click()
        expect(dialog).to_have_count(0)
        return self

    def fill(self, label: str, text: str) -> "Console":
        self.page.get_by_label(label).first.fill(text)
        return self

    # --- what one sees ----------------------------------------------------------------------------

    def status(self, label: str) -> "Console":
        """The run's status has come to be this, without anything being reloaded."""
        expect(self.page.locator("main dl .status").first).to_have_text(label)
        return self

    def sees(self, text: str) -> "Console":
        expect(self.page.get_by_text(text).first).to_be_visible()
        return self

    def sees_no(self, button: str) -> "Console":
        expect(self.button(button)).to_have_count(0)
        return self
