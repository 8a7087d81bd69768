"""How long things may take, in milliseconds, and when a failed attempt is tried again. Pure."""

import hashlib
from dataclasses import dataclass

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

RING_FIRST = MINUTE
RING_LAST = 15 * MINUTE
CLOCKS_DIFFER = SECOND
"""How far ahead of the store's times a claim may be, because no two machines' clocks agree."""
MAX_DELAY = 900 * SECOND
"""SQS delays a message no longer."""
UPLOAD_LIFE = 15 * MINUTE
"""How long a URL that was given takes an upload."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What a deployment may set.

    `lease` outlives one invocation of the worker; *model < invocation < lease < visibility*.
    """

    lease: int = 310 * SECOND
    person_lease: int = DAY
    gate: int = 7 * DAY
    deadline_worker: int = DAY
    deadline_people: int = 30 * DAY
    backoff_base: int = 2 * SECOND
    backoff_cap: int = 5 * MINUTE
    model: int = 240 * SECOND


def backoff(run_id: str, attempt: int, timing: Timing, retry_after: float | None) -> int:
    """Milliseconds until the next try: anywhere up to base * 2^(attempt-1), capped (full jitter).

    What the other side asked for (`retry_after`, seconds) is a floor, with jitter above it: runs
    that it turned away together do not come back together. The jitter is the run's own, not random:
    a replayed write computes the same moment.
    """
    ceiling = min(timing.backoff_cap, timing.backoff_base << (attempt - 1))
    floor = min(MAX_DELAY, int(retry_after * SECOND)) if retry_after else 0
    spread = max(ceiling, min(timing.backoff_cap, floor))
    digest = hashlib.sha256(f"{run_id}:{attempt}".encode()).digest()
    return floor + int.from_bytes(digest[:4], "big") * spread // 2**32
