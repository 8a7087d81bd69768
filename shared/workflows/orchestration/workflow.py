"""The orchestration workflow: one step for each phase.

A step asks the phase's agents, checks what they made, and leaves a record.

What a phase made becomes artifacts under the phase's folder, also where blocking checks failed: a
person looks at it at the gate and has it made again, or accepts it. Reads earlier artifacts through
the port; everything else comes through the context.
"""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from shared.ports import ArtifactStore
from shared.records.run import Run
from shared.runs.codes import EventCode, FailureCode
from shared.runs.model import Effort
from shared.workflows.definitions import ORCHESTRATION
from shared.workflows.orchestration.asking import (
    Desk,
    Made,
    ask_agents,
    earlier_sources,
    profile_of,
    type_in,
)
from shared.workflows.orchestration.checks import MadeFile, Material, check_files
from shared.workflows.orchestration.formats import faults
from shared.workflows.orchestration.names import JSON, PLAIN, content_type
from shared.workflows.orchestration.profiles import Phase
from shared.workflows.orchestration.prompt import PROMPT_VERSION, Source
from shared.workflows.orchestration.records import (
    agents_part,
    assessment,
    files_part,
    run_output,
    skipped,
)
from shared.workflows.orchestration.scores import Record
from shared.workflows.steps import NewArtifact, Step, StepContext, StepResult, Workflow


def orchestration(
    artifacts: ArtifactStore, model: str, max_output_tokens: int, *, effort: Effort | None = None
) -> Workflow:
    """The workflow over its sources. `model` is the id that requests name."""
    desk = Desk(artifacts, model, max_output_tokens, effort)
    steps = {
        name: Step(
            partial(_do_phase, desk, name),
            store_code=FailureCode.PERSISTENCE_ERROR,
            accept=partial(_accept_phase, name),
        )
        for name in ORCHESTRATION.steps
    }
    return Workflow(ORCHESTRATION, steps)


def _do_phase(desk: Desk, name: str, ctx: StepContext) -> StepResult:
    chosen = profile_of(ctx)
    phase = chosen.phase(name)
    sources = earlier_sources(desk, ctx, name)
    made = ask_agents(desk, ctx, chosen, phase, sources)
    artifacts = _artifacts(phase, made)
    ids = {path: ctx.artifact_id(path) for path in artifacts}
    record = {
        "phase": name,
        "profile": chosen.name,
        "profile_version": chosen.version,
        "prompt_version": PROMPT_VERSION,
        "agents": agents_part(made),
        "files": files_part(artifacts, ids),
        "ignored": sum(one.answer.ignored for one in made),
        "validation_skipped": False,
        "usage_after": asdict(ctx.spent()),
        **assessment(check_files(phase.checks, _material(phase, sources, artifacts)), ids),
    }
    if _waived(ctx.run):
        return _result(ctx, skipped(record), tuple(artifacts.values()))
    return _result(ctx, record, tuple(artifacts.values()), held=not record["governance_passed"])


def _accept_phase(name: str, ctx: StepContext, record: Record) -> StepResult:
    """A person takes what the phase made as it is.

    Its artifacts are the run's already; this costs nothing.
    """
    return _result(ctx, skipped(record) | {"usage_after": asdict(ctx.spent())}, ())


def _result(
    ctx: StepContext, record: dict[str, Any], artifacts: Sequence[NewArtifact], held: bool = False
) -> StepResult:
    *before, last = ORCHESTRATION.steps
    ends = record["phase"] == last and not held
    return StepResult(
        value=record,
        artifacts=artifacts,
        # These stand in the run's hot item: what a list of phases needs, and no more.
        metrics={
            "agents": [agent["agent_id"] for agent in record["agents"]],
            "files": len(record["files"]),
        },
        output=run_output([*map(ctx.result, before), record]) if ends else None,
        held=held,
    )


def _waived(run: Run) -> bool:
    """Whether the person who advanced the run to its present phase did so whatever the checks will
    find.
    """
    for entry in reversed(run.history):
        if entry.code in (EventCode.NEXT, EventCode.SKIP_VALIDATION):
            return entry.code == EventCode.SKIP_VALIDATION
        if entry.step is not None and entry.code is None:
            return False
    return False


def _artifacts(phase: Phase, made: Sequence[Made]) -> dict[str, NewArtifact]:
    """By path from the run's root."""
    described = {file.path: file.description for file in phase.files}
    return {
        f"{phase.phase}/{file.path}": NewArtifact(
            name=file.path.rsplit("/", 1)[-1],
            artifact_type=type_in(phase, file.path),
            data=file.content.encode(),
            content_type=_content_type(file.path, file.content),
            phase=phase.phase,
            path=f"{phase.phase}/{file.path}",
            description=file.description
            or described.get(file.path)
            or f"Made by {one.agent.agent_id}",
        )
        for one in made
        for file in one.answer.files
    }


def _content_type(path: str, content: str) -> str:
    """By the path's ending; but what is served as JSON must be some."""
    named = content_type(path)
    return PLAIN if named == JSON and any(faults(path, content)) else named


def _material(
    phase: Phase, sources: Sequence[Source], artifacts: dict[str, NewArtifact]
) -> Material:
    files = [MadeFile(path, made.data.decode()) for path, made in artifacts.items()]
    known = frozenset(artifacts) | {source.path for source in sources}
    return Material(files, [f"{phase.phase}/{file.path}" for file in phase.files], known)
