"""Judges every write of a history as it happens.

Each check is a rule that no fault may break, told from what is stored and from who wrote it, never
from the guards under test.

Long because all that must hold after each write is asked in one place.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import plain
from shared.adapters.dynamodb.run_codec import run_from
from shared.adapters.payload_store import unpacked
from shared.records.run import (
    SWEEPER,
    WORKER,
    Dispatch,
    HistoryEntry,
    PayloadRef,
    Run,
    Status,
)
from shared.runs.codes import EventCode, FailureCode
from shared.runs.timing import CLOCKS_DIFFER
from tests.faults.aws import FakeDynamo, Key
from tests.faults.buckets import FakeS3
from tests.faults.doors import NEIGHBOURS_REPORT
from tests.faults.faults import Fault, fault
from tests.faults.scheduler import Process, Scheduler
from tests.faults.sdk import Calls
from tests.faults.stored import due_at, is_run, named_payloads
from tests.faults.values import Item

_Q, _R, _W, _S, _F, _C = (
    Status.QUEUED,
    Status.RUNNING,
    Status.WAITING,
    Status.SUCCEEDED,
    Status.FAILED,
    Status.CANCELLED,
)
MOVES: Mapping[Status, frozenset[Status]] = {
    _Q: frozenset({_Q, _R, _C, _F}),
    _R: frozenset({_R, _S, _F, _W, _Q, _C}),
    _W: frozenset({_Q, _F, _C}),
    _F: frozenset({_Q, _W}),
    _S: frozenset(),
    _C: frozenset(),
}
"""From each status, what the next history entry may lead to."""
_LEASE, _ERROR = ("lessee", "lease_until"), ("error_code", "error_detail")
HAS: Mapping[Status, tuple[str, ...]] = {
    _Q: (),
    _R: ("started_at", *_LEASE),
    _W: ("gate_until",),
    _S: ("started_at", "completed_at", "output"),
    _F: ("completed_at", "error_code"),
    _C: ("completed_at",),
}
LACKS: Mapping[Status, tuple[str, ...]] = {
    _Q: ("started_at", "completed_at", "gate_until", "output", *_LEASE, *_ERROR),
    _R: ("completed_at", "gate_until", "output", *_ERROR),
    _W: ("completed_at", "output", *_LEASE, *_ERROR),
    _S: ("gate_until", *_LEASE, *_ERROR),
    _F: ("gate_until", "output", *_LEASE),
    _C: ("gate_until", "output", *_LEASE, *_ERROR),
}
_DECISIONS = (EventCode.NEXT, EventCode.SKIP_VALIDATION, EventCode.RETRY)
"""A person's moves that are never decided again on what has become of the run since."""
_LEASE_ENDS = (EventCode.LEASE_LOST, FailureCode.LEASE_EXPIRED, FailureCode.MAX_ATTEMPTS_REACHED)


class Violation(NamedTuple):
    rule: str
    what: str


@dataclass(eq=False)
class Watcher:
    """`owners`: of each run the process of its latest claim.

    `strangers`: items that this version cannot read. `unassigned`: since when a clinician has lost
    the patient. `strays`: answers that a fenced worker stored, and at which call. `listed`: since
    when a run is in the OPEN index.
    """

    scheduler: Scheduler
    s3: FakeS3
    strangers: Collection[Key] = ()
    violations: list[Violation] = field(default_factory=list)
    runs: dict[Key, Run] = field(default_factory=dict)
    owners: dict[Key, Process | None] = field(default_factory=dict)
    strays: dict[Key, int] = field(default_factory=dict)
    unassigned: dict[str, int] = field(default_factory=dict)
    listed: dict[Key, int] = field(default_factory=dict)
    calls: Calls = field(init=False)
    dynamo: FakeDynamo = field(init=False)

    def require(self, holds: object, rule: str, what: Callable[[], str] | str) -> None:
        if not holds:
            violation = Violation(rule, what if isinstance(what, str) else what())
            self.violations.append(violation)
            self.calls.note(f"VIOLATION {violation.rule}: {violation.what}")

    # --- calls ------------------------------------------------------------------------------------

    def before_call(
        self,
        process: Process | None,
        operation: str,
        request: Mapping[str, Any],
        struck: Fault | None,
    ) -> None:
        """Before a process's call: the answer it paid for must be on its way to the ledger; a sweep
        may see a lost lease.
        """
        if process is None:
            return
        if process.kind == "sweeper" and operation == "batch_get_item" and self._lease_is_over():
            self.calls.milestones["swept"] += 1
        if process.notes.get("unstored") is None:
            return
        stores = operation == "put_object" or (
            operation == "put_item" and _is_answer(request["Item"])
        )
        self.require(
            stores,
            "an answer is stored before it is used",
            f"{operation} came before the answer was stored",
        )
        if operation != "put_object" or (struck and struck.attempts):
            process.notes["unstored"] = None

    def read(self, key: Key) -> None:
        """Remember what a process decides on: when it looked into the ledger, and which version of
        a run it saw.
        """
        process = self.scheduler.current
        if process is None:
            return
        if key[1].startswith(keys.LEDGER):
            process.notes["looked_up"] = len(self.calls.sorts)
        elif key in self.runs:
            process.notes["saw"] = self.runs[key].version

    def _lease_is_over(self) -> bool:
        return any(
            run.status is _R and (run.lease_until or 0) <= self.scheduler.now
            for run in self.runs.values()
        )

    # --- writes -----------------------------------------------------------------------------------

    def written(self, key: Key, before: Item | None, after: Item | None) -> None:
        """Every write of the table."""
        if key in self.strangers:
            self.require(
                before is not None and after is not None and _changed(before, after) <= {"n"},
                "what cannot be read is left alone",
                f"{key} was written",
            )
            return
        if after is None and before is not None and key[1].startswith(keys.assigned_sk("")):
            self.unassigned[keys.unpack(key[1].split("#")[1])] = self.scheduler.now
            return
        if after is not None and is_run(key, after):
            self._judge(key, before, after)
            return
        if key[0] == keys.GATES_PK:  # the moment of a gate's last note
            return
        settles = _is_asked(before) and after is not None and (not _is_answer(after))
        self.require(
            before is None or settles, "what was created is never overwritten", f"{key} was"
        )
        if key[1].startswith(keys.LEDGER) and after is not None and _is_answer(after):
            self.calls.milestones["stored"] += 1
            if self.owners.get((key[0], keys.THING_SK)) is not self.scheduler.current:
                self.strays[key] = len(self.calls.sorts)
        elif key[1].startswith("P#") and after is not None:
            sha256 = hashlib.sha256(unpacked(plain(after))).hexdigest()
            self.require(
                keys.payload_sk(key[1].split("#")[1], sha256) == key[1],
                "a payload has its hash",
                f"{key} has not",
            )

    def _judge(self, key: Key, item_before: Item | None, item: Item) -> None:
        """Long because it is a list of promises about a write."""
        before, run = self.runs.get(key), run_from(item)
        self.runs[key] = run
        missing = [name for name in HAS[run.status] if getattr(run, name) is None]
        extra = [name for name in LACKS[run.status] if getattr(run, name) is not None]
        self.require(
            not missing and not extra,
            "state and timestamps fit",
            f"{run.status} lacks {missing} or has {extra}",
        )
        self.require(
            ("q" in item) != run.is_terminal,
            "the OPEN index holds the open runs",
            f"q in {run.status}: {'q' in item}",
        )
        due = due_at(run)
        place = int(item["n"]["N"]) if "n" in item else None
        self.require(
            place is None if due is None else place is not None and place <= due,
            "nobody stands later in the index than when something is due",
            f"at {place}, and due at {due}",
        )
        where = {"S": keys.due_partition(keys.open_shard(run.id), run.gate)}
        self.require(
            run.is_terminal or item.get("q") == where,
            "a run stands in the index where its gate says",
            f"{run.gate} at {item.get('q')}",
        )
        self.require(
            run.gate is None or (keys.GATES_PK, keys.gate_sk(run.gate)) in self.dynamo.items,
            "a run is parked at a gate that is in use",
            f"{run.gate} is not",
        )
        self.require(
            ("x" in item) == (run.status in (_F, _C)),
            "rare ends stand in their list",
            f"x in {run.status}: {'x' in item}",
        )
        self.require(
            run.attempt <= run.max_attempts,
            "attempts are bounded",
            f"{run.attempt} of {run.max_attempts}",
        )
        if "q" in item and not _stood_there(item_before, item):
            self.listed[key] = self.scheduler.now
        self._judge_named(key, before, run)
        if before is None or item_before is None:
            self.require(run.version == 1, "history is gapless", "a run begins with one entry")
            return
        old, new = item_before["h"]["L"], item["h"]["L"]
        self.require(
            new[: len(old)] == old and len(new) <= len(old) + 1,
            "history is gapless",
            "an entry changed, went or came in bulk",
        )
        if len(new) == len(old):
            self._judge_ring(
                before,
                run,
                _changed(item_before, item),
            )
        else:
            self._judge_move(key, before, run)

    def _judge_named(self, key: Key, before: Run | None, run: Run) -> None:
        known = {} if before is None else named_payloads(before)
        for place, ref in named_payloads(run).items():
            if known.get(place) != ref:
                self.require(
                    self._is_there(key, run, ref), "what a run names exists", f"{place} does not"
                )
        old, new = () if before is None else before.artifacts, run.artifacts
        self.require(
            new[: len(old)] == old and len(set(new)) == len(new),
            "artifacts are named once",
            f"{old} became {new}",
        )
        for artifact in new[len(old) :]:
            record = self.dynamo.items.get((keys.thing_pk(artifact), keys.THING_SK))
            self.require(
                record and record.get("k") == {"S": "artifact"},
                "what a run names exists",
                f"artifact {artifact} does not",
            )
            self.require(
                artifact != NEIGHBOURS_REPORT,
                "a run names what is of its own subject",
                f"{artifact} is of another patient",
            )

    def _is_there(self, key: Key, run: Run, ref: PayloadRef | str) -> bool:
        if isinstance(ref, str):
            return (key[0], keys.answer_sk(ref)) in self.dynamo.items
        if ref.is_artifact:
            place = f"/{run.id}/artifacts/{run.made_artifact}/{ref.sha256}"
            return any(name.endswith(place) for name in self.s3.objects)
        if ref.data is not None:
            return True
        if (key[0], keys.payload_sk(run.gen, ref.sha256)) in self.dynamo.items:
            return True
        return any(name.endswith(f"/{run.gen}/{ref.sha256}") for name in self.s3.objects)

    def _judge_ring(self, before: Run, run: Run, changed: set[str]) -> None:
        self.require(
            changed <= {"ra", "ri", "n"}
            or (changed <= {"ga", "nd", "q", "n", "av", "ra", "ri", "dl"}),
            "what moves a run stands in its history",
            f"{changed} changed without an entry",
        )
        if changed <= {"n"}:  # looked at, and nothing was due
            return
        if before.gate is not None:
            self.require(
                run.gate is None and before.status is _Q,
                "what moves a run stands in its history",
                f"{before.gate} became {run.gate}",
            )
            return
        due = before.ring_after <= min(self.scheduler.now, run.ring_after - 1)
        won = before.status is _Q and before.dispatch is Dispatch.AUTO and due
        self.require(won, "a ring is won once an interval", "a run was rung that was not due")

    def _judge_move(self, key: Key, before: Run, run: Run) -> None:
        """Long because it is a list of promises about a move."""
        source, target, entry = before.status, run.status, run.history[-1]
        self.require(
            entry.to is target and target in MOVES[source],
            "every move is a transition",
            f"{source} -> {target} by {entry}",
        )
        self.require(
            entry.op not in {one.op for one in before.history},
            "a write is applied once",
            f"{entry} was applied again",
        )
        if source is _F:
            self.require(
                entry.code == EventCode.RETRY, "an end is left by a retry only", f"{entry}"
            )
        if target is _W:
            patience = run.deadline_at - (run.gate_until or 0)
            self.require(
                patience >= 0,
                "a gate is open as long as it says",
                f"the deadline comes {-patience // 1_000} s before",
            )
        self._judge_steps(before, run, entry)
        if entry.actor == SWEEPER:
            self._judge_sweeper(key, before, entry)
        elif entry.actor == WORKER:
            self._judge_worker(key, before, run, entry)
        elif target is _R:
            self.owners[key] = None
            self.require(run.fence == before.fence + 1, "claims are counted", "a person's was not")
        if entry.code == EventCode.EXECUTE_ASKED:
            self.require(
                not _asked_before(before),
                "execute is accepted once a queued spell",
                "it was accepted twice",
            )
        if entry.code in _DECISIONS or (
            entry.actor not in (WORKER, SWEEPER) and target in (_S, _F)
        ):
            saw = self.scheduler.current.notes.get("saw") if self.scheduler.current else None
            self.require(
                saw == before.version,
                "a decision applies to what was decided on",
                f"{entry} on {saw}, now {before.version}",
            )
        if run.is_terminal:
            self.calls.milestones["ended"] += 1

    def _judge_steps(self, before: Run, run: Run, entry: HistoryEntry) -> None:
        for name, record in before.steps.items():
            dropped = name not in run.steps and run.round > before.round
            kept = run.steps.get(name) == record or name.endswith("!") or dropped
            self.require(kept, "no step succeeds twice", f"{name} was done again")
        added = [name.rstrip("!") for name in run.steps if name not in before.steps]
        self.require(
            added in ([], [entry.step]),
            "a finished step stands in the history",
            f"{added} by {entry}",
        )

    def _judge_sweeper(self, key: Key, before: Run, entry: HistoryEntry) -> None:
        now = self.scheduler.now
        if entry.code in _LEASE_ENDS:
            over = before.status is _R and (before.lease_until or 0) <= now
            self.require(over, "only a lease that ran out is broken", f"{entry}")
            owner = self.owners.get(key)
            cause = owner is None or any(
                scar == "time limit" or fault(scar).attempts for scar in owner.scars
            )
            self.require(
                cause,
                "no worker abandons a run that it can still write",
                lambda: f"{owner and owner.name} did",
            )
        if entry.code == FailureCode.DEADLINE_EXCEEDED:
            self.require(before.deadline_at <= now, "a deadline ends what is past it", f"{entry}")
        if entry.code == FailureCode.GATE_EXPIRED:
            self.require((before.gate_until or 0) <= now, "a gate ends when it is over", f"{entry}")

    def _judge_worker(self, key: Key, before: Run, run: Run, entry: HistoryEntry) -> None:
        process = self.scheduler.current
        if before.status is _Q:
            rung = before.dispatch is Dispatch.AUTO and before.gate is None
            due = rung and before.available_at <= self.scheduler.now + CLOCKS_DIFFER
            self.require(
                due, "only what is due is claimed", f"claimed before {before.available_at}"
            )
            spent = run.attempt - before.attempt
            self.require(
                spent == before.claim_cost,
                "a start costs an attempt, a continuation none",
                f"{spent} were spent",
            )
            self.require(run.fence == before.fence + 1, "claims are counted", "a worker's was not")
            self.owners[key] = process
            self.calls.milestones["claimed"] += 1
            return
        owns = before.status is _R and self.owners.get(key) is process
        self.require(
            owns,
            "no write by a fenced worker takes effect",
            lambda: f"{process.name if process else '-'} wrote {entry}",
        )


def _changed(before: Item, after: Item) -> set[str]:
    """The attributes in which they differ."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def _stood_there(before: Item | None, after: Item) -> bool:
    """Whether a lagging index shows the run where it is to be found now, or earlier."""
    if before is None or before.get("q") != after["q"] or "n" not in before:
        return False
    return int(before["n"]["N"]) <= int(after["n"]["N"])


def _asked_before(run: Run) -> bool:
    for entry in reversed(run.history):
        if entry.to is not _Q:
            return False
        if entry.code == EventCode.EXECUTE_ASKED:
            return True
    return False


def _is_answer(item: Item) -> bool:
    """Whether a ledger line holds an answer (or leads to one), and not only what a call
    may cost.
    """
    return item["sk"]["S"].startswith(keys.LEDGER) and not item.keys().isdisjoint({"b", "z", "s"})


def _is_asked(item: Item | None) -> bool:
    """Whether it is a call's line as it was asked or settled: that is put anew once it is known
    what became of the call.
    """
    return item is not None and item["sk"]["S"].startswith(keys.LEDGER) and not _is_answer(item)
