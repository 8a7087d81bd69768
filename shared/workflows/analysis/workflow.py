"""The analysis workflow's three steps over ports.

Their metrics are small: they live in the run's own item.

The last step asks the model and checks what it says before anything is kept: an opportunity whose
evidence leads nowhere fails the run, and a retry then buys another answer.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from shared.errors import PayloadMissing, PermanentFailure
from shared.ports import Clock, PayloadStore, RunStore, Scope
from shared.records.run import Run, Status
from shared.runs.codes import FailureCode
from shared.runs.model import Effort, ModelAnswer, ModelRequest, cut_notes
from shared.workflows.analysis.brief import Brief, BriefInvalid, read_brief
from shared.workflows.analysis.evidence import cited, collect
from shared.workflows.analysis.opportunities import (
    Answer,
    AnswerInvalid,
    answer_schema,
    ranked,
    validate_answer,
)
from shared.workflows.analysis.prompt import system_prompt, user_prompt
from shared.workflows.analysis.version import PIPELINE_VERSION
from shared.workflows.definitions import ANALYSIS
from shared.workflows.steps import Step, StepContext, StepResult, Workflow

EARLIER_RUNS = 5
_EXAMINED = 100


@dataclass(frozen=True, slots=True)
class Sources:
    """Where earlier conclusions come from, and the model that is asked."""

    runs: RunStore
    payloads: PayloadStore
    model: str
    max_output_tokens: int
    effort: Effort | None


def analysis(
    runs: RunStore,
    payloads: PayloadStore,
    clock: Clock,
    model: str,
    max_output_tokens: int,
    *,
    effort: Effort | None = None,
) -> Workflow:
    """The workflow over its sources.

    `model` is the id that requests name; `clock` only measures how long steps take.
    """
    sources = Sources(runs, payloads, model, max_output_tokens, effort)
    steps = {
        "validate_inputs": Step(_timed(clock, _validate_inputs)),
        "collect_evidence": Step(
            _timed(clock, partial(_collect_evidence, sources)),
            store_code=FailureCode.CONTEXT_FETCH_ERROR,
        ),
        "generate_opportunities": Step(
            _timed(clock, partial(_generate_opportunities, sources)),
            store_code=FailureCode.PERSISTENCE_ERROR,
        ),
    }
    return Workflow(ANALYSIS, steps)


def _timed(
    clock: Clock, run: Callable[[StepContext], StepResult]
) -> Callable[[StepContext], StepResult]:
    """The step with how many milliseconds it took among its metrics."""

    def timed(ctx: StepContext) -> StepResult:
        began = clock.now_ms()
        result = run(ctx)
        return replace(result, metrics={**result.metrics, "ms": clock.now_ms() - began})

    return timed


def _validate_inputs(ctx: StepContext) -> StepResult:
    """Leaves nothing: who needs the brief reads it from the input again, which never changes."""
    brief = _brief(ctx)
    return StepResult(metrics={"notes": len(brief.notes), "further": len(brief.further)})


def _brief(ctx: StepContext) -> Brief:
    """Raises PermanentFailure with everything that is missing."""
    document = ctx.input()
    if document is None:
        raise PermanentFailure(
            FailureCode.NO_INPUTS, "The project had no final input when the analysis was asked for."
        )
    try:
        return read_brief(document if isinstance(document, Mapping) else {})
    except BriefInvalid as exc:
        message = (
            "The input lacks what the analysis needs. Add a version that has it, and generate "
            "again."
        )
        raise PermanentFailure(
            FailureCode.INPUT_INVALID, message, validation_errors=exc.errors
        ) from exc


def _collect_evidence(sources: Sources, ctx: StepContext) -> StepResult:
    earlier = _earlier_outputs(sources, ctx.run)
    pieces, left_out = collect(_brief(ctx), ctx.run.attributes.get("input_version"), earlier)
    noted = sum(piece["source"]["kind"] == "input" for piece in pieces)
    metrics = {"noted": noted, "earlier": len(pieces) - noted, "left_out": left_out}
    return StepResult({"evidence": pieces, "left_out": left_out}, metrics=metrics)


def _earlier_outputs(sources: Sources, run: Run) -> Iterator[tuple[str, Any]]:
    """(run id, output) of the project's newest earlier runs that succeeded.

    One whose output is lost says nothing.
    """
    scope = Scope("subject", run.org_id, f"{run.subject.type}#{run.subject.id}")
    page = sources.runs.page(scope, sources.runs.before(run.created_at), _EXAMINED)
    done = [other for other in page.runs if other.status is Status.SUCCEEDED]
    for other in done[:EARLIER_RUNS]:
        output = _output(sources.payloads, other)
        if output is not None:
            yield other.id, output


def _output(payloads: PayloadStore, run: Run) -> Any:
    try:
        return None if run.output is None else json.loads(payloads.get(run, run.output))
    except PayloadMissing:
        return None


def _generate_opportunities(sources: Sources, ctx: StepContext) -> StepResult:
    brief, collected = _brief(ctx), ctx.result("collect_evidence")
    material = {"hypothesis": brief.hypothesis, "audience": brief.audience, **collected}
    request = ModelRequest(
        model=sources.model,
        system=system_prompt(),
        prompt=user_prompt(material),
        schema=answer_schema(),
        max_output_tokens=sources.max_output_tokens,
        effort=sources.effort,
    )
    answer = _checked(ctx.ask(request).answer, {piece["id"] for piece in collected["evidence"]})
    opportunities = ranked(answer)
    output = {
        "pipeline_version": ctx.run.attributes.get("pipeline_version", PIPELINE_VERSION),
        "input_version": ctx.run.attributes.get("input_version"),
        "summary": answer.summary,
        "opportunities": opportunities,
        "evidence": collected["evidence"],
        "evidence_left_out": collected["left_out"],
    }
    return StepResult(
        metrics={"opportunities": len(opportunities), "cited": len(cited(opportunities))},
        output=output,
    )


def _checked(answer: ModelAnswer, evidence_ids: set[str]) -> Answer:
    """The answer, checked. Raises PermanentFailure, after which a retry asks anew."""
    try:
        return validate_answer(answer.text, evidence_ids)
    except AnswerInvalid as exc:
        raise PermanentFailure(
            FailureCode.VALIDATION_ERROR,
            "The analysis that the model returned is not valid.",
            validation_errors=[*cut_notes(answer.stop_reason), *exc.errors],
            raw_response=answer.text,
            new_round=True,
        ) from exc
