"""What the worker's engine works with. One for all executions of a process."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.engine.ledger import Ledger
from shared.ports import ArtifactStore, Clock, Doorbell, Ids, PayloadStore, RunStore, StepProbe
from shared.runs.timing import Timing
from shared.workflows.steps import Workflow


@dataclass(frozen=True, slots=True)
class Kit:
    """What an execution needs of the world."""

    runs: RunStore
    payloads: PayloadStore
    artifacts: ArtifactStore
    doorbell: Doorbell
    ledger: Ledger
    clock: Clock
    ids: Ids
    probe: StepProbe
    timing: Timing
    workflows: Mapping[str, Workflow]
