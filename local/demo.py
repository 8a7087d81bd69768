"""`make demo`: plays one of the main jobs through on a stack of its own, with a progress line per step, and exits.

Everything goes over the product's HTTP API, as any client's calls would.
"""

import argparse
import json
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.client import Client
from local.demo_orchestration import play_orchestration
from local.demo_projects import play_analysis
from local.demo_screen import Screen
from local.process import running_stack
from local.seed import RECORD

_WAIT = {"prefer": "wait=25"}


def main() -> int:
    """0 when the run succeeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workflow", choices=["diagnosis", "orchestration", "analysis"], default="diagnosis")
    parser.add_argument("--record", type=Path, default=RECORD, help="a FHIR R4 Bundle with one Patient")
    parser.add_argument("--intake", help="what the orchestration shall build")
    given = parser.parse_args()
    players: dict[str, Callable[[Client, Screen], bool]] = {
        "diagnosis": lambda client, screen: play_diagnosis(client, screen, given.record),
        "orchestration": lambda client, screen: play_orchestration(client, screen, given.intake),
        "analysis": play_analysis,
    }
    with running_stack() as url:
        return 0 if players[given.workflow](Client(url), Screen()) else 1


def play_diagnosis(client: Client, screen: Screen, record: Path) -> bool:
    """Patient, record, run; watched to its end; then what came out."""
    patient = str(uuid.uuid4())
    users = {user["user"]: user["sub"] for user in client.call("GET", "/dev/users").body["users"]}
    client.call("PUT", f"/api/patients/{patient}", {}, "admin").data  # noqa: B018 - raises when refused
    client.call("PUT", f"/api/patients/{patient}/clinicians/{users['clinician']}", None, "admin").data  # noqa: B018
    held = client.call("PUT", f"/api/patients/{patient}/record", record.read_bytes(), "clinician").data["record"]
    screen.line("patient", patient)
    screen.line("record", f"{record.name}, version {held['version']}, {sum(held['resources'].values())} resources")
    body = {"input_config": {"question": "What should the treating clinician look at first?"}}
    run = client.call("POST", f"/api/studio/patients/{patient}/diagnosis-runs", body, "clinician").data["run"]
    screen.line("run", f"{run['id']} {run['status']}")
    run = watch(client, screen, run["id"])
    _show_diagnosis(client, screen, run)
    return bool(run["status"] == "succeeded")


def watch(client: Client, screen: Screen, run_id: str) -> Any:
    """Print every event as it comes, until the run has ended; the run."""
    seen = 0
    begun = time.monotonic()
    while True:
        events = client.call("GET", f"/runs/{run_id}/events?after={seen}", None, "admin", **_WAIT).data["events"]
        for event in events:
            seen = event["seq"]
            step = event["step"] or event["code"] or ""
            screen.step(f"{event['to']:<10} {step}", f"attempt {event['attempt']}", time.monotonic() - begun)
        run = client.call("GET", f"/runs/{run_id}", None, "admin").data["run"]
        if run["status"] in ("succeeded", "failed", "cancelled", "waiting") and seen >= _last_seq(client, run_id, seen):
            return run


def _last_seq(client: Client, run_id: str, seen: int) -> int:
    events = client.call("GET", f"/runs/{run_id}/events?after={seen}", None, "admin").data["events"]
    return int(events[-1]["seq"]) if events else seen


def _show_diagnosis(client: Client, screen: Screen, run: Any) -> None:
    if run["status"] != "succeeded":
        screen.line("failed", json.dumps(run["error_info"]))
        return
    diagnosis = run["output"]["diagnosis"]
    screen.title("Diagnosis")
    screen.text(diagnosis["summary"])
    screen.bullets("findings", diagnosis["findings"])
    screen.bullets("recommendations", diagnosis["recommendations"])
    screen.line("risk", f"{diagnosis.get('risk_level')}, confidence {diagnosis.get('confidence_score')}")
    screen.bullets("warnings", diagnosis["metadata"]["warnings"])
    artifact = client.call("GET", f"/api/studio/diagnosis-artifacts/{run['artifact_id']}", None, "admin").data["artifact"]
    screen.title("Artifact")
    for name in ("id", "artifact_name", "storage_path", "sha256", "size_bytes"):
        screen.line(name, str(artifact[name]))
    usage = run["usage"]
    screen.title("Usage")
    screen.line("model", f"{usage['model']}, {usage['calls']} call, {usage['reused_calls']} reused")
    screen.line("tokens", f"{usage['input_tokens']} in, {usage['output_tokens']} out")
    screen.line("cost", f"${usage['cost_usd']:.6f}")


if __name__ == "__main__":
    sys.exit(main())
