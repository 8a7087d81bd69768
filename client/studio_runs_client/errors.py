"""What can go wrong, as classes.

StudioRunsError
├── ApiError                 the service refused: `status`, `code`, `message`, `request_id`
│   ├── InvalidRequest       400  not JSON, a malformed id, cursor or key
│   ├── Unauthorized         401  no valid token
│   ├── Forbidden            403  the role or relation does not allow it
│   ├── NotFound             404  missing, or another organisation's
│   ├── Conflict             409  the state does not allow it
│   │   └── OtherPerson      409  the record is of another person
│   ├── Erased               410  the patient was erased
│   ├── TooLarge             413  the body is over its limit
│   ├── ValidationFailed     422  `errors` says which field and why
│   │   ├── KeyReused        422  the same Idempotency-Key with another payload
│   │   └── NoInputs         422  nothing to analyse; `details["run_id"]` names the failed run
│   ├── RateLimited          429  the quota is used up; `retry_after` seconds
│   └── ServerFault          5xx  a bug, or not available
│       └── WorkerDisabled   503  the diagnosis worker is switched off
├── ConnectionFailed         no answer came, in all tries
├── UnexpectedAnswer         an answer that is none of the service's
├── WaitedTooLong            the run had not ended when the time was up; `run` is its last state
└── BadDownload              the bytes are not the ones that the artifact's sha256 names
"""

from collections.abc import Mapping
from typing import Any


class StudioRunsError(Exception):
    """The root of the tree."""


class ApiError(StudioRunsError):
    """The service refused the request."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        request_id: str | None = None,
        details: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}" if code else f"{status}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.request_id = request_id
        self.details = dict(details or {})
        self.retry_after = retry_after

    @property
    def errors(self) -> list[dict[str, str]]:
        """[{field, message}] of a request that does not match its schema."""
        return list(self.details.get("errors") or [])


class InvalidRequest(ApiError):
    pass


class Unauthorized(ApiError):
    pass


class Forbidden(ApiError):
    pass


class NotFound(ApiError):
    pass


class Conflict(ApiError):
    pass


class OtherPerson(Conflict):
    pass


class Erased(ApiError):
    pass


class TooLarge(ApiError):
    pass


class ValidationFailed(ApiError):
    pass


class KeyReused(ValidationFailed):
    pass


class NoInputs(ValidationFailed):
    pass


class RateLimited(ApiError):
    pass


class ServerFault(ApiError):
    pass


class WorkerDisabled(ServerFault):
    pass


class ConnectionFailed(StudioRunsError):
    """No answer came, in all tries."""


class UnexpectedAnswer(StudioRunsError):
    """What came back is no answer of the service."""


class WaitedTooLong(StudioRunsError):
    """The time was up before there was an end. `run` is the last state that was seen."""

    def __init__(self, run: Any) -> None:
        super().__init__("the time was up before the run had ended")
        self.run = run


class BadDownload(StudioRunsError):
    """The downloaded bytes do not have the artifact's sha256; nothing was kept."""


BY_STATUS: Mapping[int, type[ApiError]] = {
    400: InvalidRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Erased,
    413: TooLarge,
    422: ValidationFailed,
    429: RateLimited,
}
BY_CODE: Mapping[str, type[ApiError]] = {
    "OTHER_PERSON": OtherPerson,
    "IDEMPOTENCY_KEY_REUSED": KeyReused,
    "NO_INPUTS": NoInputs,
    "WORKER_DISABLED": WorkerDisabled,
}


def api_error(
    status: int, body: Any, request_id: str | None, retry_after: float | None
) -> ApiError:
    """The error that an answer is, of the service's form or of the gateway's."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        message = body.get("message") if isinstance(body, dict) else None
        error = {"code": "", "message": str(message or "no explanation")}
    code = str(error.get("code", ""))
    kind = (
        BY_CODE.get(code) or BY_STATUS.get(status) or (ServerFault if status >= 500 else ApiError)
    )
    details = {name: value for name, value in error.items() if name not in ("code", "message")}
    return kind(
        status,
        code,
        str(error.get("message", "")),
        request_id=request_id,
        details=details,
        retry_after=retry_after,
    )
