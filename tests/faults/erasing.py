"""An erasure with a run in flight, under faults: the worker is stopped at one of its calls, the
erasure is asked for and begins, and the worker goes on, fenced, with all that it still writes; the
eraser dies, or meets a store that is away, at any of its own.

A history is made of its name alone: `W` or `W/E=KIND`, the worker's call at which the erasure is
asked for (-1: when it has done), and the eraser's call that a fault strikes.

    python -m tests.faults.erasing          every single fault, and every pair
    python -m tests.faults.erasing 12/40=die
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from shared.adapters.artifact_store import AwsArtifactStore
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.care_store import DynamoCareStore
from shared.adapters.dynamodb.record_store import DynamoRecordStore
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.adapters.erasure_store import AwsErasureStore
from shared.adapters.payload_store import AwsPayloadStore
from shared.adapters.s3 import Bucket
from shared.engine.account import usage_by_step
from shared.engine.creation import Key, NewRun, keyed_id
from shared.engine.worker import Worker
from shared.errors import StoreError
from shared.records.care import Assessment, Patient, Person, RecordContent, Tombstone, Upload
from shared.records.run import Run, Status, Subject
from shared.runs.timing import DAY, SECOND, UPLOAD_LIFE
from shared.workflows.definitions import DEFINITIONS, ERASURE
from shared.workflows.erasure.workflow import Sources, erasure
from tests.fakes.audit_trail import InMemoryAuditTrail
from tests.fakes.world import Killed
from tests.faults.aws import OPERATIONS, FakeDynamo
from tests.faults.buckets import VersionedS3, refusal
from tests.faults.wire import Wire
from tests.support.engine_world import PLENTY, EngineWorld
from tests.support.samples import ADMIN, CLINICIAN, ORG, PATIENT
from tests.support.workflows import LETTER

MARK = "canary-of-faults"
KINDS = ("die", "die_applied", "away", "away_applied", "late", "sleep")
"""Before a call's effect or after it: the process is killed, or the store gives no answer. `late`:
then the invocation is about to end. `sleep`: others do the whole erasure before the call is made.
"""
ROUNDS = 60
COUNTED = {
    "runs": 2,
    "tag_entries": 2,
    "record_versions": 2,
    "assessments": 1,
    "uploads": 1,
    "patients": 1,
}
_S3 = (*OPERATIONS["s3"], "list_object_versions", "delete_objects")


def _struck(kind: str, history: "History") -> Callable[[Callable[[], Any]], Any]:
    def strike(call: Callable[[], Any]) -> Any:
        if kind == "late":
            history.remaining = 0
            return call()
        if kind == "sleep":  # nobody outsleeps a worker that is in the middle of a call
            if not history.is_interrupting:
                history.finish()
            return call()
        if kind.endswith("applied"):
            call()
        if kind.startswith("die"):
            raise Killed
        raise refusal("ServiceUnavailable", "any", status=503)

    return strike


@dataclass
class Outcome:
    name: str
    violations: list[str]
    worker_calls: int
    eraser_calls: int


class History:
    """`patience`: how long (ms) the eraser waits for what was under way; None for as long as it
    must.
    """

    def __init__(self, patience: int | None = None) -> None:
        self.wire = Wire()
        self.dynamo = FakeDynamo({}, lambda *_: None, self._now)
        self.s3 = VersionedS3()
        table = Table(self.wire.client(self.dynamo, tuple(OPERATIONS["dynamodb"])), "runs")
        bucket = Bucket(self.wire.client(self.s3, _S3), "bucket")
        self.runs, self.payloads = DynamoRunStore(table), AwsPayloadStore(table, bucket)
        self.world = EngineWorld(self.runs, self.payloads, AwsArtifactStore(table, bucket))
        self.care = DynamoCareStore(table, bucket)
        self.records = DynamoRecordStore(table, bucket)
        sources = Sources(
            self.runs,
            self.care,
            AwsErasureStore(table, bucket),
            InMemoryAuditTrail(),
            self.world.clock,
            self.world.ids,
            partial(usage_by_step, self.payloads),
            self.world.timing.lease if patience is None else patience,
            UPLOAD_LIFE if patience is None else patience,
            2_190,
            at_once=1,
        )
        self.remaining, self.is_interrupting = PLENTY, False
        self.workflow = erasure(sources)
        self.erasure: Run | None = None

    def _now(self) -> int:
        return self.world.clock.now_ms()

    def prepare(self) -> Run:
        """A patient of whom something is known, a run that has ended, and one that has not
        begun.
        """
        now, world = self.world.clock.now_ms(), self.world
        self.care.put_patient(Patient(PATIENT, ORG, None, now, now, MARK))
        self.records.put(
            ORG, PATIENT, MARK.encode(), RecordContent({}, Person(gender=MARK)), CLINICIAN, now
        )
        upload = Upload(world.ids.unique(), ORG, PATIENT, CLINICIAN, now, now + UPLOAD_LIFE,
                        "ab" * 32, 3, "ab" * 32, False, False)  # fmt: skip
        self.records.create_upload(upload)
        self.care.create_assessment(
            Assessment(world.ids.unique(), ORG, PATIENT, CLINICIAN, now, "ab" * 32, {"a": MARK})
        )
        world.model.default = MARK
        self.ended = self.world.work(self._a_run())
        return self._a_run()

    def _a_run(self) -> Run:
        new = NewRun("letter", ORG, Subject("patient", PATIENT), CLINICIAN, {"about": MARK},
                     tags=(MARK,), metadata={"m": MARK})  # fmt: skip
        key = Key(self.world.ids.unique(), "cd" * 32, repeatable=False)
        return self.world.creator.create(new, key)[0]

    def ask(self) -> None:
        """What DELETE does, and the eraser's first look."""
        before, self.wire.actor = self.wire.actor, "person"
        now, identifier = self.world.clock.now_ms(), keyed_id(ORG, ERASURE.name, PATIENT)
        self.care.bury(ORG, PATIENT, Tombstone(identifier, now, ADMIN))
        new = NewRun(ERASURE.name, ORG, Subject("patient", PATIENT), ADMIN, {},
                     max_attempts=1_000, lasts=30 * DAY)  # fmt: skip
        self.erasure, _ = self.world.creator.create(new, Key(identifier, "ef" * 32))
        self.erase()
        self.wire.actor = before

    def erase(self) -> None:
        """One delivery of the eraser's message; it may die."""
        assert self.erasure is not None
        kept = self.world.workflows
        self.world.workflows = {ERASURE.name: self.workflow}
        eraser, self.world.workflows = Worker(self.world.kit, worker_enabled=True), kept
        before, self.wire.actor = self.wire.actor, "eraser"
        with suppress(Killed, StoreError):
            self.remaining = PLENTY
            eraser.execute(self.erasure.id, lambda: self.remaining)
        self.wire.actor = before
        found = self.dynamo.items.get(_key_of(self.erasure))
        assert found is not None

    def finish(self) -> None:
        """Time passes, sweeps sweep, and the eraser is rung for until it has come to an end."""
        for _ in range(ROUNDS):
            run = self.now()
            if run.is_terminal:
                return
            until = run.available_at if run.status is Status.QUEUED else run.lease_until or 0
            self.world.clock.advance(max(0, until - self.world.clock.now_ms()) + SECOND)
            if run.status is not Status.QUEUED:
                self.world.sweeper.sweep()
            self.erase()

    def now(self) -> Run:
        assert self.erasure is not None
        found = self.runs.get(self.erasure.id)
        assert found is not None
        return found

    def everything(self) -> str:
        return repr([self.dynamo.items, self.s3.versions, self.world.doorbell.rings])


def _key_of(run: Run) -> tuple[str, str]:
    return keys.thing_pk(run.id), keys.THING_SK


def play(name: str, patience: int | None = None) -> Outcome:
    """The history of that name, judged."""
    asked_at, _, struck = name.partition("/")
    history = History(patience)
    run = history.prepare()
    assert MARK in history.everything()
    if struck:
        call, _, kind = struck.partition("=")
        history.wire.at["eraser", int(call)] = _struck(kind, history)

    def interrupt(call: Callable[[], Any]) -> Any:
        history.is_interrupting = True
        history.ask()
        history.is_interrupting = False
        return call()

    if int(asked_at) >= 0:
        history.wire.at["worker", int(asked_at)] = interrupt
    history.wire.actor = "worker"
    history.world.work(run)
    history.wire.actor = ""
    if history.erasure is None:
        history.ask()
    history.finish()
    return Outcome(name, list(_judged(history, run)), history.wire.counts.get("worker", 0) + 1,
                   history.wire.counts.get("eraser", 0) + 1)  # fmt: skip


def _judged(history: History, run: Run) -> Iterator[str]:
    ended = history.now()
    if ended.status is not Status.SUCCEEDED:
        yield f"an erasure always completes: it is {ended.status}"
    if MARK in history.everything():
        yield "nothing of the patient is left"
    spent = 0
    for one in (history.ended, run):
        left = history.runs.get(one.id)
        assert left is not None
        spent += left.usage.calls
        if left.erased_at is None or not left.is_terminal:
            yield f"a run is left as a skeleton: it is {left.status}"
        names = {place[1][0] for place in history.dynamo.items if place[0] == _key_of(one)[0]}
        if names != {"R"}:
            yield f"nothing stands beside a skeleton: {names}"
    if spent < len(history.world.model.calls):
        yield f"what was spent stays known: {spent} calls are"
    if ended.status is Status.SUCCEEDED and (counted := _counted(history, ended)) != COUNTED:
        yield f"the receipt counts what was there: {counted}"


def _counted(history: History, ended: Run) -> dict[str, int]:
    """Of what does not depend on how far the run in flight had come."""
    assert ended.output is not None
    receipt = json.loads(history.payloads.get(ended, ended.output))["receipt"]
    removed = {kind: one["count"] for kind, one in receipt["removed"].items()}
    return {"runs": receipt["runs"]} | {kind: removed[kind] for kind in COUNTED if kind != "runs"}


# --- which are searched ---------------------------------------------------------------------------


def interruptions() -> Iterator[str]:
    """The erasure asked for at every call of the worker, and when it has done."""
    yield "-1"
    yield from (str(call) for call in range(play("-1").worker_calls))


def strikes(asked_at: str) -> Iterator[str]:
    """Every fault at every call of the eraser in that history."""
    for call in range(play(asked_at).eraser_calls):
        yield from (f"{asked_at}/{call}={kind}" for kind in KINDS)


def sampled_pairs(each: int) -> Iterator[str]:
    """Some of all pairs, always the same."""
    random = Random("pairs of an erasure")
    for asked_at in interruptions():
        found = list(strikes(asked_at))
        yield from random.sample(found, min(each, len(found)))


def broken(names: Iterator[str], patience: int | None = None) -> list[Outcome]:
    return [outcome for outcome in (play(name, patience) for name in names) if outcome.violations]


def main(names: list[str]) -> int:
    DEFINITIONS[LETTER.name] = LETTER  # type: ignore[index]
    with redirect_stdout(None):
        singles = [*interruptions()]
        searched = names or [*singles, *(name for one in singles for name in strikes(one))]
        found = broken(iter(searched))
    print(f"{len(searched)} histories of an erasure, {len(found)} broken")
    for one in found[:20]:
        print(f"    python -m tests.faults.erasing {one.name}: {'; '.join(one.violations)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
