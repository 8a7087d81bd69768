"""Every error that Studio Runs raises, and what each means. A leaf: it imports nothing of ours.

Long because the tree of errors stands in one place.

StudioError
├── RequestError                what a caller did; carries its HTTP status and code
│   ├── InvalidRequest          400  not JSON, malformed id, forged cursor, malformed key
│   ├── Forbidden               403  the caller's role or relation does not allow it
│   ├── NotFound                404  missing, or another organisation's: the same
│   ├── Conflict                409  the run's state does not allow it
│   │   └── NotReadable         409  the run is one that this version cannot read
│   ├── Erased                  410  the patient, or what the run held, was erased
│   ├── TooLarge                413  body over its limit
│   ├── ValidationFailed        422  the schema, with the list of fields
│   ├── IdempotencyKeyReused    422  the same key with another payload
│   ├── NoInputs                422  a project without inputs; carries the failed run's id
│   ├── RateLimited             429  quota, with the seconds to wait
│   └── WorkerDisabled          503  execution asked for while the flag is off
├── StepError                   how a step of a run ends when it does not succeed
│   ├── PermanentFailure        the run fails now, with an allow-listed code
│   ├── TransientFailure        broken: back to the queue, until its attempts are spent
│   ├── BudgetShut              the next call does not fit into a budget: the run waits
│   └── EntryRefused            not let in: the run waits, and no attempt is spent
├── GuardFailed                 a conditional write found the run in another state; carries it
├── InvocationEnding            too little time for the next step or call: go on in the next
├── NotYet                      the next step may be done at a later moment only
├── OwnershipLost               the lease or fence is no longer the run's: stop, write nothing
└── StoreError                  a store, bucket or queue could not do it
    ├── StoreUnavailable        throttled, timed out, connection lost: try again
    ├── PayloadMissing          a named payload is not there, or its bytes are not its hash's
    └── RunUnreadable           an item that should be a run is none that this version can read
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

SPOILT = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What Python raises where something stored has not the form in which it was written."""


class StudioError(Exception):
    """The root of the tree."""


class RequestError(StudioError):
    """The request cannot be served."""

    status = 400
    code = "INVALID_REQUEST"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__ or self.code)

    def details(self) -> Mapping[str, Any]:
        """What the error adds to `error` in the response, beside code and message."""
        return {}

    def headers(self) -> Mapping[str, str]:
        return {}


class InvalidRequest(RequestError):
    """The request is malformed."""


class Forbidden(RequestError):
    """You may not do this."""

    status = 403
    code = "FORBIDDEN"


class NotFound(RequestError):
    """There is no such resource."""

    status = 404
    code = "NOT_FOUND"


class Conflict(RequestError):
    """The run's state does not allow it."""

    status = 409
    code = "CONFLICT"


class NotReadable(Conflict):
    """This version of the service cannot read the run, and leaves it alone."""


class OtherPerson(RequestError):
    """The record is of another person than the patient's present one; replace=person confirms."""

    status = 409
    code = "OTHER_PERSON"


class Erased(RequestError):
    """The patient was erased. `receipt_id`: the artifact that says what was removed, None until it
    has all been.
    """

    status = 410
    code = "ERASED"

    def __init__(self, receipt_id: str | None = None) -> None:
        super().__init__("The patient was erased.")
        self.receipt_id = receipt_id

    def details(self) -> Mapping[str, Any]:
        return {"receipt_id": self.receipt_id}


class TooLarge(RequestError):
    """The body is over its limit."""

    status = 413
    code = "TOO_LARGE"


class ValidationFailed(RequestError):
    """The request does not match its schema."""

    status = 422
    code = "VALIDATION_ERROR"

    def __init__(self, errors: Sequence[Mapping[str, str]], message: str | None = None) -> None:
        super().__init__(message)
        self.errors = list(errors)

    @classmethod
    def of(cls, field: str, message: str) -> "ValidationFailed":
        return cls([{"field": field, "message": message}])

    def details(self) -> Mapping[str, Any]:
        return {"errors": self.errors}


class IdempotencyKeyReused(RequestError):
    """This Idempotency-Key was used before with another payload."""

    status = 422
    code = "IDEMPOTENCY_KEY_REUSED"


class NoInputs(RequestError):
    """The project has no inputs to analyse."""

    status = 422
    code = "NO_INPUTS"

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self.run_id = run_id

    def details(self) -> Mapping[str, Any]:
        return {"run_id": self.run_id}


class RateLimited(RequestError):
    """Too many requests; try again later."""

    status = 429
    code = "RATE_LIMITED"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds

    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.retry_after_seconds)}


class AuditUnavailable(RequestError):
    """Nobody may look without its being put on record, and that could not be done. Try again."""

    status = 503
    code = "AUDIT_UNAVAILABLE"


class WorkerDisabled(RequestError):
    """The diagnosis worker is switched off."""

    status = 503
    code = "WORKER_DISABLED"


class StepError(StudioError):
    """A step did not succeed. `may_be_billed`: the model may charge for the call that failed."""

    may_be_billed = False


class PermanentFailure(StepError):
    """Trying again would fail again. `code` is one of shared.runs.codes.FailureCode.

    `message`, `validation_errors` and `raw_response` go to the run's protected error_info; logs and
    the errors list take the code alone. `new_round`: the stored model answer caused it, so a retry
    must buy another; `redo` names the step that asked for it, where that is not the failing one.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        validation_errors: Sequence[str] = (),
        raw_response: str | None = None,
        new_round: bool = False,
        redo: str | None = None,
        may_be_billed: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.validation_errors = tuple(validation_errors)
        self.raw_response = raw_response
        self.new_round = new_round
        self.redo = redo
        self.may_be_billed = may_be_billed


class TransientFailure(StepError):
    """Trying again later may succeed. `retry_after`: seconds that the other side asked to wait, or
    None.

    `timed_out`: it took too long, so the same request must not be put again unchanged.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retry_after: float | None = None,
        may_be_billed: bool = False,
        timed_out: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.may_be_billed = may_be_billed
        self.timed_out = timed_out


class RefusedBecause(StrEnum):
    """Why a provider did not let a call in. Also the reason that a waiting run shows."""

    OVERLOADED = "provider_overloaded"
    RATE_LIMITED = "provider_rate_limited"
    SPEND_LIMIT = "provider_spend_limit"


class EntryRefused(StepError):
    """The call was not let in: nothing was billed, no attempt is spent. `retry_after`: seconds
    asked to wait, or None.
    """

    def __init__(self, reason: RefusedBecause, *, retry_after: float | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retry_after = retry_after


class BudgetShut(StepError):
    """The next call does not fit into a budget: nothing was asked, no attempt is spent. `scope`
    names the budget, `amount` is what the call may cost (micro-dollars).
    """

    def __init__(self, scope: str, amount: int) -> None:
        super().__init__(scope.partition(":")[0])
        self.scope, self.amount = scope, amount


class GuardFailed(StudioError):
    """A conditional write did not apply. `current` is the run as the store holds it, None when
    there is none.
    """

    def __init__(self, current: Any = None) -> None:
        super().__init__("the guard of a conditional write did not hold")
        self.current = current


class InvocationEnding(StudioError):
    """Too little of the invocation is left for what comes next. Nothing failed: the run goes on in
    another one.
    """


class NotYet(StudioError):
    """What comes next may not be done before a `moment` (ms). Nothing failed: the run goes on then,
    at the step that said so.
    """

    def __init__(self, moment: int) -> None:
        super().__init__("not before a later moment")
        self.moment = moment


class OwnershipLost(StudioError):
    """Another actor has taken or ended the run; whoever sees this writes nothing more to it."""


class StoreError(StudioError):
    """A store, bucket or queue could not do what it was asked."""


class StoreUnavailable(StoreError):
    """Throttled, timed out or unreachable; the same call may succeed later."""


class PayloadMissing(StoreError):
    """A payload that an item names is not there, or its bytes do not have its hash."""


class RunUnreadable(StoreError):
    """An item that should be a run is damaged, or written by a version that this one does not
    understand. `found`: the shared.ports.Unreadable that it is, where it says whose.
    """

    def __init__(self, message: str = "", found: Any = None) -> None:
        super().__init__(message)
        self.found = found
