"""Two tiny workflows for the engine: a letter that runs through, and a book that stops for a person
after each chapter.
"""

from collections.abc import Callable, MutableMapping
from dataclasses import replace
from typing import Any, cast

import pytest

from shared.runs.codes import FailureCode
from shared.runs.model import ModelRequest
from shared.workflows.definitions import DEFINITIONS, Definition
from shared.workflows.steps import NewArtifact, Step, StepContext, StepResult, Workflow

LETTER = Definition("letter", "patient", ("gather", "write", "send"), flagged=True)
BOOK = Definition("book", "intake", ("outline", "draft", "print"), gated=True)
Do = Callable[[StepContext], StepResult]


def a_request(prompt: str, max_output_tokens: int = 1_000) -> ModelRequest:
    return ModelRequest("claude-sonnet-5-5", "You write letters.", prompt, {}, max_output_tokens)


def _gather(ctx: StepContext) -> StepResult:
    return StepResult({"about": ctx.input()["about"]}, metrics={"words": 1})


def _write(ctx: StepContext) -> StepResult:
    bought = ctx.ask(a_request(ctx.result("gather")["about"]))
    return StepResult({"text": bought.answer.text, "at": bought.at})


def _send(ctx: StepContext) -> StepResult:
    text: str = ctx.result("write")["text"]
    letter = NewArtifact("letter.txt", "other", text.encode(), "text/plain")
    return StepResult(
        artifacts=(letter,), output={"artifact_id": ctx.artifact_id("letter.txt"), "text": text}
    )


def _chapter(name: str) -> Do:
    def write(ctx: StepContext) -> StepResult:
        text = ctx.ask(a_request(f"{name} of {ctx.input()['about']}")).answer.text
        page = NewArtifact(
            f"{name}.md", "documentation", text.encode(), "text/markdown", phase=name
        )
        return StepResult(
            {"text": text, "page": ctx.artifact_id(page.name)},
            artifacts=(page,),
            output={"last": name},
        )

    return write


def _accept(ctx: StepContext, held: Any) -> StepResult:
    return StepResult({**held, "accepted": True}, output={"accepted": True})


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything that looks a definition up find the two, until the test ends."""
    registry = cast(MutableMapping[str, Definition], DEFINITIONS)
    for definition in (LETTER, BOOK):
        monkeypatch.setitem(registry, definition.name, definition)


def letter() -> Workflow:
    steps = {
        "gather": Step(_gather, store_code=FailureCode.CONTEXT_FETCH_ERROR),
        "write": Step(_write, store_code=FailureCode.PERSISTENCE_ERROR),
        "send": Step(_send, store_code=FailureCode.PERSISTENCE_ERROR),
    }
    return Workflow(LETTER, steps)


def book() -> Workflow:
    return Workflow(BOOK, {name: Step(_chapter(name), accept=_accept) for name in BOOK.steps})


def with_step(workflow: Workflow, name: str, do: Do) -> Workflow:
    """The workflow with one step done otherwise."""
    return replace(workflow, steps={**workflow.steps, name: replace(workflow.steps[name], run=do)})


def step_of(workflow: Workflow, name: str) -> Do:
    return workflow.steps[name].run
