"""A run's life in one page, written from DESIGN.md alone: the yardstick of the model-based test.

Shares no code with the product.

Every move says what became of it: DONE, LOST (the run was no longer as its actor had seen it) or
REFUSED (what the actor had seen did not allow it in the first place).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

DONE, LOST, REFUSED = "done", "lost", "refused"
CLOCKS_DIFFER = 1_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LEASE, PERSON_LEASE, GATE, WORKER_DAYS, PEOPLE_DAYS = 310_000, DAY, 7 * DAY, DAY, 30 * DAY
OPEN = {"queued", "running", "waiting"}


@dataclass(frozen=True)
class Seen:
    """What can be seen of a run."""

    deadline: int
    due: int
    ring_at: int
    status: str = "queued"
    dispatch: str = "auto"
    attempt: int = 0
    granted: int = 3
    next_claim_costs: int = 1
    fence: int = 0
    length: int = 1
    ring_every: int = MINUTE
    holder: str | None = None
    lease: int | None = None
    gate: int | None = None
    steps: frozenset[str] = frozenset()
    artifacts: tuple[str, ...] = ()
    calls: int = 0
    error: str | None = None
    asked: bool = False
    failed_at_gate: bool = False


class Reference:
    """One run. `now` is whatever the test's clock says."""

    def __init__(self, now: int, dispatch: str) -> None:
        people = dispatch != "auto"
        self.run = Seen(
            now + (PEOPLE_DAYS if people else WORKER_DAYS), now, now + MINUTE, dispatch=dispatch
        )

    def _moved(self, status: str, **fields: Any) -> str:
        """A move: it stands in the history; leaving a status ends what belongs to it."""
        kept: dict[str, Any] = {} if status == "running" else {"holder": None, "lease": None}
        kept |= {"due": 0, "ring_at": 0, "ring_every": 0} if status == "running" else {}
        kept |= {} if status == "waiting" else {"gate": None}
        kept |= {} if status == "failed" else {"error": None, "failed_at_gate": False}
        kept |= {"asked": False} if self.run.status != "queued" or status != "queued" else {}
        values: dict[str, Any] = {"status": status, "length": self.run.length + 1} | kept | fields
        self.run = replace(self.run, **values)
        return DONE

    def _queued(self, now: int, due: int, **fields: Any) -> str:
        return self._moved(
            "queued", due=max(now, due), ring_at=max(now, due) + MINUTE, ring_every=MINUTE, **fields
        )

    # --- the worker -------------------------------------------------------------------------------

    def claim(self, now: int) -> str:
        r = self.run
        if (
            r.status != "queued"
            or r.dispatch != "auto"
            or r.due > now + CLOCKS_DIFFER
            or r.deadline <= now
            or (r.attempt >= r.granted and r.next_claim_costs)
        ):
            return LOST
        attempt = r.attempt + r.next_claim_costs
        return self._moved(
            "running",
            attempt=attempt,
            next_claim_costs=1,
            fence=r.fence + 1,
            holder="worker",
            lease=now + LEASE,
        )

    def _owned(self, mine: Seen, move: Callable[[], str]) -> str:
        return move() if (self.run.status, self.run.fence) == ("running", mine.fence) else LOST

    def checkpoint(self, mine: Seen, now: int, step: str) -> str:
        fields = {"steps": self.run.steps | {step}, "lease": now + LEASE, "calls": mine.calls + 1}
        return self._owned(mine, lambda: self._moved("running", **fields))

    def complete(self, mine: Seen, now: int, step: str, artifact: str) -> str:
        fields = {
            "steps": self.run.steps | {step},
            "artifacts": (*self.run.artifacts, artifact),
            "calls": mine.calls,
        }
        return self._owned(mine, lambda: self._moved("succeeded", **fields))

    def fail(self, mine: Seen, now: int) -> str:
        return self._owned(mine, lambda: self._moved("failed", error="LLM_ERROR", calls=mine.calls))

    def release(self, mine: Seen, now: int, wait: int) -> str:
        return self._owned(mine, lambda: self._queued(now, now + wait, calls=mine.calls))

    def continue_later(self, mine: Seen, now: int) -> str:
        return self._owned(mine, lambda: self._queued(now, now, next_claim_costs=0))

    def pause(self, mine: Seen, now: int, step: str) -> str:
        fields = {"steps": self.run.steps | {step}, "calls": mine.calls, "gate": now + GATE}
        fields["deadline"] = max(mine.deadline, now + PEOPLE_DAYS)
        return self._owned(mine, lambda: self._moved("waiting", **fields))

    # --- people -----------------------------------------------------------------------------------

    def _decided(self, seen: Seen, allowed: bool, move: Callable[[], str]) -> str:
        if not allowed:
            return REFUSED
        return move() if (self.run.status, self.run.length) == (seen.status, seen.length) else LOST

    def take(self, seen: Seen, now: int, who: str) -> str:
        fields: dict[str, Any] = {
            "attempt": seen.attempt + seen.next_claim_costs,
            "next_claim_costs": 1,
            "fence": seen.fence + 1,
        }
        fields |= {
            "holder": who,
            "lease": now + PERSON_LEASE,
            "deadline": max(seen.deadline, now + PEOPLE_DAYS),
        }
        return self._decided(
            seen, seen.status == "queued", lambda: self._moved("running", **fields)
        )

    def end_taken(self, seen: Seen, now: int, is_success: bool) -> str:
        allowed = seen.status == "running" and seen.holder != "worker"
        if is_success:
            return self._decided(seen, allowed, lambda: self._moved("succeeded"))
        return self._decided(seen, allowed, lambda: self._moved("failed", error="OWN_REASON"))

    def execute(self, seen: Seen, now: int) -> str:
        fields: dict[str, Any] = {"dispatch": "auto", "asked": True}
        fields |= {"deadline": now + WORKER_DAYS} if seen.dispatch != "auto" else {}
        allowed = seen.status == "queued" and not seen.asked
        return self._decided(seen, allowed, lambda: self._queued(now, now, **fields))

    def attach(self, seen: Seen, now: int, artifact: str) -> str:
        allowed = seen.status == "queued" and seen.fence == 0
        return self._decided(
            seen,
            allowed,
            lambda: self._moved(
                "queued", artifacts=(*seen.artifacts, artifact), asked=self.run.asked
            ),
        )

    def cancel(self, seen: Seen, now: int) -> str:
        return self._decided(seen, seen.status in OPEN, lambda: self._moved("cancelled"))

    def retry(self, seen: Seen, now: int) -> str:
        if seen.failed_at_gate:
            fields = {"gate": now + GATE, "deadline": max(seen.deadline, now + PEOPLE_DAYS)}
            return self._decided(
                seen, seen.status == "failed", lambda: self._moved("waiting", **fields)
            )
        later = {
            "granted": max(seen.granted, seen.attempt + 1),
            "next_claim_costs": 1,
            "dispatch": "auto",
            "deadline": max(seen.deadline, now + WORKER_DAYS),
        }
        return self._decided(seen, seen.status == "failed", lambda: self._queued(now, now, **later))

    def advance(self, seen: Seen, now: int) -> str:
        fresh = {"dispatch": "auto", "attempt": 0, "granted": 3, "next_claim_costs": 1}
        return self._decided(
            seen, seen.status == "waiting", lambda: self._queued(now, now, **fresh)
        )

    # --- the sweeper ------------------------------------------------------------------------------

    def sweep(self, seen: Seen, now: int) -> str | None:
        """None: nothing is due."""
        if seen.status not in OPEN:
            return None
        if seen.deadline <= now:
            at_gate = seen.status == "waiting"
            return self._decided(
                seen,
                True,
                lambda: self._moved("failed", error="DEADLINE_EXCEEDED", failed_at_gate=at_gate),
            )
        if seen.lease is not None:
            return self._sweep_lease(seen, now) if seen.lease <= now else None
        if seen.gate is not None:
            expired = {"error": "GATE_EXPIRED", "failed_at_gate": True}
            return (
                self._decided(seen, True, lambda: self._moved("failed", **expired))
                if seen.gate <= now
                else None
            )
        return self._ring(seen, now) if seen.dispatch == "auto" and seen.ring_at <= now else None

    def _sweep_lease(self, seen: Seen, now: int) -> str:
        if self.run.lease is None or self.run.lease > now or self.run.length != seen.length:
            return LOST
        if seen.holder != "worker":
            return self._owned(seen, lambda: self._moved("failed", error="LEASE_EXPIRED"))
        if seen.attempt >= seen.granted:
            return self._owned(seen, lambda: self._moved("failed", error="MAX_ATTEMPTS_REACHED"))
        return self._owned(seen, lambda: self._queued(now, now))

    def _ring(self, seen: Seen, now: int) -> str:
        if self.run.status != "queued" or self.run.dispatch != "auto" or self.run.ring_at > now:
            return LOST
        if self.run.length != seen.length:
            return LOST
        every = min(2 * seen.ring_every, 15 * MINUTE)
        self.run = replace(self.run, ring_at=now + every, ring_every=every)
        return DONE
