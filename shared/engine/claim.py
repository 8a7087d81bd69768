"""One claim of one run: the run as it was last written, and the guarded way to write it."""

from dataclasses import dataclass

from shared.engine.account import Account
from shared.engine.kit import Kit
from shared.errors import OwnershipLost
from shared.observability import log
from shared.records.run import Run
from shared.runs.changes import Change


@dataclass(slots=True)
class Claim:
    """`run` follows every write of the claim."""

    kit: Kit
    run: Run
    account: Account

    def write(self, change: Change) -> None:
        """Raises GuardFailed and OwnershipLost when another actor has the run."""
        self.run = written = self.kit.runs.apply(change)
        if change.entry is not None and written.history[-1].op != change.entry.op:
            raise OwnershipLost  # an earlier try was applied, and others have moved the run since
        log(
            "run_written",
            run_id=self.run.id,
            status=self.run.status,
            step=change.entry.step if change.entry else None,
        )

    def lease(self) -> int:
        """Until when a write of now extends it (ms)."""
        return self.kit.clock.now_ms() + self.kit.timing.lease
