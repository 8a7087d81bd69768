"""A run in the words of every door. A row is a run in a list: without input, output, steps and
errors.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.records.run import Status
from shared.runs.codes import EventCode, FailureCode
from tools.openapi.answers.diagnosis import Diagnosis, DiagnosisOutput
from tools.openapi.answers.shape import (
    Count,
    Id,
    Json,
    Organisation,
    Person,
    Seconds,
    Sha256,
    Shape,
    Time,
    absent,
)
from tools.openapi.answers.usage import Usage
from tools.openapi.answers.words import DispatchMode, Reason, StepName, SubjectType, Workflow


class Subject(Shape):
    """What a run is about."""

    type: SubjectType
    id: Annotated[str, Field(examples=["11111111-1111-4111-8111-111111111111"])]


class RunErrorInfo(Shape):
    """Why a run failed. In the detail of a run it may say more than in a list."""

    code: FailureCode | Annotated[str, Field(examples=["LLM_ERROR"])]
    message: Annotated[str, Field(examples=["The model call failed."])]
    step: StepName | None
    at: Time
    validation_errors: Annotated[list[str], Field(examples=[["findings is required"]])]
    raw_response: Annotated[str, Field(examples=["..."])] = absent()
    """The model's words that broke the schema; for the creator and admins only."""


class Failure(Shape):
    """One failed attempt, in fixed words."""

    at: Time
    attempt: Count
    step: StepName | None
    code: FailureCode | Annotated[str, Field(examples=["LLM_ERROR"])]
    message: Annotated[str, Field(examples=["The model call failed."])]


class StepError(Shape):
    code: FailureCode | EventCode | Annotated[str, Field(examples=["LLM_ERROR"])]
    message: Annotated[str, Field(examples=["The model call failed."])]


class Step(Shape):
    """A step of the workflow, as far as it got."""

    name: StepName
    status: Status
    started_at: Time | None
    completed_at: Time | None
    duration_seconds: Seconds | None
    attempt: Count | None
    """The attempt in which it was last worked on."""
    usage: Usage | None
    metrics: Annotated[Json, Field(examples=[{"resources": 12}])]
    """Counts that the step left, named by itself."""
    error: StepError | None


class RecordUsed(Shape):
    """The version of the patient's record that the context pack was built from."""

    version: Count
    sha256: Sha256
    read_at: Time


class _Row(Shape):
    id: Id
    workflow: Workflow
    org_id: Organisation
    status: Status
    subject: Subject
    created_by: Person
    created_at: Time
    updated_at: Time
    started_at: Time | None
    """The latest start; null while queued."""
    first_started_at: Time | None
    completed_at: Time | None
    deadline_at: Time | None
    """By then the run has ended, one way or another."""
    duration_seconds: Seconds | None
    """From the first start to the end."""
    dispatch: DispatchMode
    attempt: Count
    """0 before the first start."""
    max_attempts: Annotated[int, Field(ge=1, examples=[3])]
    available_at: Time | None
    """Not before this time will a queued run be started."""
    start_at: Time | None
    current_step: StepName | None
    artifact_id: Id | None
    """The artifact that the run's success named."""
    artifacts_count: Count
    tags: Annotated[list[str], Field(examples=[["ward-3"]])]
    metadata: Annotated[Json, Field(examples=[{"source": "triage"}])]
    blocked_by: Reason | None
    """Why a queued or waiting run does not go on now."""
    warnings: Annotated[list[str], Field(examples=[[]])]
    """What was shortened, left out or has changed since."""
    record: RecordUsed | None
    erased_at: Time | None
    """When the patient was erased; the run is a skeleton then."""
    error_info: RunErrorInfo | None
    usage: Usage


class _Whole(_Row):
    steps: list[Step]
    input: Annotated[Json | None, Field(examples=[{"question": "What first?"}])]
    """What the run was created with; null for patients."""
    output: DiagnosisOutput | Json | None
    """What the run made: a diagnosis (DiagnosisOutput), an analysis with its `summary`, what a
    person gave; null before.
    """
    errors: list[Failure]


class _StudioWords(Shape):
    patient_id: Id
    clinician_user_id: Person
    """Who created it."""


class StudioRunRow(_StudioWords, _Row):
    """A diagnosis run in a patient's list."""


class StudioRun(_StudioWords, _Whole):
    """A diagnosis run in the studio's words."""

    input_config: Annotated[Json | None, Field(examples=[{"question": "What first?"}])]
    """The same as `input`."""
    output_data: DiagnosisOutput | Json | None
    """The same as `output`."""


class _AssessmentWords(Shape):
    patient_id: Id
    assessment_id: Id | None
    correlation_id: Annotated[str | None, Field(examples=["visit-42"])]
    schema_version: Annotated[str, Field(examples=["v1"])]


class AssessmentRunRow(_AssessmentWords, _Row):
    """A diagnosis run in the assessment door's list."""


class AssessmentRun(_AssessmentWords, _Whole):
    """A diagnosis run in the assessment door's words."""

    context_pack: Annotated[Json | None, Field(examples=[{"age_years": 61}])]
    """What the model was sent; null before it was built, and for patients."""
    diagnosis_result: Diagnosis | Json | None


class PhaseView(Shape):
    """A phase of an orchestration, as far as it got."""

    phase: StepName
    status: Status
    started_at: Time | None
    completed_at: Time | None
    duration_seconds: Seconds | None
    agent_ids: Annotated[list[str], Field(examples=[["planner"]])]
    """Who worked in it, or will."""
    artifacts_count: Count


class _AnyWords(Shape):
    profile: Annotated[str | None, Field(examples=["analytics_forecast_app"])]
    """The orchestration's profile, see GET /profiles; null for other workflows."""
    project_name: Annotated[str | None, Field(examples=["Bakery forecast"])]
    current_phase: StepName | None
    """The phase that comes next, or the last one of a run that has ended; null for other workflows.
    """


class RunRow(_AnyWords, _Row):
    """A run of any workflow in a list."""


class Run(_AnyWords, _Whole):
    """A run of any workflow."""

    intake: Annotated[str | None, Field(examples=["A demand forecast for bakeries."])]
    phases: list[PhaseView] | None
    """Orchestrations only."""
    total_duration_seconds: Seconds


class _ProjectWords(Shape):
    project_id: Id
    input_version: Annotated[int | None, Field(ge=1, examples=[2])]
    pipeline_version: Annotated[str | None, Field(examples=["analysis-1"])]


class ProjectRunRow(_ProjectWords, _Row):
    """An analysis in a project's list."""


class ProjectRun(_ProjectWords, _Whole):
    """An analysis of a project; its output has a `summary`."""


class UnreadableRun(Shape):
    """A run that this version cannot read, written by another. It is shown and left alone."""

    id: Id
    status: Literal["unreadable"]


class Event(Shape):
    """One entry of a run's history."""

    seq: Annotated[int, Field(ge=1, examples=[1])]
    """Gapless from 1."""
    at: Time
    actor: Annotated[str, Field(examples=["worker"])]
    """A person's `sub`, `worker` or `sweeper`."""
    attempt: Count
    from_: Annotated[Status | None, Field(alias="from")]
    """Null for the first."""
    to: Status
    step: StepName | None
    """The step that was finished or that failed."""
    code: Annotated[str | None, Field(examples=["LLM_ERROR"])]
    """What happened, where it is more than a step: a FailureCode, a Reason, or a word of the
    history's own.
    """
    artifacts: list[Id]


class Receipt(Shape):
    """What a cancelled run had spent."""

    cancelled_at: Time
    was: Status | None
    """The status that it was cancelled in."""
    usage_at_cancel: Usage
    usage: Usage
    """What is known by now: what a worker had spent when it was stopped may be added."""


class Waiting(Shape):
    """One thing that a run waits for."""

    reason: Reason
    since: Time | None
    until: Time | None
    detail: Annotated[Json | None, Field(examples=[{"scope": "organisation", "missing_usd": 1.5}])]


class Advanced(Shape):
    """What a next has led to."""

    run_id: Id
    previous_phase: StepName | None
    current_phase: StepName | None
    status: Status
    message: Annotated[str, Field(examples=["Advanced from planning to architecture"])]


class Patch(Shape):
    """One operation of RFC 6902."""

    op: Annotated[str, Field(examples=["replace"])]
    path: Annotated[str, Field(examples=["/question"])]
    value: Annotated[Any, Field(examples=["What first?"])] = absent()
    from_: Annotated[str, Field(alias="from", examples=["/a"])] = absent()
