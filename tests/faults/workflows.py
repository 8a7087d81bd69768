"""What the simulated runs do: the real diagnosis over a tiny record, and an orchestration of two
phases, of one call and of two.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from shared.errors import PermanentFailure
from shared.ports import ArtifactStore, CareStore, RecordStore, RunStore
from shared.runs.canonical import canonical_json
from shared.runs.codes import FailureCode
from shared.runs.model import ModelRequest, StopReason
from shared.runs.transitions import pending
from shared.workflows.definitions import ORCHESTRATION
from shared.workflows.diagnosis.workflow import diagnosis
from shared.workflows.steps import NewArtifact, Step, StepContext, StepResult, Workflow

MODEL = "claude-sonnet-5-5"
AGENTS: Mapping[str, Sequence[str]] = {
    "planning": ("planner",),
    "architecture": ("drafter", "reviewer"),
}
"""The phases of the orchestration, and who is asked in each."""
RECORD = canonical_json(
    {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {"resourceType": "Patient", "gender": "male"}}],
    }
)


def workflows(
    runs: RunStore, care: CareStore, records: RecordStore, artifacts: ArtifactStore
) -> dict[str, Workflow]:
    """The worker's workflows, by name."""
    steps = {phase: Step(partial(_phase, phase), accept=_accept) for phase in AGENTS}
    gated = Workflow(replace(ORCHESTRATION, steps=tuple(AGENTS)), steps)
    made = diagnosis(runs, care, records, artifacts, MODEL, 1_000, on_record=lambda run: None)
    return {made.definition.name: made, gated.definition.name: gated}


def _request(phase: str, agent: str, intake: Any, findings: Any) -> ModelRequest:
    return ModelRequest(
        MODEL, "You plan.", json.dumps([phase, agent, intake, findings], sort_keys=True), {}, 1_000
    )


def _phase(phase: str, ctx: StepContext) -> StepResult:
    """One call an agent, one document.

    A refused or cut answer ends the run; one that is no JSON is held for a person.
    """
    held = pending(phase)
    findings = ctx.result(held) if held in ctx.run.steps else None
    answers: list[str] = []
    for agent in AGENTS[phase]:
        answer = ctx.ask(_request(phase, agent, [ctx.input(), *answers], findings)).answer
        if answer.stop_reason is not StopReason.COMPLETE:
            raise PermanentFailure(
                FailureCode.VALIDATION_ERROR, "The answer could not be read.", new_round=True
            )
        answers.append(answer.text[:40])
    made = NewArtifact(
        f"{phase}.json",
        "document",
        json.dumps(answers).encode(),
        phase=phase,
        path=f"{phase}/plan.json",
    )
    is_good = all(text.startswith("{") for text in answers)
    return StepResult(
        {"phase": phase, "answers": answers},
        (made,),
        output={"phases": list(AGENTS)},
        held=not is_good,
    )


def _accept(ctx: StepContext, held: dict[str, str]) -> StepResult:
    return StepResult(held, output={"phases": list(AGENTS)})
