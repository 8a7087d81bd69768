"""Judges every write of a history as it happens. Each check is a rule that no fault may break, told from the stored items
and from who wrote them, never from the guards under test.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.adapters.dynamodb import keys
from shared.adapters.payload_store import INLINE_BYTES
from tests.faults.aws import FakeDynamo, FakeS3, Key
from tests.faults.expressions import Item
from tests.faults.faults import Fault, fault
from tests.faults.scheduler import Process, Scheduler
from tests.faults.sdk import Calls
from tests.faults.stored import Line, has_ended, is_run, line, named_artifacts, named_payloads, number, status

MOVES = {"q": "qrcf", "r": "rsfwqc", "w": "qfc", "f": "qw", "s": "", "c": ""}
"""From each stored status, what the next history entry may lead to."""
_ENDS, _LEASE = {"ca", "ou", "ec", "ed"}, {"le", "lu"}
HAS = {"q": set(), "r": {"sa", *_LEASE}, "w": {"gu"}, "s": {"sa", "ca", "ou"}, "f": {"ca", "ec"}, "c": {"ca"}}
LACKS = {
    "q": _ENDS | _LEASE | {"sa", "gu"},
    "r": _ENDS | {"gu"},
    "w": _ENDS | _LEASE,
    "s": _LEASE | {"ec", "ed", "gu"},
    "f": _LEASE | {"ou", "gu"},
    "c": _LEASE | {"ou", "ec", "ed", "gu"},
}
_MOST_ENTRIES = 202


class Violation(NamedTuple):
    rule: str
    what: str


@dataclass(eq=False)
class Watcher:
    """`owners`: of each run the process of its latest claim. `strays`: answers that a fenced worker stored, and at which
    call. `listed`: since when a run is in the OPEN index."""

    scheduler: Scheduler
    s3: FakeS3
    violations: list[Violation] = field(default_factory=list)
    runs: dict[Key, Item] = field(default_factory=dict)
    owners: dict[Key, Process | None] = field(default_factory=dict)
    strays: dict[Key, int] = field(default_factory=dict)
    listed: dict[Key, int] = field(default_factory=dict)
    calls: Calls = field(init=False)
    dynamo: FakeDynamo = field(init=False)

    def require(self, holds: object, rule: str, what: Callable[[], str] | str) -> None:
        if not holds:
            violation = Violation(rule, what if isinstance(what, str) else what())
            self.violations.append(violation)
            self.calls.note(f"VIOLATION {violation.rule}: {violation.what}")

    # --- calls --------------------------------------------------------------------------------------------------------

    def before_call(self, process: Process | None, operation: str, request: Mapping[str, Any], struck: Fault | None) -> None:
        """Before a process's call: the answer it paid for must be on its way to the ledger; a sweep may see a lost lease."""
        if process is None:
            return
        if process.kind == "sweeper" and operation == "batch_get_item" and self._lease_is_over():
            self.calls.milestones["swept"] += 1
        if operation == "get_item" and request["Key"]["sk"]["S"].startswith("L#"):
            process.notes["looked_up"] = len(self.calls.sorts)
        if process.notes.get("unstored") is None:
            return
        stores = operation == "put_object" or (operation == "put_item" and request["Item"]["sk"]["S"].startswith("L#"))
        self.require(stores, "an answer is stored before it is used", f"{operation} came before the answer was stored")
        if operation != "put_object" or (struck and struck.attempts):
            process.notes["unstored"] = None

    def _lease_is_over(self) -> bool:
        return any(status(run) == "r" and number(run, "lease_until") <= self.scheduler.now for run in self.runs.values())

    # --- writes -------------------------------------------------------------------------------------------------------

    def written(self, key: Key, before: Item | None, after: Item | None) -> None:
        """Every write of the table."""
        if after is None or not is_run(key, after):
            self.require(before is None, "what was created is never overwritten", f"{key} was")
            if key[1].startswith("L#"):
                self.calls.milestones["stored"] += 1
                if self.owners.get((key[0], keys.THING_SK)) is not self.scheduler.current:
                    self.strays[key] = len(self.calls.sorts)
            elif key[1].startswith("P#") and after is not None:
                sha256 = hashlib.sha256(bytes(after["b"].get("B", b""))).digest()
                self.require(keys.payload_sk(key[1].split("#")[1], sha256.hex()) == key[1], "a payload has its hash", f"{key} has not")
            return
        self.runs[key] = after
        self._judge(key, before, after)

    def _judge(self, key: Key, before: Item | None, after: Item) -> None:
        letter, names = status(after), after.keys()
        missing, extra = HAS[letter] - names, LACKS[letter] & names
        self.require(not missing and not extra, "state and timestamps fit", f"{letter} lacks {missing} or has {extra}")
        self.require(("q" in names) == (not has_ended(after)), "the OPEN index holds the open runs", f"q in {letter}: {'q' in names}")
        self.require(("x" in names) == (letter in "fc"), "rare ends stand in their list", f"x in {letter}: {'x' in names}")
        self.require(number(after, "attempt") <= number(after, "max_attempts"), "attempts are bounded", "attempt is over max_attempts")
        if "q" in names and (before is None or "q" not in before):
            self.listed[key] = self.scheduler.now
        self._judge_named(before, after)
        if before is None:
            self.require(len(after["h"]["L"]) == 1, "history is gapless", "a run begins with one entry")
            return
        old, new = before["h"]["L"], after["h"]["L"]
        self.require(new[: len(old)] == old and len(new) <= len(old) + 1, "history is gapless", "an entry changed, went or came in bulk")
        self.require(len(new) <= _MOST_ENTRIES, "history is bounded", f"{len(new)} entries")
        if len(new) == len(old):
            self._judge_ring(before, after)
        else:
            self._judge_move(key, before, after, line(new[-1]["S"]))

    def _judge_named(self, before: Item | None, after: Item) -> None:
        known = {} if before is None else named_payloads(before)
        for place, (sha256, size) in named_payloads(after).items():
            if known.get(place) != (sha256, size):
                self.require(self._is_there(after, sha256, size), "what a run names exists", f"{place} does not")
        old = [] if before is None else named_artifacts(before)
        new = named_artifacts(after)
        self.require(new[: len(old)] == old and len(set(new)) == len(new), "artifacts are named once", f"{old} became {new}")
        for packed in new[len(old) :]:
            record = self.dynamo.items.get((f"R#{packed}", keys.THING_SK))
            self.require(record and record.get("k") == {"S": "artifact"}, "what a run names exists", f"artifact {packed} does not")

    def _is_there(self, run: Item, sha256: str, size: int) -> bool:
        if size > INLINE_BYTES:
            return any(name.endswith(f"/{run['ge']['S']}/{sha256}") for name in self.s3.objects)
        return (run["pk"]["S"], keys.payload_sk(run["ge"]["S"], sha256)) in self.dynamo.items

    def _judge_ring(self, before: Item, after: Item) -> None:
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        self.require(changed <= {"ra", "ri"}, "what moves a run stands in its history", f"{changed} changed without an entry")
        due = number(before, "ring_after") <= min(self.scheduler.now, number(after, "ring_after") - 1)
        won = status(before) == "q" and before["d"]["S"] == "a" and due
        self.require(won, "a ring is won once an interval", "a run was rung that was not due")

    def _judge_move(self, key: Key, before: Item, after: Item, entry: Line) -> None:
        source, letter = status(before), status(after)
        self.require(entry.to == letter and letter in MOVES[source], "every move is a transition", f"{source} -> {letter} ({entry})")
        ops = [line(one["S"]).op for one in after["h"]["L"]]
        self.require(len(set(ops)) == len(ops), "a write is applied once", f"{entry.op} was applied again")
        if letter == "w":
            patience = number(after, "deadline_at") - number(after, "gate_until")
            self.require(patience >= 0, "a gate is open as long as it says", f"the deadline comes {-patience // 1_000} s before")
        if source == "f":
            self.require(entry.code == "RETRY", "an end is left by a retry only", f"{entry}")
        self._judge_steps(before, after, entry)
        if entry.actor == "sweeper":
            self._judge_sweeper(key, before, entry)
        elif entry.actor == "worker":
            self._judge_worker(key, before, after, entry)
        elif letter == "r":
            self.owners[key] = None
            self.require(number(after, "fence") == number(before, "fence") + 1, "claims are counted", "a person's was not")
        if entry.code == "EXECUTE_ASKED":
            self.require(not _asked_before(before), "execute is accepted once a queued spell", "it was accepted twice")
        if has_ended(after):
            self.calls.milestones["ended"] += 1

    def _judge_steps(self, before: Item, after: Item, entry: Line) -> None:
        old, new = before["sp"]["M"], after["sp"]["M"]
        redone = number(after, "round") > number(before, "round")
        for name, record in old.items():
            kept = new.get(name) == record or name.endswith("!") or (redone and name not in new)
            self.require(kept, "no step succeeds twice", f"{name} was done again")
        added = [name.rstrip("!") for name in new if name not in old]
        self.require(added in ([], [entry.step]), "a finished step stands in the history", f"{added} by {entry}")

    def _judge_sweeper(self, key: Key, before: Item, entry: Line) -> None:
        now = self.scheduler.now
        if entry.code in ("LEASE_LOST", "LEASE_EXPIRED", "MAX_ATTEMPTS_REACHED"):
            self.require(status(before) == "r" and number(before, "lease_until") <= now, "only a lease that ran out is broken", f"{entry}")
            owner = self.owners.get(key)
            if owner is not None:
                cause = any(scar == "time limit" or fault(scar).attempts for scar in owner.scars)
                self.require(cause, "no worker abandons a run that it can still write", f"{owner.name} did")
        if entry.code == "DEADLINE_EXCEEDED":
            self.require(number(before, "deadline_at") <= now, "a deadline ends what is past it", f"{entry}")
        if entry.code == "GATE_EXPIRED":
            self.require(number(before, "gate_until") <= now, "a gate ends when it is over", f"{entry}")

    def _judge_worker(self, key: Key, before: Item, after: Item, entry: Line) -> None:
        process = self.scheduler.current
        if status(before) == "q":
            due = before["d"]["S"] == "a" and number(before, "available_at") <= self.scheduler.now
            self.require(due, "only what is due is claimed", f"claimed before {number(before, 'available_at')}")
            spent = number(after, "attempt") - number(before, "attempt")
            self.require(spent == number(before, "claim_cost"), "a start costs an attempt, a continuation none", f"{spent} were spent")
            self.require(number(after, "fence") == number(before, "fence") + 1, "claims are counted", "a worker's was not")
            self.owners[key] = process
            self.calls.milestones["claimed"] += 1
            return
        owns = status(before) == "r" and self.owners.get(key) is process
        self.require(owns, "no write by a fenced worker takes effect", lambda: f"{process.name if process else '-'} wrote {entry}")


def _asked_before(run: Item) -> bool:
    spell = []
    for entry in reversed(run["h"]["L"]):
        read = line(entry["S"])
        if read.to != "q":
            break
        spell.append(read.code)
    return "EXECUTE_ASKED" in spell
