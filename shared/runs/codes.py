"""The closed lists of words that may leave the system: failure codes with their fixed texts, and
history codes.

Nothing else is ever logged, listed or queued about a failure, so no patient data can ride along.
"""

from enum import StrEnum


class FailureCode(StrEnum):
    """Why a run or an attempt ended without success."""

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
    """A person ended the run, for a reason of their own."""


class EventCode(StrEnum):
    """What else a history entry may say happened."""

    EXECUTE_ASKED = "EXECUTE_ASKED"
    ARTIFACT_ATTACHED = "ARTIFACT_ATTACHED"
    CONTINUATION = "CONTINUATION"
    LEASE_LOST = "LEASE_LOST"
    RETRY = "RETRY"
    NEXT = "NEXT"
    SKIP_VALIDATION = "SKIP_VALIDATION"


SAFE_TEXT: dict[str, str] = {
    FailureCode.VALIDATION_ERROR: "The model's answer does not match its schema.",
    FailureCode.LLM_ERROR: "The model call failed.",
    FailureCode.CONTEXT_FETCH_ERROR: "The context of the run could not be read.",
    FailureCode.PERSISTENCE_ERROR: "The result could not be stored.",
    FailureCode.EXECUTION_ERROR: "The run could not be executed.",
    FailureCode.MAX_ATTEMPTS_REACHED: "All attempts are used up.",
    FailureCode.BUDGET_EXCEEDED: "The next model call could cost more than the run may spend.",
    FailureCode.DEADLINE_EXCEEDED: "The run did not end before its deadline.",
    FailureCode.LEASE_EXPIRED: "The person who took the run did not finish it in time.",
    FailureCode.GATE_EXPIRED: "Nobody advanced the run in time.",
    FailureCode.NO_INPUTS: "There was nothing to analyse.",
    FailureCode.INPUT_INVALID: "The input lacks what the analysis needs.",
    FailureCode.CHECKS_FAILED: "Blocking checks failed.",
    FailureCode.PERSON_FAILED: "A person ended the run as failed.",
    EventCode.LEASE_LOST: "The worker stopped before it finished.",
}


def safe_text(code: str) -> str:
    """The fixed text of a code; a neutral one for a code that this version does not know."""
    return SAFE_TEXT.get(code, "The run failed.")
