"""Creating a run: its input first, then one conditional write of the run; and telling a replay from
misuse.

A keyed run's id is made of organisation, caller and key, so two first uses are the same write, and
the loser of the race reads the winner in the same round trip.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.engine.doorbell import ring_softly
from shared.errors import Erased, IdempotencyKeyReused
from shared.observability import log
from shared.ports import Clock, Doorbell, GateStore, Ids, PayloadStore, RunStore
from shared.records.gate import WORKER_GATE, Reason
from shared.records.run import (
    DEFAULT_ATTEMPTS,
    HELD_BYTES,
    Dispatch,
    HistoryEntry,
    PayloadRef,
    Run,
    Status,
    Subject,
)
from shared.runs.canonical import canonical_json
from shared.runs.codes import EventCode, FailureCode
from shared.runs.due import is_rung
from shared.runs.timing import MAX_DELAY, RING_FIRST, Timing
from shared.workflows.definitions import is_flagged

_KEYED = uuid.UUID("0a4f3c52-9a2d-4f0c-8f5b-2f6a7d1c9e01")
_NO_REF = PayloadRef("0" * 64, 0)


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a repeated request the same: the id that its key leads to, and the fingerprint of
    its payload.
    """

    id: str
    fingerprint: str
    repeatable: bool = True
    """Whether the same request could have been made before: false without an Idempotency-Key or a
    natural key.
    """


def keyed_id(org_id: str, scope: str, key: str) -> str:
    """The id of what `key` makes in `scope` (a caller, or a natural key's name) of an
    organisation.
    """
    return str(uuid.uuid5(_KEYED, "\x1f".join((org_id, scope, key))))


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a door asks for."""

    workflow: str
    org_id: str
    subject: Subject
    created_by: str
    input: Any
    dispatch: Dispatch = Dispatch.AUTO
    max_attempts: int = DEFAULT_ATTEMPTS
    waiting: bool = False
    start_at: int | None = None
    """Not to be started before (ms); a past moment is now."""
    lasts: int | None = None
    """How long (ms) it may take; None for what its dispatch gives it."""
    failed: FailureCode | None = None
    """Put on record as failed at once, with this code."""
    attached: tuple[str, ...] = ()
    """Artifacts that it has from the start."""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Creator:
    runs: RunStore
    payloads: PayloadStore
    doorbell: Doorbell
    clock: Clock
    ids: Ids
    timing: Timing
    worker_enabled: bool
    gates: GateStore

    def replay(self, key: Key) -> Run | None:
        """What an earlier use of the key made.

        Raises IdempotencyKeyReused when that was another payload.
        """
        return self._same(self.runs.get(key.id), key)

    def create(
        self, new: NewRun, key: Key, admit: Callable[[], None] = lambda: None
    ) -> tuple[Run, bool]:
        """(the run, whether it is new). Rings the worker for a new run that nobody has to start.

        `admit` may refuse a new run (a quota); a replay is answered before it is asked.
        """
        earlier = self.replay(key) if key.repeatable else None
        if earlier is not None:
            return earlier, False
        admit()
        run = self._run(new, key)
        if run.gate is not None:
            self.gates.note(run.gate, run.created_at)
        document = canonical_json(new.input)
        few = len(document) <= HELD_BYTES
        ref = PayloadRef.of(document) if few else self.payloads.put(run, document)
        run = replace(run, input=ref)
        existing = self._same(self.runs.create(run), key)
        if (
            existing is not None and existing.gen != run.gen
        ):  # with our gen it is our own, which a repeated try has met
            return existing, False
        log("run_created", run_id=run.id, workflow=run.workflow, status=run.status)
        if is_rung(run):
            self._ring(run)
        return run, True

    @staticmethod
    def _same(existing: Run | None, key: Key) -> Run | None:
        if existing is not None and existing.erased_at is not None:
            raise Erased
        if existing is not None and existing.fingerprint != key.fingerprint:
            raise IdempotencyKeyReused
        return existing

    def _ring(self, run: Run) -> None:
        """Where the queue cannot delay it until it is due, the sweeper rings."""
        delay = run.available_at - run.created_at
        if delay <= MAX_DELAY:
            ring_softly(self.doorbell, run, delay)

    def _run(self, new: NewRun, key: Key) -> Run:
        now = self.clock.now_ms()
        status = Status.FAILED if new.failed else Status.WAITING if new.waiting else Status.QUEUED
        parked = self._is_off(new) and status is Status.QUEUED
        starts = max(now, new.start_at or 0)
        is_worked = new.dispatch is Dispatch.AUTO and not (parked or new.waiting)
        bound = self.timing.deadline_worker if is_worked else self.timing.deadline_people
        code = new.failed or (Reason.WORKER_DISABLED if parked else None)
        return Run(
            id=key.id,
            org_id=new.org_id,
            workflow=new.workflow,
            subject=new.subject,
            created_by=new.created_by,
            created_at=now,
            gen=self.ids.op(),
            status=status,
            dispatch=new.dispatch,
            deadline_at=starts + (new.lasts or bound),
            max_attempts=new.max_attempts,
            input=_NO_REF,
            fingerprint=key.fingerprint,
            history=(
                HistoryEntry(now, new.created_by, status, self.ids.op(), 0, code=code),
                *(self._attached(new, now, status, artifact) for artifact in new.attached),
            ),
            completed_at=now if new.failed else None,
            error_code=new.failed,
            available_at=starts,
            ring_after=starts + (RING_FIRST if starts - now <= MAX_DELAY else 0),
            ring_interval=RING_FIRST,
            start_at=new.start_at if starts > now else None,
            gate=WORKER_GATE if parked else None,
            gate_until=now + self.timing.gate if new.waiting else None,
            tags=new.tags,
            metadata=new.metadata,
            attributes=new.attributes,
        )

    def _attached(self, new: NewRun, now: int, status: Status, artifact: str) -> HistoryEntry:
        code = EventCode.ARTIFACT_ATTACHED
        return HistoryEntry(
            now, new.created_by, status, self.ids.op(), 0, code=code, artifacts=(artifact,)
        )

    def _is_off(self, new: NewRun) -> bool:
        """Whether the run waits for the worker's flag: nobody rings before it is on."""
        off = is_flagged(new.workflow) and not self.worker_enabled
        return off and new.dispatch is Dispatch.AUTO
