"""The studio door: diagnosis runs of a patient, in its own words."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from shared.access.policy import Action
from shared.engine.creation import NewRun
from shared.http.authorize import patient_run
from shared.http.call import Call
from shared.http.models import (
    KB,
    Attempts,
    Body,
    Dollars,
    StartAt,
    Tags,
    at_most,
    known,
    micro,
    start_moment,
)
from shared.http.views import Json, run_row, run_view
from shared.ports import Scope
from shared.records.run import DEFAULT_ATTEMPTS, Dispatch, Run, Subject
from shared.runs.codes import FailureCode
from shared.workflows.definitions import DIAGNOSIS

if TYPE_CHECKING:
    FailureName = str
else:
    FailureName = Literal[tuple(code.value for code in FailureCode)]
Part = TypeVar("Part")


class CreateDiagnosisRun(Body):
    input_config: dict[str, Any]
    dispatch: Literal["auto", "manual"] = "auto"
    max_attempts: Attempts = DEFAULT_ATTEMPTS
    max_cost_usd: Dollars | None = None
    start_at: StartAt | None = None
    tags: Tags = Field(default_factory=list)


class ErrorInfo(Body):
    """`code`: what kind of failure it is. `message` is shown to staff only."""

    code: FailureName
    message: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]


class UpdateDiagnosisRun(Body):
    status: Literal["running", "succeeded", "failed"]
    output_data: Annotated[dict[str, Any], at_most(256 * KB)] | None = Field(
        None, validate_default=True
    )
    error_info: ErrorInfo | None = Field(None, validate_default=True)

    @field_validator("output_data", "error_info")
    @classmethod
    def _goes_with_status(cls, value: Part, info: ValidationInfo) -> Part:
        status, its_status = (
            info.data.get("status"),
            {"output_data": "succeeded", "error_info": "failed"}[info.field_name or ""],
        )
        if status == its_status and value is None:
            raise ValueError(f"is required with status {status}")
        if status not in (its_status, None) and value is not None:
            raise ValueError(f"does not go with status {status}")
        return value


_NO_METADATA: Mapping[str, Any] = {}


def new_diagnosis(
    call: Call,
    patient_id: str,
    body: CreateDiagnosisRun,
    metadata: Mapping[str, Any] = _NO_METADATA,
    attached: Sequence[str] = (),
) -> NewRun:
    """What to create. Raises ValidationFailed for a `start_at` too far ahead.

    What a clone must be able to repeat, and the run itself does not keep, stands in the attributes.
    """
    return NewRun(
        workflow=DIAGNOSIS.name,
        org_id=call.caller.org_id,
        subject=Subject(DIAGNOSIS.subject, patient_id),
        created_by=call.caller.user_id,
        input=body.input_config,
        dispatch=Dispatch(body.dispatch),
        max_attempts=body.max_attempts,
        start_at=start_moment(body.start_at, call.services.clock.now_ms()),
        attached=tuple(attached),
        tags=tuple(body.tags),
        metadata=metadata,
        attributes=known(
            dispatch=body.dispatch if body.dispatch != "auto" else None,
            max_attempts=body.max_attempts if body.max_attempts != DEFAULT_ATTEMPTS else None,
            max_cost=micro(body.max_cost_usd),
        ),
    )


def find_run(call: Call, run_id: str) -> Run:
    """A run as this door's GET finds it."""
    return patient_run(call, run_id, Action.READ_PATIENT_RUN)


def studio_row(call: Call, run: Run) -> Json:
    return run_row(call, run) | {"patient_id": run.subject.id, "clinician_user_id": run.created_by}


def studio_run(call: Call, run: Run) -> Json:
    """The whole run in the studio's words."""
    view = run_view(call, run)
    return view | {
        "patient_id": run.subject.id,
        "clinician_user_id": run.created_by,
        "input_config": view["input"],
        "output_data": view["output"],
    }


def patient_scope(call: Call, patient_id: str) -> Scope:
    return Scope.of_subject(call.caller.org_id, Subject(DIAGNOSIS.subject, patient_id))


def move_by_hand(call: Call, run: Run, body: UpdateDiagnosisRun) -> Run:
    """Take a queued run into the caller's hands, or end one that was taken so. Raises Conflict."""
    commands, actor = call.services.commands, call.caller.user_id
    if body.error_info is not None:
        return commands.fail(run, actor, body.error_info.code, {"message": body.error_info.message})
    if body.output_data is not None:
        return commands.succeed(run, actor, body.output_data)
    return commands.take(run, actor)
