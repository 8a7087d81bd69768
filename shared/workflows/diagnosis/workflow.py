"""The diagnosis workflow's four steps. They read the patient's record and attached artifacts through ports, and ask the model.

A run of the assessment door names its assessment; one of the studio door takes the patient's newest. Only the context pack
reaches the model, and only the pack's hash and the checked answer reach the artifact.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from shared.errors import PermanentFailure
from shared.ports import ArtifactStore, Assessment, CareStore, ModelRequest
from shared.runs.canonical import canonical_json
from shared.runs.codes import FailureCode
from shared.runs.records import Run
from shared.workflows.definitions import DIAGNOSIS
from shared.workflows.diagnosis.consistency import consistency_warnings
from shared.workflows.diagnosis.context_pack import build_context_pack, context_hash
from shared.workflows.diagnosis.prompt import PROMPT_VERSION, SCHEMA_VERSION, system_prompt, user_prompt
from shared.workflows.diagnosis.result import AnswerInvalid, DiagnosisAnswer, answer_schema, diagnosis_document, validate_answer
from shared.workflows.steps import NewArtifact, Step, StepContext, StepResult, Workflow

ARTIFACT_NAME = "diagnosis.json"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the context pack comes from, and the model that is asked."""

    care: CareStore
    artifacts: ArtifactStore
    model: str
    max_output_tokens: int


def diagnosis(care: CareStore, artifacts: ArtifactStore, model: str, max_output_tokens: int) -> Workflow:
    """The workflow over its sources. `model` is the id that requests name."""
    sources = Sources(care, artifacts, model, max_output_tokens)
    steps = {
        "build_context": Step(partial(_build_context, sources), store_code=FailureCode.CONTEXT_FETCH_ERROR),
        "call_model": Step(partial(_call_model, sources), store_code=FailureCode.PERSISTENCE_ERROR),
        "validate": Step(_validate),
        "persist": Step(_persist, store_code=FailureCode.PERSISTENCE_ERROR),
    }
    return Workflow(DIAGNOSIS, steps)


def _build_context(sources: Sources, ctx: StepContext) -> StepResult:
    run = ctx.run
    bundle = sources.care.read_record(run.org_id, run.subject.id)
    pack = build_context_pack(
        bundle=None if bundle is None else json.loads(bundle),
        input_config=ctx.input(),
        artifacts=[_attached(sources, artifact) for artifact in sources.artifacts.get_many(run.org_id, run.artifacts)],
        assessment=_assessment(sources, run),
        as_of=datetime.fromtimestamp(run.created_at / 1_000, UTC),
        other_identifiers=[run.subject.id],
    )
    return StepResult(pack, metrics={"context_bytes": len(canonical_json(pack))})


def _attached(sources: Sources, artifact: Any) -> dict[str, Any]:
    data = sources.artifacts.read(artifact)
    content = json.loads(data) if artifact.content_type == "application/json" else data.decode("utf-8", "replace")
    return {"artifact_type": artifact.artifact_type, "artifact_name": artifact.artifact_name, "artifact_data": content}


def _assessment(sources: Sources, run: Run) -> dict[str, Any] | None:
    named = run.attributes.get("assessment_id")
    found: Assessment | None
    if named:
        found = sources.care.get_assessment(run.org_id, named)
        if found is None:
            raise PermanentFailure(FailureCode.CONTEXT_FETCH_ERROR, "The assessment of the run does not exist.")
    else:
        newest, _ = sources.care.assessments(run.org_id, run.subject.id, None, 1)
        found = newest[0] if newest else None
    return None if found is None else dict(found.content)


def _call_model(sources: Sources, ctx: StepContext) -> StepResult:
    pack = ctx.result("build_context")
    request = ModelRequest(
        model=sources.model,
        system=system_prompt(),
        prompt=user_prompt(pack),
        schema=answer_schema(_needs_confidence(ctx.run)),
        max_output_tokens=sources.max_output_tokens,
    )
    bought = ctx.ask(request)
    return StepResult(asdict(bought.answer) | {"at": bought.at, "context_hash": context_hash(pack)})


def _needs_confidence(run: Run) -> bool:
    """The assessment door's diagnoses must say how sure they are."""
    return "assessment_id" in run.attributes


def _validate(ctx: StepContext) -> StepResult:
    _checked(ctx.run, ctx.result("call_model"))
    return StepResult()


def _errors(answer: dict[str, Any], found: list[str]) -> list[str]:
    """An answer that was cut short breaks the schema for that reason, whatever the rest of it looks like."""
    return ["the answer was cut off at the output limit", *found] if answer["stop_reason"] == "max_tokens" else found


def _checked(run: Run, answer: dict[str, Any]) -> DiagnosisAnswer:
    try:
        return validate_answer(answer["text"], require_confidence=_needs_confidence(run))
    except AnswerInvalid as exc:
        raise PermanentFailure(
            FailureCode.VALIDATION_ERROR,
            "Diagnosis validation failed",
            validation_errors=_errors(answer, exc.errors),
            raw_response=answer["text"],
            new_round=True,
            redo="call_model",
        ) from exc


def _persist(ctx: StepContext) -> StepResult:
    answer = ctx.result("call_model")
    checked = _checked(ctx.run, answer)
    document = diagnosis_document(
        checked,
        model=answer["model"],
        usage=answer["usage"],
        prompt_version=PROMPT_VERSION,
        schema_version=SCHEMA_VERSION,
        context_hash=answer["context_hash"],
        created_at=datetime.fromtimestamp(answer["at"] / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        warnings=consistency_warnings(checked),
    )
    made = NewArtifact(
        ARTIFACT_NAME, "diagnosis", canonical_json(document), phase="persist", description="Diagnosis made from the patient's context pack"
    )
    return StepResult(artifacts=(made,), output={"artifact_id": ctx.artifact_id(ARTIFACT_NAME), "diagnosis": document})
