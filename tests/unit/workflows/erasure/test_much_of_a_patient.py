"""A patient with more than one invocation can count or remove: the erasure goes on in the next one,
where the last had come to, and holds few things at a time.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from shared.engine.account import usage_by_step
from shared.engine.creation import Key, NewRun, keyed_id
from shared.engine.worker import Worker
from shared.ports import THINGS_AT_ONCE, Kind, Scope, Thing
from shared.records.artifact import Artifact
from shared.records.care import Assessment, Patient, Person, RecordContent, Tombstone
from shared.records.run import Run, Status
from shared.runs.canonical import sha256_hex
from shared.runs.timing import DAY, SECOND, UPLOAD_LIFE
from shared.workflows.definitions import ERASURE
from shared.workflows.erasure.workflow import Sources, erasure
from tests.contract.worlds import Fakes
from tests.fakes.world import MORNING
from tests.sampling import times
from tests.support.engine_world import EngineWorld
from tests.support.samples import ADMIN, CLINICIAN, ORG, PATIENT, STATE, a_run, run_id

pytestmark = pytest.mark.rule("R-ERASE-3")
RUNS = times(500, 5_000)
OBJECTS_OF_A_RUN = 4
CALL = 100_000 // RUNS
"""What a call to AWS takes (ms), so that RUNS of them are in all as long as 5,000 of 20 ms."""
INVOCATION = 300 * SECOND
NOTED_AT_MOST = 2_048
"""Bytes of what a step notes of how far it has come."""


@dataclass
class Lambda:
    """An invocation's time, of which every call to a store takes some."""

    call: int
    spent: int = 0
    held: int = 0
    """The most things that one call handed over."""
    noted: list[int] = field(default_factory=list)

    def remaining(self) -> int:
        return INVOCATION - self.spent

    def around(self, store: Any, **costs: Callable[[Any, Any], int]) -> Any:
        """The store, whose methods cost as many calls to AWS as what was given and came back
        says.
        """
        return _Costly(self, store, costs)


class _Costly:
    def __init__(self, time: Lambda, store: Any, costs: Mapping[str, Callable[..., int]]) -> None:
        self._time, self._store, self._costs = time, store, costs

    def __getattr__(self, name: str) -> Any:
        def method(*given: Any, **more: Any) -> Any:
            result = getattr(self._store, name)(*given, **more)
            self._time.spent += self._time.call * self._costs[name](given, result)
            self._look(name, given, result)
            return result

        return method

    def _look(self, name: str, given: Any, result: Any) -> None:
        time = self._time
        if name == "note_reached":
            time.noted.append(len(json.dumps(given[2])))
        elif name in ("of_run", "artifacts_of_run", "of_patient"):
            things = result[0] if name == "of_patient" else result
            time.held = max(time.held, len(things))


class Much:
    """A patient of whom much is known, and their erasure."""

    def __init__(self, call: int) -> None:
        self.fakes, self.time = Fakes(), Lambda(call)
        self.world = EngineWorld(self.fakes.runs, self.fakes.payloads, self.fakes.artifacts)
        self.runs = [self._lived(number) for number in range(RUNS)]
        now = self.world.clock.now_ms()
        self.fakes.care.put_patient(Patient(PATIENT, ORG, None, MORNING, MORNING, "a label"))
        for number in range(RUNS // 10):
            content, bytes_ = RecordContent({}, Person()), str(number).encode()
            self.fakes.records.put(ORG, PATIENT, bytes_, content, CLINICIAN, now)
            identifier = run_id(1_000_000 + number)
            self.fakes.care.create_assessment(
                Assessment(identifier, ORG, PATIENT, CLINICIAN, now, "ab" * 32, {})
            )
        identifier = keyed_id(ORG, ERASURE.name, PATIENT)
        self.fakes.care.bury(ORG, PATIENT, Tombstone(identifier, now, ADMIN))
        new = NewRun(ERASURE.name, ORG, self.runs[0].subject, ADMIN, {}, max_attempts=1_000,
                     lasts=30 * DAY)  # fmt: skip
        self.erasure, _ = self.world.creator.create(new, Key(identifier, "ef" * 32))
        self.world.workflows = {ERASURE.name: erasure(self._sources())}
        self.eraser = Worker(self.world.kit, worker_enabled=True)

    def _lived(self, number: int) -> Run:
        status = Status.QUEUED if number % 10 == 0 else Status.SUCCEEDED
        run = a_run(number, status=status, **STATE[status], created_at=MORNING + number)
        made = [self._artifact(run, place) for place in range(OBJECTS_OF_A_RUN)]
        entry = replace(run.history[0], artifacts=tuple(made))
        run = replace(run, history=(entry,), input=self.fakes.payloads.put(run, b"input"))
        self.fakes.runs.plant(run)
        return run

    def _artifact(self, run: Run, place: int) -> str:
        identifier, data = run_id(10_000_000 + len(run.id) + _number(run) * 10 + place), b"{}"
        self.fakes.artifacts.put(
            Artifact(identifier, ORG, run.id, "note", "n", sha256_hex(data), 2, "text/plain", "",
                     MORNING), data,
        )  # fmt: skip
        return identifier

    def _sources(self) -> Sources:
        around, fakes = self.time.around, self.fakes
        return Sources(
            runs=around(fakes.runs, page=lambda *_: 2, apply=lambda *_: 1, erase=lambda *_: 1),
            care=fakes.care,
            kept=around(
                fakes.erasing,
                of_run=lambda *_: 4,
                artifacts_of_run=lambda *_: 2,
                of_patient=lambda _, found: 2 + _count(found[0], Kind.ASSESSMENT),
                remove=lambda given, _: 1 + len(given[0]) - _count(given[0], Kind.OBJECT),
                keep_tombstone=lambda *_: 1,
                reached=lambda *_: 1,
                note_reached=lambda *_: 1,
            ),
            trail=fakes.audit,
            clock=self.world.clock,
            ids=self.world.ids,
            usage_of=partial(usage_by_step, fakes.payloads),
            invocation=self.world.timing.lease,
            upload=UPLOAD_LIFE,
            trail_days=2_190,
        )

    def go_on(self) -> Run:
        """One more invocation."""
        self.time.spent = 0
        self.eraser.execute(self.erasure.id, self.time.remaining)
        assert self.time.spent < INVOCATION, "the invocation was timed out"
        run = self.world.now(self.erasure)
        if run.status is Status.QUEUED:
            wait = max(0, run.available_at - self.world.clock.now_ms())
            self.world.clock.advance(wait + SECOND)
        return run

    def to_its_end(self) -> tuple[Run, int]:
        """The erasure, and how many invocations it took."""
        for invocation in range(1, 61):
            run = self.go_on()
            if run.is_terminal:
                return run, invocation
        raise AssertionError(f"it does not come to an end: {run}")

    def receipt(self, run: Run) -> Any:
        assert run.output is not None
        return json.loads(self.world.payloads.get(run, run.output))["receipt"]


def _number(run: Run) -> int:
    return run.created_at - MORNING


def _count(things: Iterable[Thing], kind: Kind) -> int:
    return sum(one.kind is kind for one in things)


def test_an_erasure_goes_on_where_the_last_invocation_had_come_to() -> None:
    much = Much(CALL)
    run, invocations = much.to_its_end()
    assert run.status is Status.SUCCEEDED
    assert invocations > 8, "each step but the record's and the receipt takes several"
    assert run.attempt == 1, "going on costs no attempt"
    assert much.time.held <= THINGS_AT_ONCE
    assert max(much.time.noted) <= NOTED_AT_MOST
    _nothing_is_left(much)
    receipt = much.receipt(run)
    assert receipt["runs"] == RUNS
    assert {kind: one["count"] for kind, one in receipt["removed"].items() if one["count"]} == {
        "payloads": RUNS,
        "artifacts": RUNS * OBJECTS_OF_A_RUN,
        "object_versions": RUNS * OBJECTS_OF_A_RUN + RUNS // 10 * 2,
        "record_versions": RUNS // 10 + 1,
        "assessments": RUNS // 10,
        "patients": 1,
    }


def test_the_receipt_is_the_same_however_often_it_was_interrupted() -> None:
    interrupted, at_once = Much(CALL), Much(call=0)
    (one, invocations), (other, few) = interrupted.to_its_end(), at_once.to_its_end()
    assert few < invocations
    assert interrupted.receipt(one)["removed"] == at_once.receipt(other)["removed"]


def _nothing_is_left(much: Much) -> None:
    erasing, position = much.fakes.erasing, None
    assert erasing.of_patient(ORG, PATIENT, None) == ([], None)
    for run in much.runs:
        assert erasing.of_run(ORG, run.id) == erasing.artifacts_of_run(ORG, run.id) == []
    scope, bare = Scope.of_subject(ORG, much.runs[0].subject), 0
    while True:
        page = much.fakes.runs.page(scope, position, 1_000)
        bare += sum(isinstance(row, Run) and row.erased_at is not None for row in page.rows)
        position = page.position
        if position is None:
            break
    assert bare == RUNS
