"""Everything that the service answers. Made from its OpenAPI document by `make openapi`; do not edit."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class AnswerQuestion(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    text: str


class AnswerTokens(BaseModel):
    """
    The tokens of one model answer.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    input_tokens: int
    output_tokens: int
    thinking_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class AnsweredFunnel(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    slug: str
    version: str | int
    questions: list[AnswerQuestion]


class Artifact(BaseModel):
    """
    An artifact with its content.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    artifact_type: str
    artifact_name: str
    phase: str | None
    path: str | None
    description: str | None
    storage_path: str
    content_type: str
    size_bytes: int
    sha256: str
    sequence_order: int | None
    """
    Its place in the run, from 1.
    """
    created_at: AwareDatetime
    artifact_data: Any
    """
    JSON as JSON, anything else as text.
    """


class ArtifactData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    artifact: Artifact


class ArtifactRow(BaseModel):
    """
    An artifact in a list, without its content.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    artifact_type: str
    artifact_name: str
    phase: str | None
    path: str | None
    description: str | None
    storage_path: str
    content_type: str
    size_bytes: int
    sha256: str
    sequence_order: int | None
    """
    Its place in the run, from 1.
    """
    created_at: AwareDatetime


class Assessment(BaseModel):
    """
    Questions and what was answered.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    patient_id: str
    created_by: str
    created_at: AwareDatetime
    funnel: AnsweredFunnel
    answers: dict[str, Any]


class AssessmentData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    assessment: Assessment


class AssessmentsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    assessments: list[Assessment]
    next_cursor: str | None


class AuditOutcome(StrEnum):
    """
    Whether the look was allowed.
    """

    allowed = "allowed"
    refused = "refused"


class BudgetPeriod(StrEnum):
    """
    What a budget's limit is for: each month (UTC), or ever.
    """

    month = "month"
    total = "total"


class BulkAction(StrEnum):
    """
    What is done to each run.
    """

    cancel = "cancel"
    retry = "retry"


class BulkCounts(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    matched: int
    done: int
    skipped: int
    """
    Had ended already, or may not be touched by the caller.
    """
    failed: int


class BulkStatus(StrEnum):
    """
    Where a bulk is.
    """

    queued = "queued"
    running = "running"
    succeeded = "succeeded"
    cancelled = "cancelled"


class Clinician(BaseModel):
    """
    Who is assigned to a patient, since when and by whom; of one that has ended, when and by whom
    it was ended.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    patient_id: str
    user_id: str
    assigned_at: AwareDatetime
    assigned_by: str | None
    ended_at: AwareDatetime | None
    ended_by: str | None


class ClinicianData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    clinician: Clinician


class CliniciansData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    clinicians: list[Clinician]
    next_cursor: str | None


class DeliveryAttempt(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    at: AwareDatetime
    status_code: int | None
    """
    Null where no answer came.
    """
    duration_ms: int
    error: str | None


class DeliveryStatus(StrEnum):
    """
    Whether a message arrived.
    """

    pending = "pending"
    delivered = "delivered"
    failed = "failed"


class DiagnosisMetadata(BaseModel):
    """
    What the worker adds to the model's words.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    model: str | None
    usage: AnswerTokens
    prompt_version: str
    schema_version: str
    context_hash: str
    created_at: AwareDatetime
    warnings: list[str]
    """
    Low confidence, a risk level that the findings do not bear out, empty findings.
    """


class Disabled(StrEnum):
    """
    Why a webhook is told nothing any more.
    """

    person = "person"
    field_410 = "410"
    failing = "failing"


class DispatchMode(StrEnum):
    """
    Who starts the run.

    - `auto`: the worker is rung at once
    - `manual`: not before execute or PATCH
    """

    auto = "auto"
    manual = "manual"


class ErrorCode(StrEnum):
    INVALID_REQUEST = "INVALID_REQUEST"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    OTHER_PERSON = "OTHER_PERSON"
    ERASED = "ERASED"
    TOO_LARGE = "TOO_LARGE"
    VALIDATION_ERROR = "VALIDATION_ERROR"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    NO_INPUTS = "NO_INPUTS"
    RATE_LIMITED = "RATE_LIMITED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    AUDIT_UNAVAILABLE = "AUDIT_UNAVAILABLE"
    WORKER_DISABLED = "WORKER_DISABLED"


class EventCode(StrEnum):
    """
    What else a history entry may say happened.
    """

    EXECUTE_ASKED = "EXECUTE_ASKED"
    ARTIFACT_ATTACHED = "ARTIFACT_ATTACHED"
    CONTINUATION = "CONTINUATION"
    LEASE_LOST = "LEASE_LOST"
    RETRY = "RETRY"
    NEXT = "NEXT"
    SKIP_VALIDATION = "SKIP_VALIDATION"


class FailureCode(StrEnum):
    """
    Why a run or an attempt failed.

    - `VALIDATION_ERROR`: the model's answer breaks the schema
    - `LLM_ERROR`: the call failed for good: key, permission, refusal, bad request
    - `CONTEXT_FETCH_ERROR`: the context of the run could not be read
    - `PERSISTENCE_ERROR`: the result could not be stored
    - `EXECUTION_ERROR`: anything else
    - `MAX_ATTEMPTS_REACHED`: all attempts are used up
    - `BUDGET_EXCEEDED`: the next model call could cost more than the run may spend
    - `DEADLINE_EXCEEDED`: the run did not end before its deadline
    - `LEASE_EXPIRED`: the person who took the run did not finish it in time
    - `GATE_EXPIRED`: nobody advanced the run in time
    - `NO_INPUTS`: the project had no input to analyse
    - `INPUT_INVALID`: the input lacks what the analysis needs
    - `CHECKS_FAILED`: blocking checks failed
    - `PERSON_FAILED`: a person ended the run as failed, for a reason of their own
    """

    VALIDATION_ERROR = "VALIDATION_ERROR"
    LLM_ERROR = "LLM_ERROR"
    CONTEXT_FETCH_ERROR = "CONTEXT_FETCH_ERROR"
    PERSISTENCE_ERROR = "PERSISTENCE_ERROR"
    EXECUTION_ERROR = "EXECUTION_ERROR"
    MAX_ATTEMPTS_REACHED = "MAX_ATTEMPTS_REACHED"
    BUDGET_EXCEEDED = "BUDGET_EXCEEDED"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    LEASE_EXPIRED = "LEASE_EXPIRED"
    GATE_EXPIRED = "GATE_EXPIRED"
    NO_INPUTS = "NO_INPUTS"
    INPUT_INVALID = "INPUT_INVALID"
    CHECKS_FAILED = "CHECKS_FAILED"
    PERSON_FAILED = "PERSON_FAILED"


class FieldError(BaseModel):
    """
    One thing that is wrong with the request.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    field: str
    """
    Where: `body.tags[0]`, `query.limit`.
    """
    message: str


class Health(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    status: Literal["ok"]
    version: str
    worker_enabled: bool
    prices_age_days: int
    """
    How many days ago the prices that budgets are held by were read from the provider's list.
    """


class InputStatus(StrEnum):
    """
    Whether an input is finished.

    - `draft`: analysed only when asked for by its version
    - `final`: what generate takes by default
    """

    draft = "draft"
    final = "final"


class Invariants(BaseModel):
    """
    Counts of the caller's organisation; of all for `system`.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    open_runs: int
    past_due: int
    violations: int
    at: AwareDatetime | None
    """
    When they were counted.
    """


class OpenRuns(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    queued: int
    running: int
    waiting: int
    by_reason: dict[str, int]


class Patch(BaseModel):
    """
    One operation of RFC 6902.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    op: str
    path: str
    value: Any | None = None
    from_: Annotated[str | None, Field(alias="from")] = None


class Project(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    org_id: str
    name: str
    created_by: str
    created_at: AwareDatetime


class ProjectData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    project: Project


class ProjectInput(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    project_id: str
    version: int
    status: Annotated[InputStatus | str, Field(union_mode="left_to_right")]
    title: str
    """
    The first line of the hypothesis.
    """
    created_by: str
    created_at: AwareDatetime
    sha256: str
    size_bytes: int
    input: dict[str, Any]


class ProjectInputData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    input: ProjectInput


class ProjectInputRow(BaseModel):
    """
    A version of a project's input, without the document.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    project_id: str
    version: int
    status: Annotated[InputStatus | str, Field(union_mode="left_to_right")]
    title: str
    """
    The first line of the hypothesis.
    """
    created_by: str
    created_at: AwareDatetime
    sha256: str
    size_bytes: int


class ProjectInputsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    inputs: list[ProjectInputRow]
    next_cursor: str | None


class Projection(BaseModel):
    """
    What remains will probably cost and take; null where there is nothing to learn from.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    cost_usd: float | None
    seconds: float | None


class Reason(StrEnum):
    """
    Why a run does not go on now.

    - `starting`: rung, not yet taken by a worker
    - `start_at`: not before the time that its creator named
    - `backoff`: waiting after a failed attempt
    - `provider_overloaded`: the model's provider refuses entry for now
    - `provider_rate_limited`: the provider's rate limit
    - `provider_spend_limit`: the provider's spend limit
    - `budget`: no budget has room for its next call (detail for staff: scope, missing_usd)
    - `paused`: the workflow is paused (detail for staff: who, why)
    - `worker_disabled`: the worker is switched off
    - `manual`: waits for execute or PATCH
    - `gate`: waits for a person at a gate (detail: phase, who may advance)
    - `person`: in a person's hands (detail: who has it)
    - `model_call`: a model call is under way (detail: step, since, last_sign_of_life_at)
    - `step`: a step is under way
    - `lost_worker`: its worker was lost (detail: taken over by)
    - `ended`: it has ended
    """

    starting = "starting"
    start_at = "start_at"
    backoff = "backoff"
    provider_overloaded = "provider_overloaded"
    provider_rate_limited = "provider_rate_limited"
    provider_spend_limit = "provider_spend_limit"
    budget = "budget"
    paused = "paused"
    worker_disabled = "worker_disabled"
    manual = "manual"
    gate = "gate"
    person = "person"
    model_call = "model_call"
    step = "step"
    lost_worker = "lost_worker"
    ended = "ended"


class RecordChanges(BaseModel):
    """
    What a record would change, per resource type.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    added: dict[str, int]
    removed: dict[str, int]
    changed: dict[str, int]


class RecordPerson(BaseModel):
    """
    Who the record says that it is of.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    age_years: int | None
    gender: str | None


class RecordUsed(BaseModel):
    """
    The version of the patient's record that the context pack was built from.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    version: int
    sha256: str
    read_at: AwareDatetime


class RecordVersion(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    version: int
    sha256: str
    at: AwareDatetime
    by: str
    resources: dict[str, int]


class RecordVersionsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    versions: list[RecordVersion]
    next_cursor: str | None


class RetentionDue(BaseModel):
    """
    What the present setting is about to erase.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    runs: int
    patients: int


class RiskLevel(StrEnum):
    """
    The highest risk that the findings bear out.
    """

    low = "low"
    moderate = "moderate"
    high = "high"
    critical = "critical"


class Status(StrEnum):
    """
    Where a run is.

    - `queued`: somebody or something may start it; it has no start and no end
    - `running`: leased to a worker or a person
    - `waiting`: at a gate: only a person can move it on
    - `succeeded`: ended with an output; final
    - `failed`: ended with an error; only an explicit retry leaves it
    - `cancelled`: ended by a person; final
    """

    queued = "queued"
    running = "running"
    waiting = "waiting"
    succeeded = "succeeded"
    failed = "failed"
    cancelled = "cancelled"


class StepError(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    code: Annotated[FailureCode | str, Field(union_mode="left_to_right")] | EventCode
    message: str


class StepName(StrEnum):
    """
    The steps of all workflows; an orchestration's are its phases.
    """

    build_context = "build_context"
    call_model = "call_model"
    validate = "validate"
    persist = "persist"
    planning = "planning"
    architecture = "architecture"
    data = "data"
    development = "development"
    qa = "qa"
    documentation = "documentation"
    validate_inputs = "validate_inputs"
    collect_evidence = "collect_evidence"
    generate_opportunities = "generate_opportunities"
    inventory = "inventory"
    erase_runs = "erase_runs"
    erase_artifacts = "erase_artifacts"
    erase_record = "erase_record"
    receipt = "receipt"


class SubjectType(StrEnum):
    """
    What a run is about.
    """

    patient = "patient"
    assessment = "assessment"
    intake = "intake"
    project = "project"


class TokenCount(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    input: int
    output: int


class UnavailableArtifact(BaseModel):
    """
    One that was linked before and is of another subject.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    unavailable: Literal[True]


class UnreadableRun(BaseModel):
    """
    A run that this version cannot read, written by another. It is shown and left alone.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    status: Literal["unreadable"]


class Upload(BaseModel):
    """
    Where to PUT a large record, once.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    url: str
    headers: dict[str, str]
    expires_at: AwareDatetime


class UploadData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    upload: Upload


class Usage(BaseModel):
    """
    Calls, tokens and money.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    model: str | None
    """
    The model that answered last; null before the first call.
    """
    calls: int
    """
    Calls that may have been billed: an answer, a refusal of the model, a 5xx, a time-out, a cut.

    """
    lost_calls: int
    """
    Those of `calls` of which no whole answer came.
    """
    reused_calls: int
    """
    Answers that were taken from the ledger instead of being bought again.
    """
    input_tokens: int
    output_tokens: int
    thinking_tokens: int
    """
    Those of `output_tokens` that the model thought with.
    """
    cache_read_tokens: int
    cache_write_tokens: int
    cost_usd: float
    """
    What is known to have been spent.
    """
    uncertain_usd: float
    """
    The most that lost calls may have cost beyond `cost_usd`.
    """
    saved_usd: float
    """
    What reused answers would have cost.
    """


class Violation(BaseModel):
    """
    A check that failed.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    rule: str
    artifact_id: str | None
    blocking: bool
    message: str


class Waiting(BaseModel):
    """
    One thing that a run waits for.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    reason: Annotated[Reason | str, Field(union_mode="left_to_right")]
    since: AwareDatetime | None
    until: AwareDatetime | None
    detail: dict[str, Any] | None


class WebhookEvent(StrEnum):
    """
    What a webhook can be told.

    - `run.blocked`: once a spell, for provider_*, budget and paused
    - `budget.reached`: at 80 % and 100 %, once a period
    - `*`: all of them
    """

    run_succeeded = "run.succeeded"
    run_failed = "run.failed"
    run_cancelled = "run.cancelled"
    run_waiting = "run.waiting"
    run_blocked = "run.blocked"
    budget_reached = "budget.reached"
    webhook_test = "webhook.test"
    field_ = "*"


class WebhookStatus(StrEnum):
    """
    Whether a webhook is told anything.
    """

    enabled = "enabled"
    disabled = "disabled"


class WhyData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    blocked_by: Annotated[Reason | str, Field(union_mode="left_to_right")] | None
    waiting_for: list[Waiting]
    looked_at_again_at: AwareDatetime | None
    ends_by: AwareDatetime | None


class Workflow(StrEnum):
    """
    What kind of work a run is.
    """

    diagnosis = "diagnosis"
    orchestration = "orchestration"
    analysis = "analysis"
    erasure = "erasure"


class WorkflowDay(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    created: int
    succeeded: int
    failed: int
    cancelled: int
    cost_usd: float


class Advanced(BaseModel):
    """
    What a next has led to.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run_id: str
    previous_phase: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    current_phase: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    message: str


class AgentMetrics(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    agent_id: str
    phases: list[Annotated[StepName | str, Field(union_mode="left_to_right")]]
    token_usage: TokenCount
    cost_usd: float
    artifacts_generated: int


class ArtifactTreeData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run_id: str
    total_count: int
    artifacts_by_phase: dict[str, list[ArtifactRow | UnavailableArtifact]]
    artifacts: list[ArtifactRow | UnavailableArtifact]
    next_cursor: str | None


class ArtifactsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    artifacts: list[ArtifactRow | UnavailableArtifact]
    next_cursor: str | None


class AuditEntry(BaseModel):
    """
    One look at a patient's data.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    at: AwareDatetime
    person: str
    """
    A `sub`, or `worker`.
    """
    roles: list[str]
    action: str
    patient_id: str | None
    run_id: str | None
    outcome: Annotated[AuditOutcome | str, Field(union_mode="left_to_right")]
    request_id: str | None


class Budget(BaseModel):
    """
    `left_usd` = limit - spent - held - uncertain, not under 0.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    scope: str
    """
    `organisation`, `workflow:NAME` or `project:ID`.
    """
    period: Annotated[BudgetPeriod | str, Field(union_mode="left_to_right")]
    limit_usd: float
    spent_usd: float
    held_usd: float
    """
    Held for calls that are under way.
    """
    uncertain_usd: float
    left_usd: float
    period_started_at: AwareDatetime | None


class BudgetData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    budget: Budget


class BudgetsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    budgets: list[Budget]
    next_cursor: str | None = None


class BulkFilter(BaseModel):
    """
    Which runs: as GET /runs, and by failure code. What was not asked for is left out.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    workflow: Annotated[Workflow | str, Field(union_mode="left_to_right")] | None = None
    profile: str | None = None
    status: (
        Annotated[Status | str, Field(union_mode="left_to_right")]
        | Literal["unreadable"]
        | list[Annotated[Status | str, Field(union_mode="left_to_right")] | Literal["unreadable"]]
        | None
    ) = None
    tag: str | None = None
    created_after: AwareDatetime | None = None
    created_before: AwareDatetime | None = None
    code: (
        Annotated[FailureCode | str, Field(union_mode="left_to_right")]
        | list[Annotated[FailureCode | str, Field(union_mode="left_to_right")]]
        | None
    ) = None


class ComparisonData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    a: str
    b: str
    input: list[Patch] | None
    pack: list[Patch] | None
    output: list[Patch] | None
    usage: dict[str, Usage | None]
    steps: list[dict[str, Any]]


class Delivery(BaseModel):
    """
    One message to one webhook; its id is the `webhook-id` of every try.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    event: Annotated[WebhookEvent | str, Field(union_mode="left_to_right")]
    run_id: str | None
    status: Annotated[DeliveryStatus | str, Field(union_mode="left_to_right")]
    attempts: list[DeliveryAttempt]
    next_attempt_at: AwareDatetime | None
    created_at: AwareDatetime


class DeliveryData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    delivery: Delivery


class Diagnosis(BaseModel):
    """
    A decision support draft for the treating clinician.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    summary: str
    findings: list[str]
    recommendations: list[str]
    risk_level: Annotated[RiskLevel | str, Field(union_mode="left_to_right")] | None = None
    confidence_score: float | None = None
    """
    Required at the assessment door.
    """
    metadata: DiagnosisMetadata


class DiagnosisOutput(BaseModel):
    """
    What a diagnosis run that the worker executed ends with.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    artifact_id: str
    diagnosis: Diagnosis


class ErrorBody(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    code: Annotated[ErrorCode | str, Field(union_mode="left_to_right")]
    message: str
    errors: list[FieldError] | None = None
    """
    With VALIDATION_ERROR.
    """
    run_id: str | None = None
    """
    With NO_INPUTS: the failed run on record.
    """
    receipt_id: str | None = None
    """
    With ERASED: the receipt of the erasure; null until it is done.
    """


class Event(BaseModel):
    """
    One entry of a run's history.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    seq: int
    """
    Gapless from 1.
    """
    at: AwareDatetime
    actor: str
    """
    A person's `sub`, `worker` or `sweeper`.
    """
    attempt: int
    from_: Annotated[
        Annotated[Status | str, Field(union_mode="left_to_right")] | None, Field(alias="from")
    ]
    """
    Null for the first.
    """
    to: Annotated[Status | str, Field(union_mode="left_to_right")]
    step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    """
    The step that was finished or that failed.
    """
    code: str | None
    """
    What happened, where it is more than a step: a FailureCode, a Reason, or a word of the
    history's own.
    """
    artifacts: list[str]


class EventsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    events: list[Event]
    next_cursor: str | None


class Failure(BaseModel):
    """
    One failed attempt, in fixed words.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    at: AwareDatetime
    attempt: int
    step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    code: Annotated[FailureCode | str, Field(union_mode="left_to_right")]
    message: str


class LastRun(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    status: Annotated[Status | str, Field(union_mode="left_to_right")] | Literal["unreadable"]
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None


class NewWebhook(BaseModel):
    """
    With its secret, which is shown on creation and after rotation only.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    url: str
    events: list[Annotated[WebhookEvent | str, Field(union_mode="left_to_right")]]
    workflows: list[Annotated[Workflow | str, Field(union_mode="left_to_right")]] | None
    """
    Of these only; null for all.
    """
    status: Annotated[WebhookStatus | str, Field(union_mode="left_to_right")]
    created_at: AwareDatetime
    description: str | None
    disabled_reason: Annotated[Disabled | str, Field(union_mode="left_to_right")] | None
    """
    Null while it is enabled.
    """
    disabled_at: AwareDatetime | None
    updated_at: AwareDatetime | None
    created_by: str
    secret: str


class NewWebhookData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    webhook: NewWebhook


class OrganisationSettings(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    paused_workflows: list[Annotated[Workflow | str, Field(union_mode="left_to_right")]]
    pause_reason: str | None
    paused_by: str | None
    retention_days: int | None
    """
    Null: for ever.
    """
    retention_due: RetentionDue


class PhaseMetrics(BaseModel):
    """
    A phase; of workflows without phases, a step.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    phase: Annotated[StepName | str, Field(union_mode="left_to_right")]
    duration_seconds: float
    token_usage: TokenCount
    cost_usd: float
    agents_executed: list[str]
    artifacts_generated: int
    governance_passed: bool | None
    governance_warnings: list[str]


class PhaseView(BaseModel):
    """
    A phase of an orchestration, as far as it got.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    phase: Annotated[StepName | str, Field(union_mode="left_to_right")]
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    duration_seconds: float | None
    agent_ids: list[str]
    """
    Who worked in it, or will.
    """
    artifacts_count: int


class ProfilePhase(BaseModel):
    """
    What a phase asks of whom.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    phase: Annotated[StepName | str, Field(union_mode="left_to_right")]
    agents: list[str]
    files: list[str]
    checks: list[str]


class ProjectRow(BaseModel):
    """
    A project with what is derived of its inputs and runs.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    org_id: str
    name: str
    created_by: str
    created_at: AwareDatetime
    inputs_count: int
    runs_count: int
    last_run: LastRun | None


class ProjectsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    projects: list[ProjectRow]
    next_cursor: str | None


class Receipt(BaseModel):
    """
    What a cancelled run had spent.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    cancelled_at: AwareDatetime
    was: Annotated[Status | str, Field(union_mode="left_to_right")] | None
    """
    The status that it was cancelled in.
    """
    usage_at_cancel: Usage
    usage: Usage
    """
    What is known by now: what a worker had spent when it was stopped may be added.
    """


class Record(BaseModel):
    """
    A patient's record, as far as it may be told about.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    version: int
    sha256: str
    resources: dict[str, int]
    updated_at: AwareDatetime
    person: RecordPerson | None
    warnings: list[str]


class RecordData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    record: Record


class RunErrorInfo(BaseModel):
    """
    Why a run failed. In the detail of a run it may say more than in a list.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    code: Annotated[FailureCode | str, Field(union_mode="left_to_right")]
    message: str
    step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    at: AwareDatetime
    validation_errors: list[str]
    raw_response: str | None = None
    """
    The model's words that broke the schema; for the creator and admins only.
    """


class StatsDay(BaseModel):
    """
    One UTC day. An entry counts on its own day.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    date: str
    created: int
    succeeded: int
    failed: int
    cancelled: int
    cost_usd: float
    by_workflow: dict[str, WorkflowDay]
    by_code: dict[str, int]


class Step(BaseModel):
    """
    A step of the workflow, as far as it got.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    name: Annotated[StepName | str, Field(union_mode="left_to_right")]
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    duration_seconds: float | None
    attempt: int | None
    """
    The attempt in which it was last worked on.
    """
    usage: Usage | None
    metrics: dict[str, Any]
    """
    Counts that the step left, named by itself.
    """
    error: StepError | None


class Subject(BaseModel):
    """
    What a run is about.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    type: Annotated[SubjectType | str, Field(union_mode="left_to_right")]
    id: str


class Webhook(BaseModel):
    """
    Who is told of what.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    url: str
    events: list[Annotated[WebhookEvent | str, Field(union_mode="left_to_right")]]
    workflows: list[Annotated[Workflow | str, Field(union_mode="left_to_right")]] | None
    """
    Of these only; null for all.
    """
    status: Annotated[WebhookStatus | str, Field(union_mode="left_to_right")]
    created_at: AwareDatetime
    description: str | None
    disabled_reason: Annotated[Disabled | str, Field(union_mode="left_to_right")] | None
    """
    Null while it is enabled.
    """
    disabled_at: AwareDatetime | None
    updated_at: AwareDatetime | None
    created_by: str


class WebhookData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    webhook: Webhook


class WebhooksData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    webhooks: list[Webhook]
    next_cursor: str | None


class AssessmentRun(BaseModel):
    """
    A diagnosis run in the assessment door's words.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    workflow: Annotated[Workflow | str, Field(union_mode="left_to_right")]
    org_id: str
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    subject: Subject
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    started_at: AwareDatetime | None
    """
    The latest start; null while queued.
    """
    first_started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    deadline_at: AwareDatetime | None
    """
    By then the run has ended, one way or another.
    """
    duration_seconds: float | None
    """
    From the first start to the end.
    """
    dispatch: Annotated[DispatchMode | str, Field(union_mode="left_to_right")]
    attempt: int
    """
    0 before the first start.
    """
    max_attempts: int
    available_at: AwareDatetime | None
    """
    Not before this time will a queued run be started.
    """
    start_at: AwareDatetime | None
    current_step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    artifact_id: str | None
    """
    The artifact that the run's success named.
    """
    artifacts_count: int
    tags: list[str]
    metadata: dict[str, Any]
    blocked_by: Annotated[Reason | str, Field(union_mode="left_to_right")] | None
    """
    Why a queued or waiting run does not go on now.
    """
    warnings: list[str]
    """
    What was shortened, left out or has changed since.
    """
    record: RecordUsed | None
    erased_at: AwareDatetime | None
    """
    When the patient was erased; the run is a skeleton then.
    """
    error_info: RunErrorInfo | None
    usage: Usage
    steps: list[Step]
    input: dict[str, Any] | None
    """
    What the run was created with; null for patients.
    """
    output: Annotated[DiagnosisOutput | dict[str, Any], Field(union_mode="left_to_right")] | None
    """
    What the run made: a diagnosis (DiagnosisOutput), an analysis with its `summary`, what a
    person gave; null before.
    """
    errors: list[Failure]
    patient_id: str
    assessment_id: str | None
    correlation_id: str | None
    schema_version: str
    context_pack: dict[str, Any] | None
    """
    What the model was sent; null before it was built, and for patients.
    """
    diagnosis_result: (
        Annotated[Diagnosis | dict[str, Any], Field(union_mode="left_to_right")] | None
    )


class AssessmentRunData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run: AssessmentRun


class AssessmentRunRow(BaseModel):
    """
    A diagnosis run in the assessment door's list.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    workflow: Annotated[Workflow | str, Field(union_mode="left_to_right")]
    org_id: str
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    subject: Subject
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    started_at: AwareDatetime | None
    """
    The latest start; null while queued.
    """
    first_started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    deadline_at: AwareDatetime | None
    """
    By then the run has ended, one way or another.
    """
    duration_seconds: float | None
    """
    From the first start to the end.
    """
    dispatch: Annotated[DispatchMode | str, Field(union_mode="left_to_right")]
    attempt: int
    """
    0 before the first start.
    """
    max_attempts: int
    available_at: AwareDatetime | None
    """
    Not before this time will a queued run be started.
    """
    start_at: AwareDatetime | None
    current_step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    artifact_id: str | None
    """
    The artifact that the run's success named.
    """
    artifacts_count: int
    tags: list[str]
    metadata: dict[str, Any]
    blocked_by: Annotated[Reason | str, Field(union_mode="left_to_right")] | None
    """
    Why a queued or waiting run does not go on now.
    """
    warnings: list[str]
    """
    What was shortened, left out or has changed since.
    """
    record: RecordUsed | None
    erased_at: AwareDatetime | None
    """
    When the patient was erased; the run is a skeleton then.
    """
    error_info: RunErrorInfo | None
    usage: Usage
    patient_id: str
    assessment_id: str | None
    correlation_id: str | None
    schema_version: str


class AssessmentRunsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    runs: list[AssessmentRunRow | UnreadableRun]
    next_cursor: str | None


class AuditData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    entries: list[AuditEntry]
    next_cursor: str | None


class Bulk(BaseModel):
    """
    One action on many runs.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    action: Annotated[BulkAction | str, Field(union_mode="left_to_right")]
    filter: BulkFilter
    status: Annotated[BulkStatus | str, Field(union_mode="left_to_right")]
    counts: BulkCounts
    created_at: AwareDatetime
    completed_at: AwareDatetime | None
    dry_run: bool
    limit: int
    refresh: bool
    created_by: str


class BulkData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    bulk: Bulk


class DeliveriesData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    deliveries: list[Delivery]
    next_cursor: str | None


class Metrics(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run_id: str
    total_duration_seconds: float
    total_token_usage: TokenCount
    total_cost_usd: float
    phases_metrics: list[PhaseMetrics]
    agents_metrics: list[AgentMetrics]
    governance_score: float | None
    governance_violations: list[Violation]
    hygiene_score: float | None
    artifacts_total: int
    errors_count: int
    projection: Projection


class OrganisationData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    organisation: OrganisationSettings


class Patient(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    org_id: str
    user_id: str | None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    label: str | None
    """
    The ward's own short name.
    """
    age_years: int | None
    gender: str | None
    record: Record | None


class PatientData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    patient: Patient


class PatientsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    patients: list[Patient]
    next_cursor: str | None


class Profile(BaseModel):
    """
    A kind of orchestration.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    name: str
    title: str
    description: str
    version: str
    phases: list[ProfilePhase]


class ProfilesData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    profiles: list[Profile]
    next_cursor: str | None = None


class ProjectRun(BaseModel):
    """
    An analysis of a project; its output has a `summary`.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    workflow: Annotated[Workflow | str, Field(union_mode="left_to_right")]
    org_id: str
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    subject: Subject
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    started_at: AwareDatetime | None
    """
    The latest start; null while queued.
    """
    first_started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    deadline_at: AwareDatetime | None
    """
    By then the run has ended, one way or another.
    """
    duration_seconds: float | None
    """
    From the first start to the end.
    """
    dispatch: Annotated[DispatchMode | str, Field(union_mode="left_to_right")]
    attempt: int
    """
    0 before the first start.
    """
    max_attempts: int
    available_at: AwareDatetime | None
    """
    Not before this time will a queued run be started.
    """
    start_at: AwareDatetime | None
    current_step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    artifact_id: str | None
    """
    The artifact that the run's success named.
    """
    artifacts_count: int
    tags: list[str]
    metadata: dict[str, Any]
    blocked_by: Annotated[Reason | str, Field(union_mode="left_to_right")] | None
    """
    Why a queued or waiting run does not go on now.
    """
    warnings: list[str]
    """
    What was shortened, left out or has changed since.
    """
    record: RecordUsed | None
    erased_at: AwareDatetime | None
    """
    When the patient was erased; the run is a skeleton then.
    """
    error_info: RunErrorInfo | None
    usage: Usage
    steps: list[Step]
    input: dict[str, Any] | None
    """
    What the run was created with; null for patients.
    """
    output: Annotated[DiagnosisOutput | dict[str, Any], Field(union_mode="left_to_right")] | None
    """
    What the run made: a diagnosis (DiagnosisOutput), an analysis with its `summary`, what a
    person gave; null before.
    """
    errors: list[Failure]
    project_id: str
    input_version: int | None
    pipeline_version: str | None


class ProjectRunData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run: ProjectRun


class ProjectRunRow(BaseModel):
    """
    An analysis in a project's list.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    workflow: Annotated[Workflow | str, Field(union_mode="left_to_right")]
    org_id: str
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    subject: Subject
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    started_at: AwareDatetime | None
    """
    The latest start; null while queued.
    """
    first_started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    deadline_at: AwareDatetime | None
    """
    By then the run has ended, one way or another.
    """
    duration_seconds: float | None
    """
    From the first start to the end.
    """
    dispatch: Annotated[DispatchMode | str, Field(union_mode="left_to_right")]
    attempt: int
    """
    0 before the first start.
    """
    max_attempts: int
    available_at: AwareDatetime | None
    """
    Not before this time will a queued run be started.
    """
    start_at: AwareDatetime | None
    current_step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    artifact_id: str | None
    """
    The artifact that the run's success named.
    """
    artifacts_count: int
    tags: list[str]
    metadata: dict[str, Any]
    blocked_by: Annotated[Reason | str, Field(union_mode="left_to_right")] | None
    """
    Why a queued or waiting run does not go on now.
    """
    warnings: list[str]
    """
    What was shortened, left out or has changed since.
    """
    record: RecordUsed | None
    erased_at: AwareDatetime | None
    """
    When the patient was erased; the run is a skeleton then.
    """
    error_info: RunErrorInfo | None
    usage: Usage
    project_id: str
    input_version: int | None
    pipeline_version: str | None


class ProjectRunsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    runs: list[ProjectRunRow | UnreadableRun]
    next_cursor: str | None


class PutRecordData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    record: Record
    other_person: bool | None = None
    changes: RecordChanges | None = None
    warnings: list[str] | None = None


class ReadAssessmentRunData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run: AssessmentRun | UnreadableRun


class Run(BaseModel):
    """
    A run of any workflow.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    workflow: Annotated[Workflow | str, Field(union_mode="left_to_right")]
    org_id: str
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    subject: Subject
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    started_at: AwareDatetime | None
    """
    The latest start; null while queued.
    """
    first_started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    deadline_at: AwareDatetime | None
    """
    By then the run has ended, one way or another.
    """
    duration_seconds: float | None
    """
    From the first start to the end.
    """
    dispatch: Annotated[DispatchMode | str, Field(union_mode="left_to_right")]
    attempt: int
    """
    0 before the first start.
    """
    max_attempts: int
    available_at: AwareDatetime | None
    """
    Not before this time will a queued run be started.
    """
    start_at: AwareDatetime | None
    current_step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    artifact_id: str | None
    """
    The artifact that the run's success named.
    """
    artifacts_count: int
    tags: list[str]
    metadata: dict[str, Any]
    blocked_by: Annotated[Reason | str, Field(union_mode="left_to_right")] | None
    """
    Why a queued or waiting run does not go on now.
    """
    warnings: list[str]
    """
    What was shortened, left out or has changed since.
    """
    record: RecordUsed | None
    erased_at: AwareDatetime | None
    """
    When the patient was erased; the run is a skeleton then.
    """
    error_info: RunErrorInfo | None
    usage: Usage
    steps: list[Step]
    input: dict[str, Any] | None
    """
    What the run was created with; null for patients.
    """
    output: Annotated[DiagnosisOutput | dict[str, Any], Field(union_mode="left_to_right")] | None
    """
    What the run made: a diagnosis (DiagnosisOutput), an analysis with its `summary`, what a
    person gave; null before.
    """
    errors: list[Failure]
    profile: str | None
    """
    The orchestration's profile, see GET /profiles; null for other workflows.
    """
    project_name: str | None
    current_phase: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    """
    The phase that comes next, or the last one of a run that has ended; null for other workflows.

    """
    intake: str | None
    phases: list[PhaseView] | None
    """
    Orchestrations only.
    """
    total_duration_seconds: float


class RunData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run: Run | UnreadableRun


class RunRow(BaseModel):
    """
    A run of any workflow in a list.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    workflow: Annotated[Workflow | str, Field(union_mode="left_to_right")]
    org_id: str
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    subject: Subject
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    started_at: AwareDatetime | None
    """
    The latest start; null while queued.
    """
    first_started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    deadline_at: AwareDatetime | None
    """
    By then the run has ended, one way or another.
    """
    duration_seconds: float | None
    """
    From the first start to the end.
    """
    dispatch: Annotated[DispatchMode | str, Field(union_mode="left_to_right")]
    attempt: int
    """
    0 before the first start.
    """
    max_attempts: int
    available_at: AwareDatetime | None
    """
    Not before this time will a queued run be started.
    """
    start_at: AwareDatetime | None
    current_step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    artifact_id: str | None
    """
    The artifact that the run's success named.
    """
    artifacts_count: int
    tags: list[str]
    metadata: dict[str, Any]
    blocked_by: Annotated[Reason | str, Field(union_mode="left_to_right")] | None
    """
    Why a queued or waiting run does not go on now.
    """
    warnings: list[str]
    """
    What was shortened, left out or has changed since.
    """
    record: RecordUsed | None
    erased_at: AwareDatetime | None
    """
    When the patient was erased; the run is a skeleton then.
    """
    error_info: RunErrorInfo | None
    usage: Usage
    profile: str | None
    """
    The orchestration's profile, see GET /profiles; null for other workflows.
    """
    project_name: str | None
    current_phase: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    """
    The phase that comes next, or the last one of a run that has ended; null for other workflows.

    """


class RunsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    runs: list[RunRow | UnreadableRun]
    next_cursor: str | None


class StatsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    days: list[StatsDay]
    open: OpenRuns


class StudioRun(BaseModel):
    """
    A diagnosis run in the studio's words.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    workflow: Annotated[Workflow | str, Field(union_mode="left_to_right")]
    org_id: str
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    subject: Subject
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    started_at: AwareDatetime | None
    """
    The latest start; null while queued.
    """
    first_started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    deadline_at: AwareDatetime | None
    """
    By then the run has ended, one way or another.
    """
    duration_seconds: float | None
    """
    From the first start to the end.
    """
    dispatch: Annotated[DispatchMode | str, Field(union_mode="left_to_right")]
    attempt: int
    """
    0 before the first start.
    """
    max_attempts: int
    available_at: AwareDatetime | None
    """
    Not before this time will a queued run be started.
    """
    start_at: AwareDatetime | None
    current_step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    artifact_id: str | None
    """
    The artifact that the run's success named.
    """
    artifacts_count: int
    tags: list[str]
    metadata: dict[str, Any]
    blocked_by: Annotated[Reason | str, Field(union_mode="left_to_right")] | None
    """
    Why a queued or waiting run does not go on now.
    """
    warnings: list[str]
    """
    What was shortened, left out or has changed since.
    """
    record: RecordUsed | None
    erased_at: AwareDatetime | None
    """
    When the patient was erased; the run is a skeleton then.
    """
    error_info: RunErrorInfo | None
    usage: Usage
    steps: list[Step]
    input: dict[str, Any] | None
    """
    What the run was created with; null for patients.
    """
    output: Annotated[DiagnosisOutput | dict[str, Any], Field(union_mode="left_to_right")] | None
    """
    What the run made: a diagnosis (DiagnosisOutput), an analysis with its `summary`, what a
    person gave; null before.
    """
    errors: list[Failure]
    patient_id: str
    clinician_user_id: str
    """
    Who created it.
    """
    input_config: dict[str, Any] | None
    """
    The same as `input`.
    """
    output_data: (
        Annotated[DiagnosisOutput | dict[str, Any], Field(union_mode="left_to_right")] | None
    )
    """
    The same as `output`.
    """


class StudioRunData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run: StudioRun


class StudioRunRow(BaseModel):
    """
    A diagnosis run in a patient's list.
    """

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    id: str
    workflow: Annotated[Workflow | str, Field(union_mode="left_to_right")]
    org_id: str
    status: Annotated[Status | str, Field(union_mode="left_to_right")]
    subject: Subject
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    started_at: AwareDatetime | None
    """
    The latest start; null while queued.
    """
    first_started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    deadline_at: AwareDatetime | None
    """
    By then the run has ended, one way or another.
    """
    duration_seconds: float | None
    """
    From the first start to the end.
    """
    dispatch: Annotated[DispatchMode | str, Field(union_mode="left_to_right")]
    attempt: int
    """
    0 before the first start.
    """
    max_attempts: int
    available_at: AwareDatetime | None
    """
    Not before this time will a queued run be started.
    """
    start_at: AwareDatetime | None
    current_step: Annotated[StepName | str, Field(union_mode="left_to_right")] | None
    artifact_id: str | None
    """
    The artifact that the run's success named.
    """
    artifacts_count: int
    tags: list[str]
    metadata: dict[str, Any]
    blocked_by: Annotated[Reason | str, Field(union_mode="left_to_right")] | None
    """
    Why a queued or waiting run does not go on now.
    """
    warnings: list[str]
    """
    What was shortened, left out or has changed since.
    """
    record: RecordUsed | None
    erased_at: AwareDatetime | None
    """
    When the patient was erased; the run is a skeleton then.
    """
    error_info: RunErrorInfo | None
    usage: Usage
    patient_id: str
    clinician_user_id: str
    """
    Who created it.
    """


class StudioRunsData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    runs: list[StudioRunRow | UnreadableRun]
    next_cursor: str | None


class CancelledData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run: Run
    receipt: Receipt


class CreatedRunData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run: Run


class ErasureData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run: Run


class LatestRunData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run: ProjectRun | UnreadableRun | None


class ReadStudioRunData(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
    )
    run: StudioRun | UnreadableRun
