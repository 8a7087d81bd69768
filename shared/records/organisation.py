"""What an organisation has set for itself. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Organisation:
    """`paused_workflows`: their runs wait, since `paused_at` (ms); `paused_by` is a sub,
    `pause_reason` that person's words.

    `retention_days`: after how many days ended runs are erased; None keeps them for ever.
    """

    id: str
    paused_workflows: tuple[str, ...] = ()
    pause_reason: str | None = None
    paused_by: str | None = None
    paused_at: int | None = None
    retention_days: int | None = None
    version: int = 0


def is_paused(organisation: Organisation, workflow: str) -> bool:
    return workflow in organisation.paused_workflows
