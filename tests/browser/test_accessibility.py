"""Every main view, light and dark: nothing that axe calls more than minor, and nothing wider than a
phone.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, expect

from local.demo.client import Client
from tests.browser.conftest import Open, opening
from tests.browser.console import PATIENT, Console

pytestmark = pytest.mark.browser

GRAVE = {"moderate", "serious", "critical"}
"""Graver than asked for: headings in their order and landmarks with names of their own are among
the moderate ones.
"""


@pytest.fixture(scope="module")
def places(client: Client, url: str) -> Iterator[dict[str, str]]:
    """Something to look at in every view: runs that succeeded, failed and wait, a phase held back,
    a project with its analysis.
    """
    studio = f"/api/studio/patients/{PATIENT}/diagnosis-runs"
    good = client.call(
        "POST",
        studio,
        {"input_config": {"focus": "seen"}, "tags": ["seen"]},
        "clinician",
        prefer="wait=20",
    ).data["run"]
    settled(client, good["id"], "clinician")
    client.call("POST", "/dev/model", {"script": ["missing_fields"]})
    bad = client.call("POST", studio, {"input_config": {}}, "clinician", prefer="wait=20").data[
        "run"
    ]
    settled(client, bad["id"], "clinician")
    held = _held(client)
    project = client.call("POST", "/api/projects", {"name": "Seen by everybody"}, "admin").data[
        "project"
    ]["id"]
    document = {"hypothesis": "It helps", "audience": "People", "evidence_notes": ["One", "Two"]}
    client.call("POST", f"/api/projects/{project}/inputs", {"input": document}, "admin")
    analysis = client.call(
        "POST", f"/api/projects/{project}/generate", {}, "admin", prefer="wait=20"
    ).data["run"]["id"]
    webhook = _told(client, url)
    client.call("PUT", "/budgets/workflow:analysis", {"limit_usd": 50, "period": "month"}, "admin")
    yield {
        "webhook": webhook,
        "good": good["id"],
        "bad": bad["id"],
        "held": held,
        "project": project,
        "analysis": analysis,
    }
    client.call("DELETE", f"/webhooks/{webhook}", user="admin")
    client.call("DELETE", "/budgets/workflow:analysis", user="admin")


def _told(client: Client, url: str) -> str:
    """A webhook that was told something."""
    body = {"url": f"{url}/dev/webhooks/receiver", "events": ["run.failed", "budget.reached"]}
    made = client.call("POST", "/webhooks", body, "admin").data["webhook"]
    client.call("POST", f"/webhooks/{made['id']}/test", {}, "admin")
    return str(made["id"])


def settled(client: Client, run_id: str, user: str) -> None:
    """The run has ended or waits for a person, however slow this machine is."""
    for _ in range(6):
        run = client.call("GET", f"/runs/{run_id}", user=user, prefer="wait=20").data["run"]
        if run["status"] not in ("queued", "running"):
            return


def _held(client: Client) -> str:
    intake = "An app. [[offline: leak planning]] [[offline: warn planning]]"
    run = client.call(
        "POST",
        "/runs",
        {"profile": "analytics_forecast_app", "intake": intake, "project_name": "Held"},
        "admin",
    ).data["run"]
    client.call("POST", f"/runs/{run['id']}/next", {}, "admin", prefer="wait=20")
    settled(client, run["id"], "admin")
    return str(run["id"])


VIEWS = [
    ("#/runs", "More filters", None),
    ("#/new", "What shall be done?", None),
    ("#/new/diagnosis", "Question or focus", None),
    ("#/new/orchestration", "Intake", None),
    ("#/new/analysis", "The latest final version", None),
    ("#/runs/{good}", "The facts that it rests on", None),
    ("#/runs/{good}?tab=artifacts", "Diagnosis made from the patient", None),
    ("#/runs/{good}?tab=io", "Context pack", "Show it"),
    ("#/runs/{good}?tab=history", "Taken up", None),
    ("#/runs/{good}?tab=usage", "By step", None),
    ("#/runs/{good}/clone", "Create the clone", None),
    ("#/runs/{bad}", "What the model answered", "Retry"),
    ("#/runs/{held}?tab=board", "Checks failed", "Decide on planning"),
    ("#/runs/{held}?tab=artifacts", "Document", None),
    ("#/runs/{analysis}", "Evidence", None),
    ("#/board", "Execute planning", None),
    ("#/compare?a={good}&b={bad}", "Figures", None),
    ("#/admin", "Workflow: analysis", "Set a budget"),
    ("#/admin?tab=organisation", "Pauses", None),
    ("#/admin?tab=audit", "Outcome", None),
    ("#/admin?tab=webhooks&webhook={webhook}", "webhook.test", "Add a webhook"),
    ("#/projects", "Seen by everybody", None),
    ("#/projects/{project}", "Every run", "Add an input"),
    ("#/patients", "Patient 1", "Add a patient"),
    (f"#/patients/{PATIENT}?enableDiagnosisRuns", "MedicationRequest", None),
    ("#/metrics", "Failures by code", None),
    ("#/nowhere", "There is nothing here for you", None),
]


def grave_findings(console: Console) -> list[str]:
    """What axe finds, in light and in dark."""
    found = []
    for theme in ("light", "dark"):
        console.page.evaluate(
            "(theme) => { document.documentElement.dataset.theme = theme }", theme
        )
        result: Any = console.page.evaluate("axe.run({resultTypes: ['violations']})")
        found += [
            f"{theme}: {one['id']}: {node['target']} {node['failureSummary']}"
            for one in result["violations"]
            if one["impact"] in GRAVE
            for node in one["nodes"]
        ]
    return found


@pytest.fixture(scope="module")
def admin(browser: Browser, url: str) -> Iterator[Console]:
    """One page for all views: signing in anew for each would take most of the time."""
    with opening(browser, url) as opens:
        console = opens("admin", at="#/new")
        console.page.evaluate(AXE_SCRIPT)
        yield console


@pytest.mark.parametrize(
    ("at", "text", "opens"), VIEWS, ids=[view[0].replace(PATIENT, "") for view in VIEWS]
)
@pytest.mark.one_in(4)
def test_a_view_in_light_and_dark(
    admin: Console, places: dict[str, str], at: str, text: str, opens: str | None
) -> None:
    admin.page.set_viewport_size({"width": 360, "height": 800})
    admin.go(at.format(**places))
    expect(admin.page.locator("main").get_by_text(text).first).to_be_attached()
    assert fits(admin)
    assert grave_findings(admin) == []
    admin.page.set_viewport_size({"width": 1440, "height": 900})
    assert fits(admin)
    if opens is not None:
        admin.press(opens)
        assert grave_findings(admin) == []
        admin.page.keyboard.press("Escape")


def fits(console: Console) -> bool:
    """Nothing makes the page wider than the screen."""
    return bool(console.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_the_sign_in(open_console: Open) -> None:
    console = open_console(width=360, height=800).sees("Who are you today?")
    console.page.evaluate(AXE_SCRIPT)
    assert grave_findings(console) == []
