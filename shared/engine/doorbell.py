"""Ringing after a write that is already durable: a lost ring costs a minute, never a run."""

from shared.errors import StoreError
from shared.observability import log
from shared.ports import Doorbell
from shared.records.run import Run


def ring_softly(doorbell: Doorbell, run: Run, delay_ms: int = 0) -> None:
    """Ring; when the queue cannot take it, the sweeper's ring comes instead."""
    try:
        doorbell.ring(run, delay_ms)
    except StoreError:
        log("ring_failed", run_id=run.id)


def probe_softly(doorbell: Doorbell, gate: str) -> None:
    """Ask for a probe; when the queue cannot take it, the next sweep asks again."""
    try:
        doorbell.ask_for_probe(gate)
    except StoreError:
        log("ring_failed", why="probe")
