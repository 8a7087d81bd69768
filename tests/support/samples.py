"""Runs as tests want them: legal ones of every status, with realistic identifiers."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from shared.records.run import (
    WORKER,
    Dispatch,
    HistoryEntry,
    PayloadRef,
    Run,
    Status,
    StepRecord,
    Subject,
)
from shared.runs.timing import DAY, HOUR, MINUTE
from tests.fakes.world import MORNING

ORG, OTHER_ORG = "5c1f7f6e-1d3b-4f0a-9f0d-6b0a4a8c2b11", "9d0a2b6c-77aa-4e7f-8f58-0d3f6c5b7e22"
CLINICIAN, ADMIN = "0b6f5a3e-33f5-4c0e-8f39-4f4b3b0f2a01", "2f0a1c7d-9a55-4b58-9d75-1c8b7d6e5f02"
PATIENT = "11111111-1111-4111-8111-111111111111"
REF = PayloadRef("ab" * 32, 2_048)


def run_id(number: int) -> str:
    """A UUIDv7 of the morning."""
    return str(UUID(int=MORNING << 80 | 0x7 << 76 | 0x2 << 62 | number))


def a_run(number: int = 1, /, **fields: Any) -> Run:
    """A queued diagnosis run that nobody has started."""
    entry = HistoryEntry(
        MORNING, CLINICIAN, fields.get("status", Status.QUEUED), f"create{number:02d}", 0
    )
    plain = Run(
        id=run_id(number),
        org_id=ORG,
        workflow="diagnosis",
        subject=Subject("patient", PATIENT),
        created_by=CLINICIAN,
        created_at=MORNING,
        gen=f"gen{number:05d}",
        status=Status.QUEUED,
        dispatch=Dispatch.AUTO,
        deadline_at=MORNING + DAY,
        max_attempts=3,
        input=REF,
        fingerprint="cd" * 32,
        history=(entry,),
        available_at=MORNING,
        ring_after=MORNING + MINUTE,
        ring_interval=MINUTE,
    )
    return replace(plain, **fields)


STATE: dict[Status, dict[str, Any]] = {
    Status.QUEUED: {},
    Status.RUNNING: {
        "started_at": MORNING,
        "lessee": WORKER,
        "lease_until": MORNING + HOUR,
        "attempt": 1,
        "fence": 1,
    },
    Status.WAITING: {"gate_until": MORNING + HOUR},
    Status.SUCCEEDED: {
        "started_at": MORNING,
        "completed_at": MORNING,
        "output": REF,
        "attempt": 1,
        "fence": 1,
    },
    Status.FAILED: {
        "started_at": MORNING,
        "completed_at": MORNING,
        "error_code": "LLM_ERROR",
        "error_detail": REF,
        "attempt": 1,
        "fence": 1,
    },
    Status.CANCELLED: {"completed_at": MORNING},
}
"""What a run of each status has beside what every run has."""


def a_run_that_is(status: Status, number: int = 1, /, **fields: Any) -> Run:
    return a_run(number, **{"status": status, **STATE[status], **fields})


def a_step(size: int = 100) -> StepRecord:
    return StepRecord(PayloadRef("ef" * 32, size))
