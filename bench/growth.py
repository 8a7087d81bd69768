"""What lists, counts and metrics cost while closed runs pile up: `python -m bench.growth`.

The real handlers and stores over a table in memory that counts requests and read units by
DynamoDB's published rules. Every size has the same newest runs; what grows is the past behind
them. It fails where something costs more the longer the past is, or examines over 1,000 entries.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from bench.growing import CLINICIAN, MEMBER, ORG, PATIENTS, PROJECT, world
from shared.engine.listing import EXAMINED_AT_MOST
from shared.records.run import Run

SIZES = (100, 10_000, 100_000)


# --- what is asked --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    function: str
    path: str
    role: str
    query: Mapping[str, str] | None = None

    def __str__(self) -> str:
        words = "&".join(f"{name}={value}" for name, value in (self.query or {}).items())
        return f"{self.path.removeprefix('/api')}{words and '?'}{words} ({self.role})"


def asks(newest: Run) -> list[Ask]:
    patient = f"/api/studio/patients/{PATIENTS[1]}/diagnosis-runs"
    project = f"/api/projects/{PROJECT}"
    one = f"/runs/{newest.id}"
    return [
        Ask("list_runs", "/runs", "admin"),
        Ask("list_runs", "/runs", "member"),
        Ask("list_runs", "/runs", "admin", {"status": "failed"}),
        Ask("list_runs", "/runs", "admin", {"status": "cancelled", "limit": "100"}),
        Ask("list_runs", "/runs", "admin", {"tag": "new", "limit": "100"}),
        Ask("list_runs", "/runs", "member", {"tag": "new", "limit": "100"}),
        Ask("list_runs", "/runs", "admin", {"tag": "unknown"}),
        Ask("list_runs", "/runs", "admin", {"workflow": "analysis", "limit": "10"}),
        Ask("list_runs", "/runs", "admin", {"status": "queued"}),
        Ask("list_runs", "/runs", "member", {"status": "waiting"}),
        Ask("list_assessment_runs", "/api/diagnosis-runs", "clinician"),
        Ask("list_assessment_runs", "/api/diagnosis-runs", "clinician", {"limit": "100"}),
        Ask("list_assessment_runs", "/api/diagnosis-runs", "clinician", {"status": "queued"}),
        Ask("list_assessment_runs", "/api/diagnosis-runs", "admin"),
        Ask("list_patient_runs", patient, "clinician", {"limit": "2"}),
        Ask("list_project_runs", f"{project}/runs", "member", {"limit": "20"}),
        Ask("latest_project_run", f"{project}/runs/latest", "member", {"status": "cancelled"}),
        Ask("list_projects", "/api/projects", "member"),
        Ask("get_metrics", f"{one}/metrics", "admin"),
        Ask("get_stats", "/stats", "admin"),
        Ask("invariants", "/health/invariants", "admin"),
    ]


_LONG = 8 * EXAMINED_AT_MOST
"""A past that is longer than any one request looks, for everybody who asks."""
WALKS = ("status=queued", "status=waiting")
"""Of no such run there is a list, so these look at the past as far as one request may."""
_SUBS = {"admin": "admin-1", "member": MEMBER, "clinician": CLINICIAN}


def answer(ask: Ask) -> int:
    """Asks the deployed handler; the status of its answer."""
    handler = importlib.import_module(f"functions.{ask.function}.handler")
    route = _route_of(ask)
    claims = {"sub": _SUBS[ask.role], "custom:org_id": ORG, "cognito:groups": f"[{ask.role}]",
              "token_use": "id"}  # fmt: skip
    event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": ask.path,
        "rawQueryString": "&".join(f"{n}={v}" for n, v in (ask.query or {}).items()),
        "headers": {},
        "queryStringParameters": dict(ask.query or {}),
        "pathParameters": _parameters(route, ask.path),
        "requestContext": {
            "authorizer": {"jwt": {"claims": claims}},
            "http": {"method": "GET", "path": ask.path},
            "requestId": "bench",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    return int(handler.handler(event, None)["statusCode"])


def _route_of(ask: Ask) -> str:
    with open(f"events/{ask.function}.json", encoding="utf-8") as sample:
        return str(json.load(sample)["routeKey"])


def _parameters(route: str, path: str) -> dict[str, str]:
    names, values = route.partition(" ")[2].split("/"), path.split("/")
    return {
        name.strip("{}"): value
        for name, value in zip(names, values, strict=True)
        if name.startswith("{")
    }


# --- the measure ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cost:
    requests: int
    units: float
    examined: int


def measure(count: int) -> dict[str, Cost]:
    """What every ask costs with so many closed runs."""
    with world(count) as made:
        found: dict[str, Cost] = {}
        for ask in asks(made.newest):
            dynamo = made.dynamo
            dynamo.requests.clear()
            dynamo.read_units, dynamo.examined = 0.0, 0
            status = answer(ask)
            if status != 200:
                raise SystemExit(f"{ask}: {status}")
            name = (
                str(ask)
                .replace(made.newest.id, "RUN")
                .replace(PATIENTS[1], "ID")
                .replace(PROJECT, "ID")
            )
            spent = sum(dynamo.requests.values())
            found[name] = Cost(spent, dynamo.read_units, dynamo.examined)
        return found


def faults(costs: Mapping[int, Mapping[str, Cost]]) -> list[str]:
    """What costs more because more is past, and what looks at too much."""
    sizes = sorted(costs)
    found = [
        f"{name} examines {cost.examined}"
        for size in sizes
        for name, cost in costs[size].items()
        if cost.examined > EXAMINED_AT_MOST
    ]
    for smaller, larger in pairwise(sizes):
        for name, before in costs[smaller].items():
            after = costs[larger][name]
            grew = after.requests > before.requests or (
                smaller >= _LONG and after.units > before.units
            )
            if grew and (smaller >= _LONG or not any(word in name for word in WALKS)):
                found.append(f"{name}: {before} became {after}")
    return found


def main() -> int:
    """Print the table; 1 where the past makes anything dearer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    sizes = parser.parse_args().sizes
    costs = {size: measure(size) for size in sizes}
    print(f"{'requests / read units / entries examined':<62}", *(f"{n:>16,}" for n in sizes))
    for name in costs[sizes[0]]:
        cells = (costs[size][name] for size in sizes)
        print(f"{name:<62}", *(f"{c.requests:>4} {c.units:>6.1f} {c.examined:>4}" for c in cells))
    found = faults(costs)
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
