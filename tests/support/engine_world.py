"""The engine over fakes, or over whatever stores it is given: what a person, a worker and the
sweeper can do in a test.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from shared.engine.account import run_usage
from shared.engine.budgets import BudgetKeeper, Budgets
from shared.engine.commands import Commands
from shared.engine.creation import Creator, Key, NewRun
from shared.engine.gatekeeping import Keeper
from shared.engine.keepers import PauseKeeper, ProviderKeeper
from shared.engine.kit import Kit
from shared.engine.ledger import Ledger
from shared.engine.listing import Reader
from shared.engine.lookout import Lookout
from shared.engine.reckoning import Reckoner
from shared.engine.sweeper import Sweeper
from shared.engine.worker import Worker
from shared.ports import ArtifactStore, PayloadStore, RunStore
from shared.records.gate import Kind
from shared.records.money import Usage
from shared.records.run import PayloadRef, Run, Subject
from shared.runs.due import is_rung
from shared.runs.health import Health
from shared.runs.prices import Price, PriceTable
from shared.runs.timing import MINUTE, SECOND, Timing
from shared.workflows.steps import Workflow
from tests.fakes.blobs import InMemoryArtifactStore, InMemoryPayloadStore
from tests.fakes.budget_store import InMemoryBudgetStore
from tests.fakes.language_model import ScriptedModel
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.settings_stores import InMemoryOrganisationStore, InMemoryProviderStore
from tests.fakes.sweeping import InMemoryGateStore, InMemoryHealthStore
from tests.fakes.world import Killed, KillingProbe, RememberingDoorbell, SequentialIds, VirtualClock
from tests.support.samples import CLINICIAN, ORG, PATIENT
from tests.support.sweeping import a_sweeper
from tests.support.workflows import Do, book, letter, with_step

PLENTY = 14 * MINUTE
PRICES: PriceTable = {
    "claude-sonnet-5-5": (Price(date(2026, 1, 1), 2_000_000, 10_000_000, 200_000, 2_500_000),)
}
"""$2 in, $10 out, $0.20 read and $2.50 written to the cache, the million."""


class EngineWorld:
    """`enabled` is the flag of the flagged workflows; change it, and the next worker, sweeper and
    creator see it.
    """

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
        if isinstance(self.payloads, InMemoryPayloadStore):
            self.payloads.artifacts = self.artifacts
        self.clock, self.ids, self.doorbell = VirtualClock(), SequentialIds(), RememberingDoorbell()
        self.model, self.probe = ScriptedModel(default="Dear you"), KillingProbe()
        self.timing, self.enabled = timing, True
        self.gates, self.health = InMemoryGateStore(), InMemoryHealthStore()
        self.providers = InMemoryProviderStore()
        self.organisations = InMemoryOrganisationStore()
        self.budgets = InMemoryBudgetStore()
        self.lookout = self.another_lookout()
        self.keepers: dict[str, Keeper] = {
            Kind.PROVIDER: ProviderKeeper(self.providers, self.doorbell),
            Kind.PAUSE: PauseKeeper(self.organisations),
            Kind.BUDGET: BudgetKeeper(self.budgets),
        }
        self.workflows: dict[str, Workflow] = {"letter": letter(), "book": book()}

    # --- who acts ---------------------------------------------------------------------------------
    # --------------------

    @property
    def kit(self) -> Kit:
        ledger = Ledger(self.payloads, self.model, PRICES, self.clock, self.timing.model)
        return Kit(
            runs=self.runs,
            payloads=self.payloads,
            artifacts=self.artifacts,
            doorbell=self.doorbell,
            gates=self.gates,
            ledger=ledger,
            lookout=self.lookout,
            budgets=Budgets(self.budgets, self.clock),
            clock=self.clock,
            ids=self.ids,
            probe=self.probe,
            timing=self.timing,
            workflows=self.workflows,
        )

    @property
    def worker(self) -> Worker:
        return Worker(self.kit, self.enabled)

    @property
    def reckoner(self) -> Reckoner:
        return Reckoner(self.budgets, self.runs, self.payloads, self.clock)

    def another_lookout(self) -> Lookout:
        """That of another worker's process, which has seen nothing yet."""
        return Lookout(
            self.providers,
            self.gates,
            self.model,
            "claude-sonnet-5-5",
            self.clock,
            self.ids,
            self.organisations,
        )

    @property
    def creator(self) -> Creator:
        return Creator(
            self.runs,
            self.payloads,
            self.doorbell,
            self.clock,
            self.ids,
            self.timing,
            self.enabled,
            self.gates,
        )

    @property
    def commands(self) -> Commands:
        return Commands(self.runs, self.payloads, self.doorbell, self.clock, self.ids, self.timing)

    @property
    def sweeper(self) -> Sweeper:
        return a_sweeper(
            self.runs,
            self.gates,
            self.health,
            self.doorbell,
            self.clock,
            self.ids,
            self.timing,
            self.enabled,
            self.keepers,
            counters=(self.reckoner.sweep,),
        )

    @property
    def reader(self) -> Reader:
        return Reader(self.runs, self.clock)

    # --- what they do -----------------------------------------------------------------------------
    # --------------------

    def create(self, workflow: str = "letter", **fields: Any) -> Run:
        given = {"input": {"about": "the weather"}, **fields}
        new = NewRun(workflow, ORG, Subject("patient", PATIENT), CLINICIAN, **given)
        return self.creator.create(new, Key(self.ids.unique(), "ab" * 32, repeatable=False))[0]

    def work(self, run: Run, remaining: int | Callable[[], int] = PLENTY) -> Run:
        """One delivery of the doorbell's message; the run after it."""
        Worker(self.kit, self.enabled).execute(
            run.id, remaining if callable(remaining) else lambda: remaining
        )
        return self.now(run)

    def work_until_settled(self, run: Run) -> Run:
        """Deliveries, each when the run is due, until it is no longer queued."""
        run = self.work(run)
        while is_rung(run):
            self.clock.advance(max(0, run.available_at - self.clock.now_ms()))
            before, run = run, self.work(run)
            assert run != before, "a due run was not taken up: nothing would ever settle it"
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

    def inspect(self) -> Health:
        """What an inspection of all open runs counts."""
        self.sweeper.inspector.inspect()
        return self.health.of(None).health

    # --- what can be seen
    # ---------------------------------------------------------------------------------------------

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
