"""What stands on a stack while it is fuzzed: something of every kind that a route can name."""

import uuid
from collections.abc import Mapping

from local.demo.client import Client
from tests.support.care import Ward
from tests.support.routes import BODIES, BUNDLE

STATES = ("queued", "running", "failed", "succeeded")


def furnish(client: Client) -> Mapping[str, list[str]]:
    """Ids by kind, made anew: a fuzz cancels, ends and erases what it finds."""
    known: dict[str, list[str]] = {
        kind: [] for kind in ("patient", "run", "artifact", "assessment", "project", "webhook")
    }
    for _ in range(3):
        ward = Ward(client, str(uuid.uuid4())).admitted()
        ward.record(BUNDLE)
        ward.belongs_to("patient")
        known["patient"].append(ward.patient)
        known["run"] += [ward.a_run(state) for state in STATES]
        attached = ward.attach(ward.a_run(), **BODIES[_ATTACH]).data
        known["artifact"].append(str(attached["artifact"]["id"]))
        known["assessment"].append(ward.assessment())
    known["run"].append(_made(client, "/runs", "run", "member"))
    known["project"] += [_made(client, "/api/projects", "project", "member") for _ in range(2)]
    for project in known["project"]:
        _made(client, "/api/projects/{projectId}/inputs", "input", "member", projectId=project)
    known["webhook"] += [_made(client, "/webhooks", "webhook", "admin") for _ in range(2)]
    known["delivery"] = [
        _made(client, "/webhooks/{webhookId}/test", "delivery", "admin", webhookId=one)
        for one in known["webhook"]
    ]
    known["bulk"] = [_made(client, "/bulk", "bulk", "member")]
    known["person"] = [ward.sub(user) for user in ("clinician", "patient")]
    return known


_ATTACH = "POST /api/studio/diagnosis-runs/{runId}/artifacts"


def _made(client: Client, path: str, kind: str, user: str, **ids: str) -> str:
    return str(
        client.call("POST", path.format(**ids), BODIES[f"POST {path}"], user).data[kind]["id"]
    )
