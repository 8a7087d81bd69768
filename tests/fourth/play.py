"""Plays the fourth workflow through every place that knows workflows, and prints what it saw as
JSON.

A process of its own: the doors read the registry where they are imported.
"""

import json
import sys
from typing import Any

from tests.fourth import minutes

minutes.register()

from tests.unit.http.deployment import deployment, tables  # noqa: E402 - the registry first
from tests.unit.http.project_doors import Doors  # noqa: E402

NOTES = {"notes": "Pumps are lost at night."}


def played(doors: Doors) -> dict[str, Any]:
    """{what was asked: its answer's data}."""
    sys.modules["functions.create_minutes.handler"] = sys.modules["tests.fourth.minutes"]
    created = doors.call("create_minutes", "POST", "/minutes", body=NOTES).data["run"]
    rung = doors.work()
    path = f"/runs/{created['id']}"
    clone = doors.call("clone_run", "POST", f"{path}/clone", body={}).data["run"]
    return {
        "created": created,
        "rung": rung,
        "read": doors.call("get_run", "GET", path).data["run"],
        "metrics": doors.call("get_metrics", "GET", f"{path}/metrics").data,
        "why": doors.call("get_run_why", "GET", f"{path}/why").data,
        "listed": doors.call("list_runs", "GET", "/runs", query={"workflow": "minutes"}).data,
        "others": doors.call("list_runs", "GET", "/runs", query={"workflow": "analysis"}).data,
        "clone": clone,
        "worked_clone": doors.work(),
        "clone_read": doors.call("get_run", "GET", f"/runs/{clone['id']}").data["run"],
    }


if __name__ == "__main__":
    with deployment(minutes.WITH_MINUTES) as deployed, tables(deployed) as fresh:
        print(json.dumps(played(fresh)))
