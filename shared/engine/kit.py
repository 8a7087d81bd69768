"""What the worker's engine works with. One for all executions of a process."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.engine.budgets import Budgets
from shared.engine.ledger import Ledger
from shared.engine.lookout import Lookout
from shared.ports import (
    ArtifactStore,
    Clock,
    Doorbell,
    GateStore,
    Ids,
    PayloadStore,
    RunStore,
    StepProbe,
)
from shared.runs.timing import Timing
from shared.workflows.steps import Workflow


@dataclass(frozen=True, slots=True)
class Kit:
    """What an execution needs of the world."""

    runs: RunStore
    gates: GateStore
    payloads: PayloadStore
    artifacts: ArtifactStore
    doorbell: Doorbell
    ledger: Ledger
    lookout: Lookout
    budgets: Budgets
    clock: Clock
    ids: Ids
    probe: StepProbe
    timing: Timing
    workflows: Mapping[str, Workflow]
