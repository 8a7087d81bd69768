"""The demo of an orchestration: six phases, advanced one at a time as a person would, then artifacts, metrics and scores."""

from typing import Any

from local.client import Client
from local.demo_screen import Screen

INTAKE = """Build a demand forecasting app for a chain of 40 bakeries. Every evening it forecasts tomorrow's sales per shop and product
from three years of tills, weather and school holidays, so that managers bake enough and throw away less. Managers see the forecast on a
tablet, may correct it with a reason, and headquarters see how good forecasts and corrections were."""
PROFILE = "analytics_forecast_app"


def play_orchestration(client: Client, screen: Screen, intake: str | None) -> bool:
    """Create, six times next, then what came out."""
    body = {"profile": PROFILE, "intake": intake or INTAKE, "project_name": "Bakery forecast", "tags": ["demo"]}
    run = client.call("POST", "/runs", body, "member").data["run"]
    screen.line("run", f"{run['id']} {run['status']}, profile {run['profile']}, first phase {run['current_phase']}")
    while run["status"] == "waiting":
        answer = client.call("POST", f"/runs/{run['id']}/next", None, "member", prefer="wait=25").data
        run = _settled(client, run["id"])
        phase = next(p for p in run["phases"] if p["phase"] == answer["previous_phase"])
        files = f"{phase['artifacts_count']} artifacts by {', '.join(phase['agent_ids'])}"
        screen.step(f"{answer['previous_phase']:<14} {phase['status']}", files, phase["duration_seconds"] or 0.0)
    _show(client, screen, run)
    return bool(run["status"] == "succeeded")


def _settled(client: Client, run_id: str) -> Any:
    """The run when its phase has been executed."""
    while True:
        run = client.call("GET", f"/runs/{run_id}", None, "member", prefer="wait=25").data["run"]
        if run["status"] not in ("queued", "running"):
            return run


def _show(client: Client, screen: Screen, run: Any) -> None:
    tree = client.call("GET", f"/runs/{run['id']}/artifacts?limit=100", None, "member").data
    screen.title(f"Artifacts ({tree['total_count']})")
    for phase, artifacts in tree["artifacts_by_phase"].items():
        screen.line(f"{phase}/", "")
        for artifact in artifacts:
            screen.line("", f"{artifact['path']:<40} {artifact['artifact_type']:<14} {artifact['size_bytes']:>6} bytes")
    first = tree["artifacts"][0]
    location = client.call("GET", f"/runs/{run['id']}/artifacts/{first['id']}/download", None, "member").headers["location"]
    good, tampered = client.fetch(location), client.fetch(location[:-1] + ("0" if location[-1] != "0" else "1"))
    screen.line("download", f"{first['path']}: {good.status}, {len(good.raw)} bytes; with a tampered signature: {tampered.status}")
    metrics = client.call("GET", f"/runs/{run['id']}/metrics", None, "member").data
    screen.title("Metrics")
    for phase in metrics["phases_metrics"]:
        tokens = phase["token_usage"]
        used = f"{tokens['input']:>7} in {tokens['output']:>6} out  ${phase['cost_usd']:.6f}"
        screen.line(phase["phase"], f"{used}  governance {'passed' if phase['governance_passed'] else 'FAILED'}")
    screen.line("total", f"${metrics['total_cost_usd']:.6f} in {metrics['total_duration_seconds']} s")
    screen.line("scores", f"governance {metrics['governance_score']}, hygiene {metrics['hygiene_score']}")
