"""The demo of a project: an input, an analysis generated twice and run once, and the dashboard's last run."""

from typing import Any

from local.client import Client
from local.demo_screen import Screen

INPUT = {
    "hypothesis": "Bakery managers will trust a nightly forecast enough to bake by it.",
    "audience": "Managers of small shops in chains of 20 to 100 bakeries",
    "evidence_notes": [
        "In 9 of 12 interviews managers bake by yesterday's sales and throw away about 14 percent.",
        "Two pilot shops followed a spreadsheet forecast for six weeks; waste fell from 14 to 9 percent.",
        "Four managers said they would not follow a number they cannot question.",
    ],
}


def play_analysis(client: Client, screen: Screen) -> bool:
    """Create, refuse without inputs, generate, replay, show."""
    project = client.call("POST", "/api/projects", {"name": "Bakery forecast"}, "member").data["project"]
    path = f"/api/projects/{project['id']}"
    screen.line("project", f"{project['id']} {project['name']}")
    refused = client.call("POST", f"{path}/generate", None, "member")
    screen.line("no inputs", f"{refused.status} {refused.code}, on record as run {refused.body['error']['run_id']}")
    version = client.call("POST", f"{path}/inputs", {"input": INPUT}, "member").data["input"]["version"]
    screen.line("input", f"version {version}")
    run = client.call("POST", f"{path}/generate", None, "member", prefer="wait=25").data["run"]
    again = client.call("POST", f"{path}/generate", None, "member")
    screen.line("generated", f"{run['id']} {run['status']}; again: {again.status}, the same run: {again.data['run']['id'] == run['id']}")
    _show(client, screen, run)
    return bool(run["status"] == "succeeded")


def _show(client: Client, screen: Screen, run: Any) -> None:
    for step in run["steps"]:
        screen.step(step["name"], f"{step['status']} {step['metrics']}", 0.0)
    if run["output"]:
        screen.title("Opportunities")
        screen.text(run["output"]["summary"])
        screen.bullets("ranked", [f"{o.get('title', o)}" if isinstance(o, dict) else str(o) for o in run["output"]["opportunities"]])
    dashboard = client.call("GET", "/api/projects", None, "member").data["projects"][0]
    last = dashboard["last_run"]
    screen.title("Dashboard")
    screen.line(
        dashboard["name"],
        f"{dashboard['inputs_count']} inputs, {dashboard['runs_count']} runs, last run {last['status']} {last['finished_at']}",
    )
