"""The workflows, each registered once: what it is called, what it does step by step, and where its
other parts are.

Cheap to import: what is named by a reference (`module:name`) is imported by whoever needs it, so
that an API function does not carry the worker's steps, nor the worker the doors.
`docs/extending.md` says what a new workflow brings; a test holds every registered one against that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any

PATIENT = "patient"
"""The type of subject whose relations decide who may see a run."""


@dataclass(frozen=True, slots=True)
class Words:
    """How console and demo name a workflow: a `label`, what it is `about` in a sentence, and the
    console's `icon`.
    """

    label: str
    about: str
    icon: str


class Executor(StrEnum):
    """Whose function executes a workflow; each has a queue of its own and claims no other's."""

    WORKER = "worker"
    ERASER = "eraser"
    """The only function that may delete what is kept."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A workflow.

    `flagged`: runs only while DIAGNOSIS_WORKER_ENABLED; `gated`: stops for a person after each
    step.

    `body`: the model of what its door takes. `clone`: what makes a new run like an earlier one, of
    `(call, run, overrides)`. `build`: its steps' functions, of `(services, settings)`. All three
    are references, `module:name`.
    """

    name: str
    subject: str
    steps: tuple[str, ...]
    flagged: bool = False
    gated: bool = False
    words: Words | None = None
    body: str = ""
    clone: str = ""
    build: str = ""
    asks_model: bool = True
    """Whether any of its steps calls the model: its runs wait while the model takes no calls."""
    executor: Executor = Executor.WORKER


DIAGNOSIS = Definition(
    "diagnosis",
    PATIENT,
    ("build_context", "call_model", "validate", "persist"),
    flagged=True,
    words=Words(
        "Diagnosis", "Reads a patient's record and answers with a validated assessment.", "pulse"
    ),
    body="shared.http.doors.studio:CreateDiagnosisRun",
    clone="shared.http.doors.clone:diagnosis",
    build="shared.bootstrap_worker:build_diagnosis",
)
ORCHESTRATION = Definition(
    "orchestration",
    "intake",
    ("planning", "architecture", "data", "development", "qa", "documentation"),
    gated=True,
    words=Words(
        "Orchestration", "Takes an idea through six phases, with a gate before each.", "layers"
    ),
    body="shared.http.doors.runs:CreateRun",
    clone="shared.http.doors.clone:orchestration",
    build="shared.bootstrap_worker:build_orchestration",
)
ANALYSIS = Definition(
    "analysis",
    "project",
    ("validate_inputs", "collect_evidence", "generate_opportunities"),
    words=Words(
        "Analysis", "Looks at a project's inputs and ranks opportunities with evidence.", "chart"
    ),
    body="shared.http.doors.projects:GenerateRun",
    clone="shared.http.doors.clone:analysis",
    build="shared.bootstrap_worker:build_analysis",
)

ERASURE = Definition(
    "erasure",
    PATIENT,
    ("inventory", "erase_runs", "erase_artifacts", "erase_record", "receipt"),
    words=Words("Erasure", "Removes all that is kept of a patient, for good.", "shield"),
    build="shared.bootstrap_eraser:build_erasure",
    asks_model=False,
    executor=Executor.ERASER,
)
"""Neither cloned nor created by a body: DELETE of a patient makes its one run."""

DEFINITIONS: Mapping[str, Definition] = {
    d.name: d for d in (DIAGNOSIS, ORCHESTRATION, ANALYSIS, ERASURE)
}
"""The registry: the one list of workflows."""


def definition_of(workflow: str) -> Definition:
    """A workflow's definition.

    One that this version does not have has no steps, and nothing can be done with it.
    """
    return DEFINITIONS.get(workflow) or Definition(workflow, "unknown", (), asks_model=False)


def is_flagged(workflow: str) -> bool:
    """Whether the flag switches this workflow; one that a deployment dropped is not switched by
    anything.
    """
    return definition_of(workflow).flagged


def is_switched_off(workflow: str, worker_enabled: bool) -> bool:
    """Whether the flag keeps the workflow from being executed now."""
    return is_flagged(workflow) and not worker_enabled


def asks_model(workflow: str) -> bool:
    """Whether the workflow's runs call the model; one that a deployment dropped calls nothing."""
    return definition_of(workflow).asks_model


def executor_of(workflow: str) -> Executor:
    return definition_of(workflow).executor


def executed_by(executor: Executor) -> list[Definition]:
    """The workflows that this executor may claim."""
    return [one for one in DEFINITIONS.values() if one.executor is executor]


def resolved(reference: str) -> Any:
    """What a reference names. Raises ImportError, AttributeError."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)
