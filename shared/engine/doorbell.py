"""Ringing after a write that is already durable: a lost ring costs a minute, never a run."""

from shared.errors import StoreError
from shared.observability import log
from shared.ports import Doorbell
from shared.runs.records import Run


def ring_softly(doorbell: Doorbell, run: Run, delay_ms: int = 0) -> None:
    """Ring; when the queue cannot take it, the sweeper's ring comes instead."""
    try:
        doorbell.ring(run, delay_ms)
    except StoreError:
        log("ring_failed", run_id=run.id)
