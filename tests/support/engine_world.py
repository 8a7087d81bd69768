"""The engine over fakes, or over whatever stores it is given: what a person, a worker and the sweeper can do in a test."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from shared.engine.account import run_usage
from shared.engine.commands import Commands
from shared.engine.creation import Creator, Key, NewRun
from shared.engine.kit import Kit
from shared.engine.ledger import Ledger
from shared.engine.listing import Reader
from shared.engine.sweeper import Sweeper
from shared.engine.worker import Worker
from shared.ports import ArtifactStore, PayloadStore, RunStore
from shared.runs.prices import Price, PriceTable
from shared.runs.records import PayloadRef, Run, Subject, Usage
from shared.runs.timing import MINUTE, SECOND, Timing
from shared.workflows.steps import Workflow
from tests.fakes.blobs import InMemoryArtifactStore, InMemoryPayloadStore
from tests.fakes.language_model import ScriptedModel
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.world import Killed, KillingProbe, RememberingDoorbell, SequentialIds, VirtualClock
from tests.support.samples import CLINICIAN, ORG, PATIENT
from tests.support.workflows import Do, book, letter, with_step

PLENTY = 14 * MINUTE
PRICES: PriceTable = {"claude-sonnet-5-5": (Price(date(2026, 1, 1), 2_000_000, 10_000_000, 200_000, 2_500_000),)}
"""$2 in, $10 out, $0.20 read and $2.50 written to the cache, the million."""


class EngineWorld:
    """`enabled` is the flag of the flagged workflows; change it, and the next worker, sweeper and creator see it."""

    def __init__(
        self,
        runs: RunStore | None = None,
        payloads: PayloadStore | None = None,
        artifacts: ArtifactStore | None = None,
        timing: Timing = Timing(),
    ) -> None:
        self.runs: RunStore = runs or InMemoryRunStore()
        self.payloads: PayloadStore = payloads or InMemoryPayloadStore()
        self.artifacts: ArtifactStore = artifacts or InMemoryArtifactStore()
        self.clock, self.ids, self.doorbell = VirtualClock(), SequentialIds(), RememberingDoorbell()
        self.model, self.probe = ScriptedModel(default="Dear you"), KillingProbe()
        self.timing, self.enabled = timing, True
        self.workflows: dict[str, Workflow] = {"letter": letter(), "book": book()}

    # --- who acts -----------------------------------------------------------------------------------------------------

    @property
    def kit(self) -> Kit:
        ledger = Ledger(self.payloads, self.model, PRICES, self.clock, self.timing.model)
        return Kit(
            runs=self.runs,
            payloads=self.payloads,
            artifacts=self.artifacts,
            doorbell=self.doorbell,
            ledger=ledger,
            clock=self.clock,
            ids=self.ids,
            probe=self.probe,
            timing=self.timing,
            workflows=self.workflows,
        )

    @property
    def creator(self) -> Creator:
        return Creator(self.runs, self.payloads, self.doorbell, self.clock, self.ids, self.timing, self.enabled)

    @property
    def commands(self) -> Commands:
        return Commands(self.runs, self.payloads, self.doorbell, self.clock, self.ids, self.timing)

    @property
    def sweeper(self) -> Sweeper:
        return Sweeper(self.runs, self.doorbell, self.clock, self.ids, self.timing, self.enabled)

    @property
    def reader(self) -> Reader:
        return Reader(self.runs, self.clock)

    # --- what they do -------------------------------------------------------------------------------------------------

    def create(self, workflow: str = "letter", **fields: Any) -> Run:
        new = NewRun(workflow, ORG, Subject("patient", PATIENT), CLINICIAN, {"about": "the weather"}, **fields)
        return self.creator.create(new, Key(self.ids.unique(), "ab" * 32, repeatable=False))[0]

    def work(self, run: Run, remaining: int | Callable[[], int] = PLENTY) -> Run:
        """One delivery of the doorbell's message; the run after it."""
        Worker(self.kit, self.enabled).execute(run.id, remaining if callable(remaining) else lambda: remaining)
        return self.now(run)

    def work_until_settled(self, run: Run) -> Run:
        """Deliveries, each when the run is due, until it is no longer queued."""
        run = self.work(run)
        while run.status == "queued" and run.dispatch == "auto":
            self.clock.advance(max(0, run.available_at - self.clock.now_ms()))
            run = self.work(run)
        return run

    def die(self, run: Run) -> Run:
        """A delivery in which the process is killed where the probe was told to."""
        try:
            self.work(run)
        except Killed:
            return self.now(run)
        raise AssertionError("the worker was not killed")

    def lose_lease(self, run: Run) -> Run:
        """Wait until the lease is over, and sweep."""
        self.clock.advance(self.timing.lease + SECOND)
        self.sweeper.sweep()
        return self.now(run)

    def do_step(self, workflow: str, name: str, do: Do) -> None:
        self.workflows[workflow] = with_step(self.workflows[workflow], name, do)

    # --- what can be seen ---------------------------------------------------------------------------------------------

    def now(self, run: Run) -> Run:
        found = self.runs.get(run.id)
        assert found is not None
        return found

    def read(self, run: Run, ref: PayloadRef | None) -> Any:
        return None if ref is None else json.loads(self.payloads.get(run, ref))

    def total_usage(self, run: Run) -> Usage:
        """All that the run cost, as a caller is shown it."""
        return run_usage(self.payloads, self.now(run))


def codes(run: Run) -> list[str | None]:
    return [entry.code for entry in run.history]
