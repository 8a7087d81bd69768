"""What the simulated runs do: the real diagnosis over a tiny record, and an orchestration of two phases with a model call each."""

import json
from dataclasses import asdict, replace
from functools import lru_cache, partial

from shared.ports import ArtifactStore, CareStore, ModelRequest
from shared.runs.canonical import canonical_json
from shared.workflows.definitions import ORCHESTRATION
from shared.workflows.diagnosis.workflow import diagnosis
from shared.workflows.steps import NewArtifact, Step, StepContext, StepResult, Workflow

MODEL = "claude-sonnet-5-5"
PHASES = ("planning", "architecture")
RECORD = canonical_json({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient", "gender": "male"}}]})


def workflows(care: CareStore, artifacts: ArtifactStore) -> dict[str, Workflow]:
    """The worker's workflows, by name."""
    steps = {phase: Step(partial(_phase, phase), calls_model=True, accept=_accept) for phase in PHASES}
    gated = Workflow(replace(ORCHESTRATION, steps=PHASES), steps)
    made = diagnosis(care, artifacts, MODEL, 1_000)
    return {made.definition.name: made, gated.definition.name: gated}


@lru_cache(maxsize=64)
def _request(phase: str, intake: str) -> ModelRequest:
    return ModelRequest(MODEL, "You plan.", f"{phase}: {intake}", {}, 1_000)


def _phase(phase: str, ctx: StepContext) -> StepResult:
    """One call, one document. An answer that is no JSON is held: its check fails, and a person decides."""
    answer = ctx.ask(_request(phase, json.dumps(ctx.input(), sort_keys=True))).answer
    text = json.dumps(asdict(answer), sort_keys=True)
    made = NewArtifact(f"{phase}.json", "document", text.encode(), phase=phase, path=f"{phase}/plan.json")
    return StepResult({"phase": phase}, (made,), output={"phases": list(PHASES)}, held=not answer.text.startswith("{"))


def _accept(ctx: StepContext, held: dict[str, str]) -> StepResult:
    return StepResult(held, output={"phases": list(PHASES)})
