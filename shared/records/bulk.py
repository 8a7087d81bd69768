"""A bulk: one action on every run that a filter finds, as a durable command. Pure.

It walks a list from its oldest entry to the moment of its own creation. What a stretch of the list
holds for it (`chunk`) is written down before the first of those runs is touched, and counted when
the last one was: so whoever takes it up after a death does the same runs again, and each of them
recognises the write that it has had already.
"""

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class BulkAction(StrEnum):
    CANCEL = "cancel"
    RETRY = "retry"


class BulkStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"


class Touched(StrEnum):
    """What became of one run; each is a count of the bulk."""

    DONE = "done"
    SKIPPED = "skipped"
    """It had ended already, or the caller may not touch it."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Bulk:
    """`filter` as it was asked for, `roles` those of the token that asked. `position`: where the
    list goes on, None before its first page; `is_walked`: nothing is left of it.
    """

    id: str
    org_id: str
    created_by: str
    roles: tuple[str, ...]
    created_at: int
    action: BulkAction
    filter: Mapping[str, Any]
    limit: int
    fingerprint: str
    dry_run: bool = False
    refresh: bool = False
    status: BulkStatus = BulkStatus.QUEUED
    completed_at: int | None = None
    matched: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    position: str | None = None
    is_walked: bool = False
    chunk: tuple[str, ...] = field(default=())
    version: int = 0

    @property
    def is_over(self) -> bool:
        return self.status in (BulkStatus.SUCCEEDED, BulkStatus.CANCELLED)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to be done or counted."""
        return self.is_over and not self.chunk

    def op(self, run_id: str) -> str:
        """The name of its write of a run: the same whenever it is repeated."""
        name = uuid.uuid5(uuid.UUID(self.id), run_id)
        return base64.urlsafe_b64encode(name.bytes).decode().rstrip("=")
