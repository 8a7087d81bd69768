"""A local stack that holds many runs: a few are really played, the others are copies of them on
other days, with what lies beside them. What `bench.console` looks at.
"""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from moto.backends import get_backend

from local.aws.served import LocalAws
from local.demo.client import Client
from local.stack import Options, Stack
from local.template.intrinsics import ACCOUNT, REGION
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.counts_store import DynamoCountsStore
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.run_codec import run_from, run_item
from shared.adapters.dynamodb.table import Table
from shared.adapters.dynamodb.tag_entries import tag_items
from shared.adapters.payload_store import ENTRY_NAMES, entry_from
from shared.records.money import LedgerEntry
from shared.records.run import Run
from shared.runs.counting import recounted
from shared.runs.timing import DAY, MINUTE

PATIENT = "11111111-1111-4111-8111-111111111111"
STUDIO = f"/api/studio/patients/{PATIENT}/diagnosis-runs"
PROFILE = "analytics_forecast_app"
SPAN = 30 * DAY
WARDS = 7
SHARES = {"diagnosis": 60, "failed": 6, "cancelled": 3, "manual": 1, "ended": 15, "analysis": 10,
          "gate": 5}  # fmt: skip
"""How many of a hundred runs are of each kind."""
_PAST = ("created_at", "started_at", "completed_at")
_TIMES = ("created_at", "deadline_at", "available_at", "ring_after", "start_at", "lease_until",
          "gate_until", "started_at", "completed_at")  # fmt: skip


@contextmanager
def stack_with(count: int, port: int = 0) -> Iterator[str]:
    """The address of a stack with so many runs, made in the last thirty days."""
    stack = Stack(Options(port=port))
    address = stack.start()
    try:
        models = played(Client(address))
        fill(stack.aws, stack.variable("TABLE_NAME"), models, count)
        # Puts the stack's indexes in order, which a stack that grows has done by and by.
        Client(address).call("GET", "/runs?limit=1", user="admin")
        yield address
    finally:
        stack.stop()


# --- those that are played ------------------------------------------------------------------------


def played(client: Client) -> dict[str, str]:
    """One run of each kind, by its id."""
    ids = {"diagnosis": _diagnosis(client)}
    client.call("POST", "/dev/model", {"script": ["missing_fields"]})
    ids["failed"] = _diagnosis(client)
    ids["cancelled"] = _diagnosis(client, dispatch="manual")
    client.call("POST", f"/runs/{ids['cancelled']}/cancel", {}, "clinician")
    ids["manual"] = _diagnosis(client, dispatch="manual")
    ids["ended"] = _orchestration(client, auto_advance=True)
    ids["gate"] = _orchestration(client)
    ids["analysis"] = _analysis(client)
    return ids


def _diagnosis(client: Client, **body: Any) -> str:
    asked = {"input_config": {"question": "What first?"}, **body}
    run = client.call("POST", STUDIO, asked, "clinician").data["run"]
    return str(run["id"]) if body else _ended(client, str(run["id"]), "clinician")


def _orchestration(client: Client, **body: Any) -> str:
    asked = {"profile": PROFILE, "intake": "An app.", "project_name": "Sales forecast", **body}
    run = client.call("POST", "/runs", asked, "member").data["run"]
    return _ended(client, str(run["id"]), "member") if body else str(run["id"])


def _analysis(client: Client) -> str:
    project = client.call("POST", "/api/projects", {"name": "Queues"}, "member").data["project"]
    document = {"hypothesis": "It helps", "audience": "People", "evidence_notes": ["One", "Two"]}
    own = f"/api/projects/{project['id']}"
    client.call("POST", f"{own}/inputs", {"input": document}, "member")
    run = client.call("POST", f"{own}/generate", {}, "member").data["run"]
    return _ended(client, str(run["id"]), "member")


def _ended(client: Client, run_id: str, user: str) -> str:
    while True:
        run = client.call("GET", f"/runs/{run_id}", user=user, prefer="wait=20").data["run"]
        if run["completed_at"]:
            return run_id


# --- those that are copied ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Model:
    """A run that was played, with the items beside it."""

    run: Run
    beside: Sequence[Item]

    def copied(self, created_at: int, number: int) -> "Model":
        """One like it that was made then. What is open is due as late as the one that was played:
        a sweep would end what is overdue while somebody looks.
        """
        run_id = str(UUID(int=created_at << 80 | 0x7 << 76 | 0x2 << 62 | number))
        later = created_at - self.run.created_at
        moved = {
            name: value + later
            for name in (_TIMES if self.run.is_terminal else _PAST)
            if (value := getattr(self.run, name)) is not None and value > 0
        }
        history = tuple(replace(one, at=one.at + later) for one in self.run.history)
        tags = (f"ward-{number % WARDS}",)
        run = replace(self.run, id=run_id, history=history, tags=tags, **moved)
        return Model(run, [_beside(item, run_id, later) for item in self.beside])

    def items(self) -> list[Item]:
        return [run_item(self.run), *tag_items(self.run), *self.beside]

    def ledger(self) -> list[LedgerEntry]:
        own = [one for one in self.beside if one["sk"]["S"].startswith(keys.LEDGER)]
        return [entry_from(plain({n: one[n] for n in ENTRY_NAMES if n in one})) for one in own]


def _beside(item: Item, run_id: str, later: int) -> Item:
    values = plain({name: item[name] for name in ("ka", "aa") if name in item})
    moved = {name: value + later for name, value in values.items()}
    return item | wire({"pk": keys.thing_pk(run_id), **moved})


def fill(aws: LocalAws, name: str, ids: dict[str, str], count: int) -> None:
    """Put them there, and count them, past the stream."""
    table = Table(aws.client("dynamodb"), name)
    models = {kind: _model(table, run_id) for kind, run_id in ids.items()}
    kinds = random.Random(1).choices(list(SHARES), list(SHARES.values()), k=count)
    now = int(time.time() * 1000)
    made = [
        models[kind].copied(now - MINUTE - int(SPAN * (1 - number / count)), number)
        for number, kind in enumerate(kinds)
    ]
    held: Any = get_backend("dynamodb")[ACCOUNT][REGION].tables[name]
    with aws._lock:  # moto is not safe under concurrency
        shard, held.stream_shard = held.stream_shard, None
        for item in (item for one in made for item in one.items()):
            held.put_item(item)
        held.stream_shard = shard
    counts = DynamoCountsStore(table)
    everything = [*models.values(), *made]
    for (org_id, day), numbers in recounted((one.run, one.ledger()) for one in everything).items():
        counts.put(org_id, day, numbers)


def _model(table: Table, run_id: str) -> Model:
    items = list(table.partition(keys.thing_pk(run_id)))
    own = next(item for item in items if item["sk"]["S"] == keys.THING_SK)
    beside = [one for one in items if one is not own and not one["sk"]["S"].startswith(keys.TAGS)]
    return Model(run_from(own), beside)
