"""Creating a run: its input first, then one conditional write of the run; and telling a replay from misuse.

A keyed run's id is made of organisation, caller and key, so two first uses are the same write, and the loser of the race
reads the winner in the same round trip.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.engine.doorbell import ring_softly
from shared.errors import IdempotencyKeyReused
from shared.observability import log
from shared.ports import Clock, Doorbell, Ids, PayloadStore, RunStore
from shared.runs.canonical import canonical_json
from shared.runs.codes import FailureCode
from shared.runs.records import DEFAULT_ATTEMPTS, Dispatch, HistoryEntry, PayloadRef, Run, Status, Subject
from shared.runs.timing import RING_FIRST, Timing
from shared.workflows.definitions import DEFINITIONS

_KEYED = uuid.UUID("0a4f3c52-9a2d-4f0c-8f5b-2f6a7d1c9e01")
_NO_REF = PayloadRef("0" * 64, 0)


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a repeated request the same: the id that its key leads to, and the fingerprint of its payload."""

    id: str
    fingerprint: str
    repeatable: bool = True
    """Whether the same request could have been made before: false without an Idempotency-Key or a natural key."""


def keyed_id(org_id: str, scope: str, key: str) -> str:
    """The id of what `key` makes in `scope` (a caller, or a natural key's name) of an organisation."""
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
    failed: FailureCode | None = None
    """Put on record as failed at once, with this code."""
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

    def replay(self, key: Key) -> Run | None:
        """What an earlier use of the key made. Raises IdempotencyKeyReused when that was another payload."""
        return self._same(self.runs.get(key.id), key)

    def create(self, new: NewRun, key: Key, admit: Callable[[], None] = lambda: None) -> tuple[Run, bool]:
        """(the run, whether it is new). Rings the worker for a new run that nobody has to start.

        `admit` may refuse a new run (a quota); a replay is answered before it is asked.
        """
        earlier = self.replay(key) if key.repeatable else None
        if earlier is not None:
            return earlier, False
        admit()
        run = self._run(new, key)
        run = replace(run, input=self.payloads.put(run, canonical_json(new.input)))
        existing = self._same(self.runs.create(run), key)
        if existing is not None and existing.gen != run.gen:  # with our gen it is our own, which a repeated try has met
            return existing, False
        log("run_created", run_id=run.id, workflow=run.workflow, status=run.status)
        if run.status is Status.QUEUED and run.dispatch is Dispatch.AUTO:
            ring_softly(self.doorbell, run)
        return run, True

    @staticmethod
    def _same(existing: Run | None, key: Key) -> Run | None:
        if existing is not None and existing.fingerprint != key.fingerprint:
            raise IdempotencyKeyReused
        return existing

    def _run(self, new: NewRun, key: Key) -> Run:
        now = self.clock.now_ms()
        status = Status.FAILED if new.failed else Status.WAITING if new.waiting else Status.QUEUED
        dispatch = self._dispatch(new)
        rung = dispatch is Dispatch.AUTO and not new.waiting
        return Run(
            id=key.id,
            org_id=new.org_id,
            workflow=new.workflow,
            subject=new.subject,
            created_by=new.created_by,
            created_at=now,
            gen=self.ids.op(),
            status=status,
            dispatch=dispatch,
            deadline_at=now + (self.timing.deadline_worker if rung else self.timing.deadline_people),
            max_attempts=new.max_attempts,
            input=_NO_REF,
            fingerprint=key.fingerprint,
            history=(HistoryEntry(now, new.created_by, status, self.ids.op(), 0, code=new.failed),),
            completed_at=now if new.failed else None,
            error_code=new.failed,
            available_at=now,
            ring_after=now + RING_FIRST,
            ring_interval=RING_FIRST,
            gate_until=now + self.timing.gate if new.waiting else None,
            tags=new.tags,
            metadata=new.metadata,
            attributes=new.attributes,
        )

    def _dispatch(self, new: NewRun) -> Dispatch:
        """A run of a switched-off workflow is held: nobody rings for it before the flag is on."""
        off = DEFINITIONS[new.workflow].flagged and not self.worker_enabled
        return Dispatch.HELD if off and new.dispatch is Dispatch.AUTO else new.dispatch
