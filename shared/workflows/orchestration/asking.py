"""Asking a phase's agents: what each works from, its one model call, and its files out of the
answer.

A refusal or an answer that cannot be read ends the run; taking it up again then buys a new answer,
because the stored one would fail again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import PermanentFailure
from shared.ports import ArtifactStore
from shared.records.run import Run
from shared.runs.accounts import current_artifacts
from shared.runs.codes import FailureCode
from shared.runs.model import Effort, ModelRequest
from shared.runs.transitions import pending
from shared.workflows.definitions import ORCHESTRATION
from shared.workflows.orchestration.answer import (
    AgentAnswer,
    AnswerInvalid,
    answer_schema,
    read_answer,
)
from shared.workflows.orchestration.names import artifact_type
from shared.workflows.orchestration.profiles import Agent, Phase, Profile, UnknownProfile, profile
from shared.workflows.orchestration.prompt import (
    Commission,
    Source,
    shared_prompt,
    system_prompt,
    user_prompt,
)
from shared.workflows.steps import BoughtAnswer, StepContext


@dataclass(frozen=True, slots=True)
class Desk:
    """What every phase works with."""

    artifacts: ArtifactStore
    model: str
    max_output_tokens: int
    effort: Effort | None


@dataclass(frozen=True, slots=True)
class Made:
    """What one agent gave."""

    agent: Agent
    bought: BoughtAnswer
    answer: AgentAnswer


def profile_of(ctx: StepContext) -> Profile:
    """The run's profile. Raises INPUT_INVALID when there is none of that name any more."""
    try:
        return profile(ctx.input()["profile"])
    except UnknownProfile as exc:
        raise PermanentFailure(
            FailureCode.INPUT_INVALID, "The run's profile is not known any more."
        ) from exc


def earlier_sources(desk: Desk, ctx: StepContext, name: str) -> list[Source]:
    """What the phases before have made, in their order; what a later round took the place of is
    left out.
    """
    earlier = ORCHESTRATION.steps[: ORCHESTRATION.steps.index(name)]
    return [
        source
        for phase in earlier
        for source in _as_answered(ctx, phase) or _as_kept(desk, ctx.run, phase)
    ]


def _as_answered(ctx: StepContext, phase: str) -> list[Source]:
    """A phase's files out of its agents' answers, which the ledger holds together; none where they
    are not what the phase's record says, as another version may have read the answers otherwise.
    """
    record: Mapping[str, Any] = ctx.result(phase)
    contents: dict[str, str] = {}
    for agent in record["agents"]:
        bought = ctx.stored_answer(agent["answer"]) if "answer" in agent else None
        if bought is None:
            return []
        taken = [path.removeprefix(f"{phase}/") for path in contents]
        try:
            files = read_answer(bought.answer, phase, taken).files
        except AnswerInvalid:
            return []
        contents |= {f"{phase}/{file.path}": file.content for file in files}
    made = {file["path"]: file["size_bytes"] for file in record["files"]}
    if made != {path: len(content.encode()) for path, content in contents.items()}:
        return []
    return [
        Source(file["path"], file["artifact_type"], contents[file["path"]])
        for file in record["files"]
    ]


def _as_kept(desk: Desk, run: Run, phase: str) -> list[Source]:
    ids = current_artifacts(run).get(phase, ())
    return [
        Source(
            artifact.path or artifact.artifact_name,
            artifact.artifact_type,
            desk.artifacts.read(artifact).decode("utf-8", "replace"),
        )
        for artifact in desk.artifacts.get_many(run.org_id, ids)
    ]


def ask_agents(
    desk: Desk, ctx: StepContext, chosen: Profile, phase: Phase, sources: Sequence[Source]
) -> list[Made]:
    """Every agent's files, in turn: each sees what the ones before it made.

    Raises PermanentFailure, TransientFailure.
    """
    made: list[Made] = []
    findings = _earlier_findings(ctx, phase.phase)
    for agent in phase.agents:
        commission = Commission(
            profile=chosen,
            phase=phase.phase,
            agent=agent,
            intake=ctx.input().get("intake"),
            project_name=ctx.input().get("project_name"),
            sources=sources,
            beside=_beside(phase, made),
            findings=findings,
        )
        bought = ctx.ask(_request(desk, phase, commission))
        made.append(
            Made(
                agent,
                bought,
                _read(bought, phase, [file.path for one in made for file in one.answer.files]),
            )
        )
    return made


def _request(desk: Desk, phase: Phase, commission: Commission) -> ModelRequest:
    """What the phase's agents share stands apart where there are several of them: writing it to a
    provider's cache costs more than sending it once, and less than sending it twice.
    """
    shared, own = shared_prompt(commission), user_prompt(commission)
    is_shared = len(phase.agents) > 1
    return ModelRequest(
        desk.model,
        system_prompt(),
        own if is_shared else f"{shared}\n\n{own}",
        answer_schema(),
        desk.max_output_tokens,
        shared=shared if is_shared else "",
        effort=desk.effort,
    )


def type_in(phase: Phase, path: str) -> str:
    """As the profile says, or by the file's name where it says nothing."""
    expected: Mapping[str, str] = {file.path: file.type for file in phase.files}
    return expected.get(path) or artifact_type(path)


def _beside(phase: Phase, made: Sequence[Made]) -> list[Source]:
    """What this phase's other agents have made already."""
    files = [file for one in made for file in one.answer.files]
    return [
        Source(f"{phase.phase}/{file.path}", type_in(phase, file.path), file.content)
        for file in files
    ]


def _earlier_findings(ctx: StepContext, name: str) -> list[dict[str, Any]] | None:
    """What the checks found the last time, when they held the phase back."""
    if pending(name) not in ctx.run.steps:
        return None
    findings = ctx.result(pending(name))["findings"]
    return [
        {part: finding[part] for part in ("rule", "path", "blocking", "message")}
        for finding in findings
    ]


def _read(bought: BoughtAnswer, phase: Phase, taken: Sequence[str]) -> AgentAnswer:
    answer = bought.answer
    try:
        return read_answer(answer, phase.phase, taken)
    except AnswerInvalid as exc:
        raise PermanentFailure(
            FailureCode.VALIDATION_ERROR,
            "The phase's files could not be read from the model's answer.",
            validation_errors=exc.errors,
            raw_response=answer.text,
            new_round=True,
        ) from exc
