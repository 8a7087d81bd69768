"""The diagnosis workflow's four steps. They read the patient's record and attached artifacts
through ports, and ask the model.

A run of the assessment door names its assessment; one of the studio door takes the patient's
newest. Only the context pack reaches the model, and only the pack's hash and the checked answer
reach the artifact.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from shared.errors import PermanentFailure
from shared.ports import ArtifactStore, CareStore, RecordStore, RunStore
from shared.records.artifact import Artifact
from shared.records.care import Assessment
from shared.records.run import Run
from shared.runs.canonical import canonical_json
from shared.runs.codes import FailureCode
from shared.runs.limits import (
    MAX_ATTACHED_BYTES,
    MAX_ATTACHMENTS,
    bounded_json,
    count_nodes,
    require_nodes,
)
from shared.runs.model import Effort, ModelAnswer, ModelRequest, cut_notes
from shared.workflows.definitions import DIAGNOSIS
from shared.workflows.diagnosis.chart import Chart
from shared.workflows.diagnosis.consistency import consistency_warnings
from shared.workflows.diagnosis.context_pack import build_context_pack, context_hash
from shared.workflows.diagnosis.notices import pack_warnings
from shared.workflows.diagnosis.prompt import (
    PROMPT_VERSION,
    SCHEMA_VERSION,
    system_prompt,
    user_prompt,
)
from shared.workflows.diagnosis.record import InvalidRecord, parse_record, validate_record
from shared.workflows.diagnosis.result import (
    AnswerInvalid,
    DiagnosisAnswer,
    answer_schema,
    diagnosis_document,
    validate_answer,
)
from shared.workflows.steps import NewArtifact, Step, StepContext, StepResult, Workflow
from shared.workflows.subjects import is_of_subject

ARTIFACT_NAME = "diagnosis.json"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the context pack comes from, and the model that is asked."""

    runs: RunStore
    care: CareStore
    records: RecordStore
    artifacts: ArtifactStore
    model: str
    max_output_tokens: int
    on_record: Callable[[Run], None]
    effort: Effort | None


def diagnosis(
    runs: RunStore,
    care: CareStore,
    records: RecordStore,
    artifacts: ArtifactStore,
    model: str,
    max_output_tokens: int,
    *,
    on_record: Callable[[Run], None],
    effort: Effort | None = None,
) -> Workflow:
    """The workflow over its sources. `model` is the id that requests name; `on_record` is called
    before the patient's data is read, and where it raises nothing is.
    """
    sources = Sources(runs, care, records, artifacts, model, max_output_tokens, on_record, effort)
    steps = {
        "build_context": Step(
            partial(_build_context, sources), store_code=FailureCode.CONTEXT_FETCH_ERROR
        ),
        "call_model": Step(partial(_call_model, sources), store_code=FailureCode.PERSISTENCE_ERROR),
        "validate": Step(_validate),
        "persist": Step(_persist, store_code=FailureCode.PERSISTENCE_ERROR),
    }
    return Workflow(DIAGNOSIS, steps)


def _build_context(sources: Sources, ctx: StepContext) -> StepResult:
    run = ctx.run
    sources.on_record(run)
    with unhindered():
        return _read_record(sources, ctx)


@contextmanager
def unhindered() -> Iterator[None]:
    """Without looking for garbage meanwhile: what a large record's millions of objects leave holds
    no circles, and looking through them again and again is a tenth of the work.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read_record(sources: Sources, ctx: StepContext) -> StepResult:
    run = ctx.run
    held = sources.records.read(run.org_id, run.subject.id)
    bundle, chart = (None, None) if held is None else _checked_record(held[1])
    pack = build_context_pack(
        bundle=bundle,
        chart=chart,
        input_config=ctx.input(),
        artifacts=[_attached(sources, artifact) for artifact in _own_artifacts(sources, run)],
        assessment=_assessment(sources, run),
        as_of=datetime.fromtimestamp(run.created_at / 1_000, UTC),
        other_identifiers=[run.subject.id],
    )
    return StepResult(
        pack,
        metrics={"context_bytes": len(canonical_json(pack))},
        warnings=[*pack["warnings"], *pack_warnings(pack)],
        record=None if held is None else {"version": held[0].version, "sha256": held[0].sha256},
    )


def _checked_record(data: bytes) -> tuple[Any, Chart | None]:
    """The stored record, checked once more: an earlier version of this service may have taken in
    what this one refuses.
    """
    try:
        bundle = parse_record(data)
        return bundle, validate_record(bundle).chart
    except InvalidRecord as exc:
        raise PermanentFailure(
            FailureCode.CONTEXT_FETCH_ERROR,
            "The patient's stored record is not an acceptable FHIR R4 Bundle.",
            validation_errors=[f"{error['field']} {error['message']}" for error in exc.errors],
        ) from exc


def _own_artifacts(sources: Sources, run: Run) -> list[Artifact]:
    """Those of the run's own patient: an earlier version of this service let another's be
    linked, and more of them than may be read in one invocation.
    """
    named = sources.artifacts.get_many(run.org_id, run.artifacts)
    own = [one for one in named if is_of_subject(sources.runs, one, run)]
    if len(own) > MAX_ATTACHMENTS or sum(one.size_bytes for one in own) > MAX_ATTACHED_BYTES:
        raise PermanentFailure(
            FailureCode.CONTEXT_FETCH_ERROR, "More is attached to the run than a run takes."
        )
    return own


def _attached(sources: Sources, artifact: Any) -> dict[str, Any]:
    """Its content is read when it is asked for, one artifact at a time."""
    return {
        "artifact_type": artifact.artifact_type,
        "artifact_name": artifact.artifact_name,
        "artifact_data": partial(_content, sources, artifact),
    }


def _content(sources: Sources, artifact: Any) -> Any:
    data = sources.artifacts.read(artifact)
    if artifact.content_type == "application/json":
        return _bounded(lambda: bounded_json(data), "A document attached to the run")
    return data.decode("utf-8", "replace")


def _assessment(sources: Sources, run: Run) -> dict[str, Any] | None:
    named = run.attributes.get("assessment_id")
    found: Assessment | None
    if named:
        found = _bounded(lambda: sources.care.get_assessment(run.org_id, named), "The assessment")
        if found is None:
            raise PermanentFailure(
                FailureCode.CONTEXT_FETCH_ERROR, "The assessment of the run does not exist."
            )
    else:
        newest, _ = _bounded(
            lambda: sources.care.assessments(run.org_id, run.subject.id, None, 1), "The assessment"
        )
        found = newest[0] if newest else None
    return None if found is None else _bounded(lambda: _content_of(found), "The assessment")


def _content_of(assessment: Assessment) -> dict[str, Any]:
    require_nodes(count_nodes(assessment.content))
    return dict(assessment.content)


def _bounded(read: Callable[[], T], what: str) -> T:
    """What is read, once it is known to be within the limits that hold at the door today."""
    try:
        return read()
    except (ValueError, TypeError, RecursionError) as exc:
        raise PermanentFailure(
            FailureCode.CONTEXT_FETCH_ERROR, f"{what} is beyond the limits, or damaged."
        ) from exc


def _call_model(sources: Sources, ctx: StepContext) -> StepResult:
    pack = ctx.result("build_context")
    request = ModelRequest(
        model=sources.model,
        system=system_prompt(),
        prompt=user_prompt(pack),
        schema=answer_schema(_needs_confidence(ctx.run)),
        max_output_tokens=sources.max_output_tokens,
        effort=sources.effort,
    )
    return StepResult(answer=ctx.ask(request))


def _needs_confidence(run: Run) -> bool:
    """The assessment door's diagnoses must say how sure they are."""
    return "assessment_id" in run.attributes


def _validate(ctx: StepContext) -> StepResult:
    _checked(ctx.run, ctx.answer("call_model").answer)
    return StepResult()


def _checked(run: Run, answer: ModelAnswer) -> DiagnosisAnswer:
    try:
        return validate_answer(answer.text, require_confidence=_needs_confidence(run))
    except AnswerInvalid as exc:
        raise PermanentFailure(
            FailureCode.VALIDATION_ERROR,
            "Diagnosis validation failed",
            validation_errors=[*cut_notes(answer.stop_reason), *exc.errors],
            raw_response=answer.text,
            new_round=True,
            redo="call_model",
        ) from exc


def _persist(ctx: StepContext) -> StepResult:
    bought = ctx.answer("call_model")
    checked = _checked(ctx.run, bought.answer)
    document = diagnosis_document(
        checked,
        model=bought.answer.model,
        usage=asdict(bought.answer.usage),
        prompt_version=PROMPT_VERSION,
        schema_version=SCHEMA_VERSION,
        context_hash=context_hash(ctx.result("build_context")),
        created_at=datetime.fromtimestamp(bought.at / 1_000, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z"),
        warnings=consistency_warnings(checked),
    )
    made = NewArtifact(
        ARTIFACT_NAME,
        "diagnosis",
        canonical_json(document),
        phase="persist",
        description="Diagnosis made from the patient's context pack",
    )
    return StepResult(artifacts=(made,))
