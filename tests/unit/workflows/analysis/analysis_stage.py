"""The analysis workflow in the real engine, over stores in memory and a model that says what it is
told.
"""

import json
from typing import Any

from shared.engine.budgets import Budgets
from shared.engine.creation import Creator, Key, NewRun
from shared.engine.kit import Kit
from shared.engine.ledger import Ledger
from shared.engine.lookout import Lookout
from shared.engine.worker import Worker
from shared.errors import PayloadMissing
from shared.records.run import PayloadRef, Run, Subject
from shared.runs.model import ModelRequest
from shared.runs.prices import PRICES
from shared.runs.timing import SECOND, Timing
from shared.workflows.analysis.workflow import analysis
from tests.fakes.blobs import InMemoryArtifactStore, InMemoryPayloadStore
from tests.fakes.budget_store import InMemoryBudgetStore
from tests.fakes.language_model import ScriptedModel
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.settings_stores import InMemoryOrganisationStore, InMemoryProviderStore
from tests.fakes.sweeping import InMemoryGateStore
from tests.fakes.world import KillingProbe, RememberingDoorbell, SequentialIds, VirtualClock

PROJECT, OTHER_PROJECT = (
    "33333333-3333-4333-8333-333333333333",
    "44444444-4444-4444-8444-444444444444",
)
DOCUMENT: dict[str, Any] = {
    "hypothesis": "Night nurses lose time looking for pumps.",
    "audience": "Nurses on night shifts",
    "evidence_notes": [
        "11 of 14 search twice a shift.",
        {"text": "Median search: 9 minutes.", "source": "Ward log"},
    ],
}


def an_opportunity(**changes: Any) -> dict[str, Any]:
    fields = {
        "title": "Tag the pumps",
        "rationale": "Searching is frequent.",
        "first_step": "Tag five.",
        "evidence": ["e1"],
    }
    return {**fields, "effort": "low", "confidence": 0.6, **changes}


def an_answer(*opportunities: dict[str, Any], **changes: Any) -> str:
    return json.dumps(
        {
            "summary": "Searching costs time.",
            "opportunities": list(opportunities) or [an_opportunity()],
            **changes,
        }
    )


class Stage:
    def __init__(self) -> None:
        self.clock, self.ids, self.model = (
            VirtualClock(),
            SequentialIds(),
            ScriptedModel(an_answer()),
        )
        self.runs, self.payloads, self.probe = (
            InMemoryRunStore(),
            InMemoryPayloadStore(),
            KillingProbe(),
        )
        doorbell, timing, gates = RememberingDoorbell(), Timing(), InMemoryGateStore()
        lookout = Lookout(
            InMemoryProviderStore(),
            gates,
            self.model,
            "claude-sonnet-5-5",
            self.clock,
            self.ids,
            InMemoryOrganisationStore(),
        )
        ledger = Ledger(self.payloads, self.model, PRICES, self.clock, timing.model)
        workflow = analysis(self.runs, self.payloads, self.clock, "claude-sonnet-5-5", 4_000)
        self.creator = Creator(
            self.runs,
            self.payloads,
            doorbell,
            self.clock,
            self.ids,
            timing,
            False,
            gates,
        )
        kit = Kit(
            self.runs, gates, self.payloads, InMemoryArtifactStore(), doorbell, ledger, lookout,
            Budgets(InMemoryBudgetStore(), self.clock), self.clock,
            self.ids, self.probe, timing,
            {"analysis": workflow},
        )  # fmt: skip
        self.worker = Worker(kit, worker_enabled=False)

    def create(
        self,
        document: Any = DOCUMENT,
        version: int | None = 1,
        project: str = PROJECT,
        org: str = "demo",
    ) -> str:
        new = NewRun(
            workflow="analysis",
            org_id=org,
            subject=Subject("project", project),
            created_by="member-1",
            input=document,
            attributes={"input_version": version, "pipeline_version": "p1"},
        )
        self.clock.advance(SECOND)
        return self.creator.create(new, Key(self.ids.unique(), "ab" * 32, repeatable=False))[0].id

    def work(self, run_id: str) -> Run:
        """One claim of the run; the run after it."""
        self.worker.execute(run_id, lambda: 300_000)
        return self.run(run_id)

    def done(self, document: Any = DOCUMENT, version: int = 1, **where: str) -> Run:
        return self.work(self.create(document, version, **where))

    def run(self, run_id: str) -> Run:
        found = self.runs.get(run_id)
        assert found is not None
        return found

    def read(self, run: Run, ref: PayloadRef | None) -> Any:
        if ref is None:
            raise PayloadMissing
        return json.loads(self.payloads.get(run, ref))

    def output(self, run: Run) -> Any:
        return self.read(run, run.output)

    def detail(self, run: Run) -> Any:
        return self.read(run, run.error_detail)

    def asked(self) -> ModelRequest:
        """The last request that the model got."""
        return self.model.calls[-1].request

    def metrics(self, run: Run) -> dict[str, Any]:
        return {name: dict(record.metrics) for name, record in run.steps.items()}
