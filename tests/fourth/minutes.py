"""A fourth workflow, `minutes`: notes of a meeting become a summary, by one call of the model.

It is registered here and nowhere else, as docs/extending.md says: a definition, what its door
takes, how a run is cloned, its steps, and what the offline model answers.
"""

import json
from collections.abc import Mapping, MutableMapping
from typing import Annotated, Any, cast

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi import params

from local.model.answers import COMPOSERS
from local.model.request import Call as ModelCall
from shared.access.policy import Action
from shared.bootstrap import Services
from shared.engine.creation import Key, NewRun
from shared.http.authorize import admission
from shared.http.call import Call
from shared.http.endpoint import Endpoint
from shared.http.models import Body, Text
from shared.http.responses import created
from shared.http.views import Viewer, run_view
from shared.records.run import Run, Subject
from shared.runs.codes import FailureCode
from shared.runs.model import ModelRequest
from shared.workflows.definitions import DEFINITIONS, Definition, Words
from shared.workflows.steps import Step, StepContext, StepResult, Workflow

MARKER = "<meeting_notes>"
SCHEMA = {
    "type": "object",
    "properties": {"summary": {"type": "string"}},
    "required": ["summary"],
    "additionalProperties": False,
}
HERE = "tests.fourth.minutes"
MINUTES = Definition(
    "minutes",
    "meeting",
    ("write",),
    words=Words("Minutes", "Writes a summary of a meeting's notes.", "pen"),
    body=f"{HERE}:CreateMinutes",
    clone=f"{HERE}:cloned",
    build=f"{HERE}:build",
)


def register() -> None:
    """Before any door is imported: the registry is read where it is imported."""
    cast(MutableMapping[str, Definition], DEFINITIONS)[MINUTES.name] = MINUTES


# --- the door -------------------------------------------------------------------------------------


class CreateMinutes(Body):
    notes: Text


endpoint = Endpoint(Action.CREATE_RUN)


@endpoint.post("/minutes")
def create_minutes(call: Call, body: Annotated[CreateMinutes, params.Body()]) -> Response[str]:
    """A run that the worker is rung for."""
    key = call.key()
    new = new_minutes(call, body, key.id)
    run, is_new = call.services.creator.create(new, key, admission(call, key))
    return created(call, "run", run_view(call, run), new=is_new)


def new_minutes(
    call: Call, body: CreateMinutes, run_id: str, metadata: Mapping[str, Any] | None = None
) -> NewRun:
    return NewRun(
        workflow=MINUTES.name,
        org_id=call.caller.org_id,
        subject=Subject(MINUTES.subject, run_id),
        created_by=call.caller.user_id,
        input=body.model_dump(),
        metadata=metadata or {},
    )


def cloned(call: Call, run: Run, overrides: Mapping[str, Any]) -> tuple[NewRun, Key]:
    made_with = Viewer(call.services.payloads).read(run, run.input)
    body = CreateMinutes.model_validate({**made_with, **overrides})
    key = call.key()
    return new_minutes(call, body, key.id, {"cloned_from": run.id}), key


# --- the steps ------------------------------------------------------------------------------------


def build(services: Services) -> Workflow:
    model = services.settings.model_id

    def write(ctx: StepContext) -> StepResult:
        prompt = f"{MARKER}{ctx.input()['notes']}</meeting_notes>"
        request = ModelRequest(model, "You write minutes.", prompt, SCHEMA, 1_000)
        summary = json.loads(ctx.ask(request).answer.text)["summary"]
        return StepResult(metrics={"characters": len(summary)}, output={"summary": summary})

    return Workflow(MINUTES, {"write": Step(write, store_code=FailureCode.PERSISTENCE_ERROR)})


# --- the offline model ----------------------------------------------------------------------------


def compose(call: ModelCall) -> Mapping[str, Any]:
    notes = call.prompt.partition(MARKER)[2].partition("</meeting_notes>")[0]
    return {"summary": f"The meeting was about this: {notes}"}


WITH_MINUTES = (*COMPOSERS, (MARKER, compose))
handler = endpoint.handler
