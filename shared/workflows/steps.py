"""What a workflow's step gets and gives.

Steps are plain functions; everything they touch comes through StepContext.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.records.money import Usage
from shared.records.run import Run
from shared.runs.codes import FailureCode
from shared.runs.model import ModelAnswer, ModelRequest
from shared.workflows.definitions import Definition


@dataclass(frozen=True, slots=True)
class BoughtAnswer:
    """A model's answer and when it was first stored (ms), which is the same for whoever reads it
    again; `key` is where it stands in the ledger.
    """

    answer: ModelAnswer
    at: int
    key: str = ""


class StepContext(Protocol):
    """The world of one step of one run."""

    @property
    def run(self) -> Run: ...

    def input(self) -> Any:
        """What the run was created with."""

    def result(self, step: str) -> Any:
        """What an earlier step left."""

    def answer(self, step: str) -> BoughtAnswer:
        """The model's answer that an earlier step left."""

    def stored_answer(self, key: str) -> BoughtAnswer | None:
        """What stands under a key of the run's ledger; None where nothing does."""

    def ask(self, request: ModelRequest) -> BoughtAnswer:
        """A stored answer to this very request, or a new one, held against the budget before and
        stored after.

        Raises PermanentFailure (BUDGET_EXCEEDED; LLM_ERROR, for a refusal too), TransientFailure,
        OwnershipLost, InvocationEnding. After InvocationEnding the next claim does the step from
        its start, with the answers so far in the ledger.
        """

    def spent(self) -> Usage:
        """All that the run has spent up to now, this step's calls among it."""

    def go_on(self) -> None:
        """Raise InvocationEnding where the invocation is about to end. For a long step that may be
        begun again: what it has done by then stands.
        """

    def artifact_id(self, name: str) -> str:
        """The id that an artifact of this name made in this step has, however often the step is
        run.
        """


@dataclass(frozen=True, slots=True)
class NewArtifact:
    """A document that a step made, not stored yet."""

    name: str
    artifact_type: str
    data: bytes
    content_type: str = "application/json"
    phase: str | None = None
    path: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step left: a JSON value for later steps (None: nothing), a model's answer, artifacts,
    metrics, and the run's output if it is the last: a value, or the one artifact.
    """

    value: Any = None
    artifacts: Sequence[NewArtifact] = ()
    metrics: Mapping[str, Any] = field(default_factory=dict)
    output: Any = None
    """Where the last step leaves none, the document that it made is the output."""
    held: bool = False
    """Blocking checks failed: a gated run stops here, and a person may have the step done again or
    accept it.
    """
    warnings: Sequence[str] = ()
    """Sentences that a reader of the run must know, such as what was shortened.

    They hold no patient data.
    """
    record: Mapping[str, Any] | None = None
    """The version of the patient's record that the step read: {version, sha256}.

    When it was read is the step's time.
    """
    answer: BoughtAnswer | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """`store_code`: the failure code when a store fails inside it.

    `accept`: what the step leaves when a person accepts its held value (the argument) as it is; its
    artifacts are named already.
    """

    run: Callable[[StepContext], StepResult]
    store_code: FailureCode = FailureCode.EXECUTION_ERROR
    accept: Callable[[StepContext, Any], StepResult] | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """A definition with the functions behind its steps, in its order."""

    definition: Definition
    steps: Mapping[str, Step]
