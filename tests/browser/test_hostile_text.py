"""Text that would like to be code, in every place where people and models can put text.

It must stay text.
"""

import json
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from local.demo.client import Client
from tests.browser.conftest import Open
from tests.browser.console import PATIENT, Console

pytestmark = pytest.mark.browser

EVIL = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>'
    '<svg onload=window.hacked=3><a href="javascript:window.hacked=4">x</a>'
)
SHORT = "<b onclick=window.hacked=5>evil</b>"
MARKDOWN = f"""# {EVIL}

[click](javascript:window.hacked=6) ![x](x" onerror="window.hacked=7) <https://good.example/{SHORT}>

| {EVIL} | b |
|---|---|
| [d](data:text/html,<script>window.hacked=8</script>) | `{EVIL}` |

{EVIL}

- [ ] {EVIL}

<div onclick="window.hacked=9">{EVIL}</div>

```html
{EVIL}
```
"""


@pytest.fixture
def watched(open_console: Open) -> Any:
    """Opens a console that reports each break of its policy; nothing hostile may even try."""

    def opens(user: str, at: str) -> Console:
        console = open_console(user, at="#/new")
        console.page.evaluate(
            "window.broken = []; addEventListener('securitypolicyviolation', (e) => "
            "window.broken.push(e.violatedDirective))"
        )
        return console.go(at)

    return opens


def unharmed(console: Console) -> None:
    assert console.page.evaluate("[window.hacked ?? null, window.broken]") == [None, []]
    assert (
        console.page.locator("main img, main script, main iframe, main object, main embed").count()
        == 0
    )
    assert (
        console.page.locator(
            "main a[href^='javascript'], main a[href^='data'], main [onerror], main "
            "[onclick], main [onload]"
        ).count()
        == 0
    )


def test_an_orchestration_whose_every_word_is_hostile(watched: Any, client: Client) -> None:
    body = {
        "profile": "analytics_forecast_app",
        "intake": EVIL,
        "project_name": SHORT,
        "tags": [SHORT],
        "metadata": {SHORT: EVIL},
    }
    run = client.call("POST", "/runs", body, "member").data["run"]
    console: Console = watched("member", f"#/runs/{run['id']}")
    expect(console.page.get_by_role("heading", level=1)).to_contain_text(SHORT)
    unharmed(console)
    console.section("Input and output").sees("window.hacked=2")
    unharmed(console)
    for at in ("#/board", "#/runs", f"#/runs/{run['id']}/clone"):
        console.go(at).sees("evil") if not at.endswith("clone") else console.go(at).sees(
            "Create the clone"
        )
        unharmed(console)


def test_a_project_whose_every_word_is_hostile(watched: Any, client: Client) -> None:
    project = client.call("POST", "/api/projects", {"name": EVIL[:250]}, "member").data["project"]
    document = {
        "hypothesis": EVIL,
        "audience": EVIL,
        "evidence_notes": [{"text": EVIL, "source": EVIL}],
        SHORT: EVIL,
    }
    client.call("POST", f"/api/projects/{project['id']}/inputs", {"input": document}, "member")
    run = client.call(
        "POST", f"/api/projects/{project['id']}/generate", {}, "member", prefer="wait=20"
    ).data["run"]
    console: Console = watched("member", "#/projects")
    console.sees("onerror")
    unharmed(console)
    console.go(f"#/projects/{project['id']}").sees("Every run")
    unharmed(console)
    console.go(f"#/runs/{run['id']}").status("Succeeded").sees("window.hacked=2")
    unharmed(console)


def test_a_patients_words_are_hostile(watched: Any, client: Client) -> None:
    funnel = {"slug": "hostile", "version": SHORT, "questions": [{"id": SHORT, "text": EVIL}]}
    client.call(
        "POST",
        f"/api/patients/{PATIENT}/assessments",
        {"funnel": funnel, "answers": {SHORT: EVIL}},
        "patient",
    )
    made = {"input_config": {"focus": EVIL}, "dispatch": "manual", "tags": [SHORT]}
    run = client.call(
        "POST", f"/api/studio/patients/{PATIENT}/diagnosis-runs", made, "clinician"
    ).data["run"]
    attached = {
        "artifact_type": "report",
        "artifact_name": SHORT,
        "artifact_data": {
            "summary": EVIL,
            "findings": [EVIL],
            "recommendations": [EVIL],
            SHORT: EVIL,
        },
    }
    client.call("POST", f"/api/studio/diagnosis-runs/{run['id']}/artifacts", attached, "clinician")
    client.call(
        "PATCH", f"/api/studio/diagnosis-runs/{run['id']}", {"status": "running"}, "clinician"
    )
    failed = {"status": "failed", "error_info": {"code": "PERSON_FAILED", "message": EVIL}}
    client.call("PATCH", f"/api/studio/diagnosis-runs/{run['id']}", failed, "clinician")
    console: Console = watched("clinician", f"#/patients/{PATIENT}?enableDiagnosisRuns")
    console.page.locator("summary").filter(has_text="hostile").first.click()
    console.sees("window.hacked=2")
    unharmed(console)
    console.go(f"#/runs/{run['id']}").status("Failed").sees("window.hacked=2")
    unharmed(console)
    console.section("Artifacts").sees("Recommendations")
    unharmed(console)
    for way in ("JSON", "Source"):
        console.press(way).sees("window.hacked")
        unharmed(console)


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("notes.md", "text/markdown", MARKDOWN),
        ("page.html", "text/html", EVIL),
        ("x.json", "application/json", json.dumps({EVIL: [EVIL]})),
    ],
)
def test_a_models_file_is_hostile(
    watched: Any, client: Client, name: str, kind: str, content: str
) -> None:
    """As the model's answers go through the service, but with the artifact's row and bytes changed
    on their way here.
    """
    run = client.call(
        "POST", "/runs", {"profile": "analytics_forecast_app", "intake": "x"}, "member"
    ).data["run"]
    client.call("POST", f"/runs/{run['id']}/next", {}, "member", prefer="wait=20")
    console: Console = watched("member", "#/board")

    def row(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        body["data"]["artifacts"] = [
            one
            | {
                "artifact_name": SHORT,
                "description": EVIL,
                "path": f"planning/{EVIL}{name}",
                "content_type": kind,
                "artifact_type": EVIL,
            }
            for one in body["data"]["artifacts"][:1]
        ]
        route.fulfill(response=answer, json=body)

    console.page.route("**/runs/*/artifacts?**", row)
    console.page.route("**/download", lambda route: route.fulfill(body=content, content_type=kind))
    console.go(f"#/runs/{run['id']}?tab=artifacts").sees("window.hacked")
    unharmed(console)
    console.press("Source") if name != "page.html" else None
    console.sees("window.hacked")
    unharmed(console)
    with console.page.expect_download() as started:
        console.press("Download")
    assert "<" not in started.value.suggested_filename
    unharmed(console)
