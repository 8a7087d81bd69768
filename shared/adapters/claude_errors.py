"""Translates what the anthropic SDK and its HTTP client raise into how a step fails. The only place
that knows their exceptions.

Its texts are fixed: the API's own words may quote the prompt, which is patient data, so they are
never repeated and are taken out of the exception that stays in the chain. Importing this module
imports the SDK; only the worker may.
"""

import email.utils
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import anthropic
import httpx2
from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import (
    EntryRefused,
    PermanentFailure,
    RefusedBecause,
    StepError,
    TransientFailure,
)

LLM_ERROR = "LLM_ERROR"
TIMED_OUT = "The model call took too long."
CUT_OFF = "The connection to the model was lost before the answer was complete."
UNREADABLE = "The model's answer could not be read."
MISCONFIGURED = "The model's client is not configured as it must be."
NO_KEY = "There is no key for the model."

TEXTS: Mapping[int, str] = {
    400: "The model API refused the request as malformed.",
    401: "The model API did not accept the key.",
    402: "The model API refused the request for billing reasons.",
    403: "The key may not use this model.",
    404: "The model API does not know this model.",
    408: TIMED_OUT,
    409: "The model API reported a conflict.",
    412: "The model API refused the request's precondition.",
    413: "The request is too large for the model API.",
    422: "The model API could not process the request.",
    429: "The model API's rate limit is reached.",
    431: "The model API refused the request's headers.",
    499: "The model API saw the connection close.",
    501: "The model API does not implement the request.",
    503: "The model API is unavailable.",
    504: TIMED_OUT,
    529: "The model API is overloaded.",
}
REFUSED = "The model API refused the request."
FAILED = "The model API failed."

# The 4xx that tell of the moment rather than of the request; the SDK's own retry policy has the
# first two.
TRANSIENT_4XX = frozenset({408, 409, 499})

# What was not let in: nothing is billed, and trying again at once would meet the same.
_OVERLOADED = frozenset({503, 529})
_OVERLOADED_TYPES = frozenset({"overloaded_error", "serviceUnavailableException"})
_LIMITED_TYPES = frozenset({"rate_limit_error", "throttlingException"})
SPEND_LIMITS = frozenset(
    {
        "enforced_spend_limit_reached",
        "contract_spend_limit_reached",
        "linked_organization_spend_limit_reached",
    }
)
# The one case without a code: a limit that the customer set. Only its beginning is matched, and
# nothing of it is kept.
_OWN_LIMIT = "You have reached your specified"

# In an answer that has begun the status is 200 and the error's type decides. Whatever is not here
# is taken for transient, as the
# request had been accepted. The last two are Bedrock's.
PERMANENT_TYPES = frozenset(
    {
        "invalid_request_error",
        "authentication_error",
        "billing_error",
        "permission_error",
        "not_found_error",
        "request_too_large",
        "validationException",
        "accessDeniedException",
    }
)

# By name, because some live in modules that the SDK calls private; the nearest class of an
# exception's ancestry decides.
TRANSIENT_CLASSES: Mapping[str, str] = {
    "APITimeoutError": TIMED_OUT,
    "APIConnectionError": CUT_OFF,
    "APIResponseValidationError": UNREADABLE,
    "RetryableError": FAILED,
    "APIError": FAILED,
}
PERMANENT_CLASSES: Mapping[str, str] = {
    "APIWebhookValidationError": REFUSED,
    "CredentialsError": NO_KEY,
    "WorkloadIdentityError": NO_KEY,
    "MutuallyExclusiveAuthError": MISCONFIGURED,
    "MissingDependencyError": MISCONFIGURED,
    "StreamAlreadyConsumed": MISCONFIGURED,
    "ToolsetUsageError": MISCONFIGURED,
    "AnthropicError": MISCONFIGURED,
}
_FOREIGN = (
    anthropic.AnthropicError,
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    BotoCoreError,
    ClientError,
    ParserError,
)
_MALFORMED = (json.JSONDecodeError, UnicodeDecodeError)
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class CredentialRefused(StepError):
    """The key was not accepted: it may have been changed since it was read."""


@contextmanager
def translated(expired: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Within it only StepErrors leave, and whatever else is not the SDK's. `expired`: has the
    call's time run out?
    """
    try:
        yield
    except (*_FOREIGN, *_MALFORMED) as exc:
        failure = translate(exc)
        if isinstance(failure, TransientFailure) and failure.retry_after is None and expired():
            failure = _timed_out(failure.may_be_billed)
        raise failure from exc


def translate(exc: Exception) -> StepError:
    if isinstance(exc, anthropic.APIStatusError):
        failure = _of_status(exc)
        _forget_words(exc)
        return failure
    if isinstance(exc, anthropic.AnthropicError):
        return _of_class(exc)
    if isinstance(exc, httpx2.TimeoutException):
        return _timed_out(not isinstance(exc, _NEVER_SENT))
    if isinstance(exc, httpx2.HTTPError | httpx2.StreamError):
        return _broken(CUT_OFF, not isinstance(exc, _NEVER_SENT))
    if isinstance(exc, httpx2.InvalidURL):
        return PermanentFailure(LLM_ERROR, MISCONFIGURED)
    if isinstance(exc, ClientError):
        return _of_client_error(exc)
    if isinstance(exc, BotoCoreError):
        return TransientFailure(LLM_ERROR, "The model's AWS credentials could not be had.")
    return _broken(UNREADABLE)


def _broken(text: str, may_be_billed: bool = True) -> TransientFailure:
    return TransientFailure(LLM_ERROR, text, may_be_billed=may_be_billed)


def _timed_out(may_be_billed: bool = True) -> TransientFailure:
    return TransientFailure(
        LLM_ERROR, TIMED_OUT, may_be_billed=may_be_billed, timed_out=may_be_billed
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the other side asks to wait: `retry-after-ms`, else `retry-after` in seconds or
    as an HTTP date.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    asked = headers.get("retry-after")
    seconds = _number(asked)
    return seconds if seconds is not None else _until(asked, headers.get("date"))


def _of_status(exc: anthropic.APIStatusError) -> StepError:
    """By the API's own code, then by what it says of trying again, then by status (or, in a stream,
    by type).
    """
    status, wait = exc.status_code, retry_after(exc.response.headers)
    if exc.error_code in SPEND_LIMITS or _is_own_limit(exc):
        return EntryRefused(RefusedBecause.SPEND_LIMIT)
    advice = exc.response.headers.get("x-should-retry")
    # An answer that had begun may be billed whatever broke it off.
    billed = status < 400 or status >= 500
    if advice == "false":
        return PermanentFailure(LLM_ERROR, TEXTS.get(status, REFUSED), may_be_billed=billed)
    refused = _refused_because(exc)
    if refused:
        return EntryRefused(refused, retry_after=wait)
    if status == 401 or exc.type == "authentication_error":
        return CredentialRefused("the key was not accepted")
    if advice == "true" or _is_transient(exc):
        text = TEXTS.get(status, FAILED)
        return TransientFailure(
            LLM_ERROR, text, retry_after=wait, may_be_billed=billed, timed_out=status == 504
        )
    return PermanentFailure(LLM_ERROR, TEXTS.get(status, REFUSED), may_be_billed=billed)


def _is_own_limit(exc: anthropic.APIStatusError) -> bool:
    return exc.status_code == 400 and (exc.api_message or "").startswith(_OWN_LIMIT)


def _refused_because(exc: anthropic.APIStatusError) -> RefusedBecause | None:
    if exc.status_code in _OVERLOADED or exc.type in _OVERLOADED_TYPES:
        return RefusedBecause.OVERLOADED
    if exc.status_code == 429 or exc.type in _LIMITED_TYPES:
        return RefusedBecause.RATE_LIMITED
    return None


def _is_transient(exc: anthropic.APIStatusError) -> bool:
    if exc.status_code < 400:
        return exc.type not in PERMANENT_TYPES
    return exc.status_code >= 500 or exc.status_code in TRANSIENT_4XX


def _of_client_error(exc: ClientError) -> StepError:
    """Of Bedrock's own calls, which bill nothing."""
    status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = exc.response.get("Error", {}).get("Code", "")
    exc.args = (f"status {status}, {code}",)
    if status in _OVERLOADED:
        return EntryRefused(RefusedBecause.OVERLOADED)
    if status == 429 or code == "ThrottlingException":
        return EntryRefused(RefusedBecause.RATE_LIMITED)
    if status >= 500:
        return TransientFailure(LLM_ERROR, FAILED)
    return PermanentFailure(LLM_ERROR, TEXTS.get(status, REFUSED))


def _of_class(exc: anthropic.AnthropicError) -> StepError:
    for ancestor in type(exc).__mro__:
        name = ancestor.__name__
        if name in TRANSIENT_CLASSES:
            sent = not isinstance(exc.__cause__, _NEVER_SENT)
            if name == "APITimeoutError":
                return _timed_out(sent)
            return _broken(TRANSIENT_CLASSES[name], sent)
        if name in PERMANENT_CLASSES:
            return PermanentFailure(LLM_ERROR, PERMANENT_CLASSES[name])
    return PermanentFailure(LLM_ERROR, MISCONFIGURED)


def _forget_words(exc: anthropic.APIStatusError) -> None:
    # The exception stays in the chain, and whoever prints a chain prints this.
    exc.details = None
    exc.args = (f"status {exc.status_code}, request {exc.request_id}",)
    exc.message, exc.api_message, exc.body = exc.args[0], None, None


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None


def _until(text: str | None, said_at: str | None) -> float | None:
    """Seconds to an HTTP date, by the clock of the side that wrote it where it says what that
    shows.
    """
    moment = email.utils.parsedate_tz(text or "")
    if moment is None:
        return None
    written = email.utils.parsedate_tz(said_at or "")
    now = email.utils.mktime_tz(written) if written else time.time()
    return max(0.0, email.utils.mktime_tz(moment) - now)
