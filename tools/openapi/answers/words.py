"""The closed lists of words, each a component of its own. What the code defines is taken from
there.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from shared.records.bulk import BulkAction as BulkAction
from shared.records.bulk import BulkStatus as BulkStatus
from shared.records.run import Status
from shared.records.webhook import DeliveryStatus as DeliveryStatus
from shared.runs.codes import FailureCode
from shared.workflows.definitions import DEFINITIONS
from shared.workflows.orchestration.profiles import known_profiles

if TYPE_CHECKING:
    Workflow = str
    StepName = str
    ProfileName = str
else:
    Workflow = StrEnum("Workflow", {name: name for name in DEFINITIONS})
    StepName = StrEnum(
        "StepName", {step: step for one in DEFINITIONS.values() for step in one.steps}
    )
    ProfileName = StrEnum("ProfileName", {name: name for name in known_profiles()})


class DispatchMode(StrEnum):
    AUTO = "auto"
    MANUAL = "manual"


class SubjectType(StrEnum):
    PATIENT = "patient"
    ASSESSMENT = "assessment"
    INTAKE = "intake"
    PROJECT = "project"


class RiskLevel(StrEnum):
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    CRITICAL = "critical"


class Reason(StrEnum):
    STARTING = "starting"
    START_AT = "start_at"
    BACKOFF = "backoff"
    PROVIDER_OVERLOADED = "provider_overloaded"
    PROVIDER_RATE_LIMITED = "provider_rate_limited"
    PROVIDER_SPEND_LIMIT = "provider_spend_limit"
    BUDGET = "budget"
    PAUSED = "paused"
    WORKER_DISABLED = "worker_disabled"
    MANUAL = "manual"
    GATE = "gate"
    PERSON = "person"
    MODEL_CALL = "model_call"
    STEP = "step"
    LOST_WORKER = "lost_worker"
    ENDED = "ended"


class InputStatus(StrEnum):
    DRAFT = "draft"
    FINAL = "final"


class WebhookEvent(StrEnum):
    RUN_SUCCEEDED = "run.succeeded"
    RUN_FAILED = "run.failed"
    RUN_CANCELLED = "run.cancelled"
    RUN_WAITING = "run.waiting"
    RUN_BLOCKED = "run.blocked"
    BUDGET_REACHED = "budget.reached"
    WEBHOOK_TEST = "webhook.test"
    ALL = "*"


class WebhookStatus(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"


class BudgetPeriod(StrEnum):
    MONTH = "month"
    TOTAL = "total"


class AuditOutcome(StrEnum):
    ALLOWED = "allowed"
    REFUSED = "refused"


MEANINGS = {
    Status: {
        "queued": "somebody or something may start it; it has no start and no end",
        "running": "leased to a worker or a person",
        "waiting": "at a gate: only a person can move it on",
        "succeeded": "ended with an output; final",
        "failed": "ended with an error; only an explicit retry leaves it",
        "cancelled": "ended by a person; final",
    },
    DispatchMode: {
        "auto": "the worker is rung at once",
        "manual": "not before execute or PATCH",
    },
    FailureCode: {
        "VALIDATION_ERROR": "the model's answer breaks the schema",
        "LLM_ERROR": "the call failed for good: key, permission, refusal, bad request",
        "CONTEXT_FETCH_ERROR": "the context of the run could not be read",
        "PERSISTENCE_ERROR": "the result could not be stored",
        "EXECUTION_ERROR": "anything else",
        "MAX_ATTEMPTS_REACHED": "all attempts are used up",
        "BUDGET_EXCEEDED": "the next model call could cost more than the run may spend",
        "DEADLINE_EXCEEDED": "the run did not end before its deadline",
        "LEASE_EXPIRED": "the person who took the run did not finish it in time",
        "GATE_EXPIRED": "nobody advanced the run in time",
        "NO_INPUTS": "the project had no input to analyse",
        "INPUT_INVALID": "the input lacks what the analysis needs",
        "CHECKS_FAILED": "blocking checks failed",
        "PERSON_FAILED": "a person ended the run as failed, for a reason of their own",
    },
    Reason: {
        "starting": "rung, not yet taken by a worker",
        "start_at": "not before the time that its creator named",
        "backoff": "waiting after a failed attempt",
        "provider_overloaded": "the model's provider refuses entry for now",
        "provider_rate_limited": "the provider's rate limit",
        "provider_spend_limit": "the provider's spend limit",
        "budget": "no budget has room for its next call (detail for staff: scope, missing_usd)",
        "paused": "the workflow is paused (detail for staff: who, why)",
        "worker_disabled": "the worker is switched off",
        "manual": "waits for execute or PATCH",
        "gate": "waits for a person at a gate (detail: phase, who may advance)",
        "person": "in a person's hands (detail: who has it)",
        "model_call": "a model call is under way (detail: step, since, last_sign_of_life_at)",
        "step": "a step is under way",
        "lost_worker": "its worker was lost (detail: taken over by)",
        "ended": "it has ended",
    },
    InputStatus: {
        "draft": "analysed only when asked for by its version",
        "final": "what generate takes by default",
    },
    WebhookEvent: {
        "run.blocked": "once a spell, for provider_*, budget and paused",
        "budget.reached": "at 80 % and 100 %, once a period",
        "*": "all of them",
    },
}
"""What the words of a list mean, for its description. A word that is not named speaks for itself.
"""


TEXTS = {
    "Status": "Where a run is.",
    "FailureCode": "Why a run or an attempt failed.",
    "EventCode": "What else an entry of a run's history may say happened.",
    "Reason": "Why a run does not go on now.",
    "Workflow": "What kind of work a run is.",
    "StepName": "The steps of all workflows; an orchestration's are its phases.",
    "ProfileName": "The kinds of orchestration, see GET /profiles.",
    "DispatchMode": "Who starts the run.",
    "SubjectType": "What a run is about.",
    "RiskLevel": "The highest risk that the findings bear out.",
    "InputStatus": "Whether an input is finished.",
    "BulkAction": "What is done to each run.",
    "BulkStatus": "Where a bulk is.",
    "WebhookEvent": "What a webhook can be told.",
    "WebhookStatus": "Whether a webhook is told anything.",
    "DeliveryStatus": "Whether a message arrived.",
    "BudgetPeriod": "What a budget's limit is for: each month (UTC), or ever.",
    "AuditOutcome": "Whether the look was allowed.",
}


def described(name: str, words: type[StrEnum]) -> str:
    """What a list is and what its words mean, as Markdown."""
    meanings = {
        word.value: MEANINGS[words][word.value]
        for word in words
        if word.value in MEANINGS.get(words, {})
    }
    said = "\n".join(f"- `{word}`: {meaning}" for word, meaning in meanings.items())
    return f"{TEXTS[name]}\n\n{said}".strip()
