"""The workflows as data: their steps' names and how they behave. Cheap to import; the steps themselves are the worker's."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """A workflow. `flagged`: runs only while DIAGNOSIS_WORKER_ENABLED; `gated`: stops for a person after each step."""

    name: str
    subject: str
    steps: tuple[str, ...]
    flagged: bool = False
    gated: bool = False


DIAGNOSIS = Definition("diagnosis", "patient", ("build_context", "call_model", "validate", "persist"), flagged=True)
ORCHESTRATION = Definition(
    "orchestration", "intake", ("planning", "architecture", "data", "development", "qa", "documentation"), gated=True
)
ANALYSIS = Definition("analysis", "project", ("validate_inputs", "collect_evidence", "generate_opportunities"))


DEFINITIONS: Mapping[str, Definition] = {d.name: d for d in (DIAGNOSIS, ORCHESTRATION, ANALYSIS)}


def is_flagged(workflow: str) -> bool:
    """Whether the flag switches this workflow; one that a deployment dropped is not switched by anything."""
    definition = DEFINITIONS.get(workflow)
    return definition is not None and definition.flagged
