"""Every move of a run, each a pure function from what is known to one Change.

Nothing here reads a clock or a store.

Worker's moves guard status and fence; a person's guard status and version; the sweeper's guard what
made it act. `now` and every other time is in milliseconds since the epoch; `op` names the write.

Long because every move of a run stands here, to be compared with the others.
"""

from shared.runs.transitions.gates import park, parking_reason, refused_entry, unpark
from shared.runs.transitions.person import (
    Retry,
    advance,
    attach,
    cancel,
    end_taken,
    execute,
    execution_asked,
    require_unstarted,
    retry,
    take,
)
from shared.runs.transitions.sweeping import (
    expire_deadline,
    expire_gate,
    lose_lease,
    put_off_ring,
    ring,
)
from shared.runs.transitions.worker import (
    checkpoint,
    claim,
    complete,
    continue_later,
    fail,
    pause,
    pending,
    release,
)

__all__ = [
    "Retry",
    "advance",
    "attach",
    "cancel",
    "checkpoint",
    "claim",
    "complete",
    "continue_later",
    "end_taken",
    "execute",
    "execution_asked",
    "expire_deadline",
    "expire_gate",
    "fail",
    "lose_lease",
    "park",
    "parking_reason",
    "pause",
    "pending",
    "put_off_ring",
    "refused_entry",
    "release",
    "require_unstarted",
    "retry",
    "ring",
    "take",
    "unpark",
]
