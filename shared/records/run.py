"""The records of a run: frozen values, one vocabulary for every door.

Times are integers, milliseconds since the epoch. Ids are canonical UUID strings; `org_id` and
people are whatever
the token says. What can be derived (updated_at, steps' times, the errors list) is derived, in
`shared.runs.timeline`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from shared.records.money import NO_USAGE, Usage

MAX_HISTORY = 200
DEFAULT_ATTEMPTS = 3


class Engine(Enum):
    """Who acts without being a person.

    Equal to no text, so that a person may be called anything.
    """

    WORKER = "worker"
    SWEEPER = "sweeper"


WORKER, SWEEPER = Engine.WORKER, Engine.SWEEPER
Actor = str | Engine
"""A person by the name that their token gives them, or the engine."""


class Status(StrEnum):
    QUEUED = "queued"
    """Somebody or something may start it; it has no start and no end."""
    RUNNING = "running"
    """Leased to a worker or a person."""
    WAITING = "waiting"
    """At a gate: only a person can move it on."""
    SUCCEEDED = "succeeded"
    """Ended with an output; final."""
    FAILED = "failed"
    """Ended with an error; only an explicit retry leaves it."""
    CANCELLED = "cancelled"
    """Ended by a person; final."""


OPEN = frozenset({Status.QUEUED, Status.RUNNING, Status.WAITING})
TERMINAL = frozenset(Status) - OPEN


class Dispatch(StrEnum):
    """Who starts the run."""

    AUTO = "auto"
    """The worker is rung at once, and again by the sweeper."""
    MANUAL = "manual"
    """Nobody is rung before a person asks for it."""


@dataclass(frozen=True, slots=True)
class Subject:
    type: str
    id: str


HELD_BYTES = 32
"""Of an input, so many the run's own item holds: no more than a reference to them would take."""


@dataclass(frozen=True, slots=True)
class PayloadRef:
    """Bytes stored before the item that names them: their sha256 (hex) and size in bytes.

    `data`: the bytes, where the reference holds them itself and nothing is stored beside.
    `is_artifact`: they are those of the artifact that the run's success named.
    """

    sha256: str
    size: int
    data: bytes | None = field(default=None, compare=False)
    is_artifact: bool = False

    @classmethod
    def of(cls, data: bytes) -> "PayloadRef":
        """One that holds them."""
        return cls(hashlib.sha256(data).hexdigest(), len(data), data)


@dataclass(frozen=True, slots=True)
class RecordRead:
    """Which version of a patient's record a run read, by its number and sha256 (hex), and when."""

    version: int
    sha256: str
    read_at: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a run's history. Its seq is its place (from 1), its `from` the `to` of the entry
    before.

    `op` names the write that appended it, so that a repeated write recognises itself. A claim does
    not know the
    attempt that it starts (None): the entry after it, or the run, does.
    """

    at: int
    actor: Actor
    to: Status
    op: str
    attempt: int | None = None
    step: str | None = None
    code: str | None = None
    artifacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What a finished step left: its result and what it cost.

    `answer`: the ledger's key of a model's answer that it left, which stands there and nowhere
    else. `spoiled`: its answer was at fault.
    """

    result: PayloadRef | None = None
    usage: Usage | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    spoiled: bool = False
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    id: str
    org_id: str
    workflow: str
    subject: Subject
    created_by: str
    created_at: int
    gen: str
    """Random per create: the folder of this run's payloads, so that two racing creates never share
    one.
    """
    status: Status
    dispatch: Dispatch
    deadline_at: int
    max_attempts: int
    input: PayloadRef
    fingerprint: str
    """sha256 (hex) of method, path and canonical body of the request that created it."""
    history: tuple[HistoryEntry, ...]
    attempt: int = 0
    fence: int = 0
    """How many times it was claimed; never reused, so an old worker's writes can be told from the
    owner's.
    """
    claim_cost: int = 1
    """What the next claim adds to `attempt`: 0 after a continuation."""
    round: int = 0
    """Raised when a stored model answer must not be used again."""
    available_at: int = 0
    ring_after: int = 0
    ring_interval: int = 0
    start_at: int | None = None
    """Not to be started before; None for at once."""
    gate: str | None = None
    """The gate at which a queued run is parked: nobody rings for it before the gate opens.

    See shared.records.gate.
    """
    needed: int | None = None
    """What the call may cost (micro-dollars) that did not fit into a budget; None at other gates.
    """
    lessee: Actor | None = None
    lease_until: int | None = None
    gate_until: int | None = None
    started_at: int | None = None
    completed_at: int | None = None
    erased_at: int | None = None
    """When all but the run's skeleton was removed, because its patient was erased."""
    steps: Mapping[str, StepRecord] = field(default_factory=dict)
    """The finished steps. One that is to be done again is none of them."""
    spoiled: Mapping[str, StepRecord] = field(default_factory=dict)
    """What was done and paid for, but is to be done again by a retry."""
    output: PayloadRef | None = None
    error_code: str | None = None
    error_detail: PayloadRef | None = None
    usage: Usage = NO_USAGE
    record: RecordRead | None = None
    """Of the patient's record, the version that the context was built from."""
    warnings: tuple[str, ...] = ()
    """What a reader of the result must know: what was shortened, what has changed since.

    Sentences, no patient data.
    """
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """The workflow's own immutable facts (assessment_id, profile, max_cost, ...)."""

    @property
    def artifacts(self) -> tuple[str, ...]:
        """Everything that was attached to it or that it made, in order: what its history names."""
        return tuple(artifact for entry in self.history for artifact in entry.artifacts)

    @property
    def made_artifact(self) -> str | None:
        """The artifact that its success named, if it named one."""
        last = self.history[-1]
        return last.artifacts[0] if last.to is Status.SUCCEEDED and last.artifacts else None

    @property
    def granted_attempts(self) -> int:
        """How many attempts it was created with; a retry grants more to its step alone."""
        return int(self.attributes.get("max_attempts", DEFAULT_ATTEMPTS))

    @property
    def version(self) -> int:
        """Counts the visible writes: the length of the history."""
        return len(self.history)

    @property
    def is_terminal(self) -> bool:
        return self.status in TERMINAL

    @property
    def updated_at(self) -> int:
        return self.history[-1].at

    @property
    def awaits_person(self) -> bool:
        """True when the run itself is a person's to move on: one who starts it, holds it or
        advances it. What is parked at a gate goes on by itself once the gate is open.
        """
        if self.status is Status.RUNNING:
            return self.lessee != WORKER
        if self.status is Status.QUEUED:
            return self.dispatch is not Dispatch.AUTO
        return self.status is Status.WAITING
