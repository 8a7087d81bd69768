"""Translates what the anthropic SDK and its HTTP client raise into how a step fails. The only place that knows their exceptions.

Its texts are fixed: the API's own words may quote the prompt, which is patient data, so they are never repeated and are taken
out of the exception that stays in the chain. Importing this module imports the SDK; only the worker may.
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
from botocore.exceptions import BotoCoreError

from shared.errors import PermanentFailure, StepError, TransientFailure

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

# The 4xx that tell of the moment rather than of the request; the SDK's own retry policy has the first three.
TRANSIENT_4XX = frozenset({408, 409, 429, 499})

# In an answer that has begun the status is 200 and the error's type decides. Whatever is not here is taken for transient, as the
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

# By name, because some live in modules that the SDK calls private; the nearest class of an exception's ancestry decides.
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
_FOREIGN = (anthropic.AnthropicError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, BotoCoreError, ParserError)
_MALFORMED = (json.JSONDecodeError, UnicodeDecodeError)


@contextmanager
def translated(expired: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Within it only StepErrors leave, and whatever else is not the SDK's. `expired`: has the call's time run out?"""
    try:
        yield
    except (*_FOREIGN, *_MALFORMED) as exc:
        failure = translate(exc)
        if isinstance(failure, TransientFailure) and failure.retry_after is None and expired():
            failure = TransientFailure(LLM_ERROR, TIMED_OUT)
        raise failure from exc


def translate(exc: Exception) -> StepError:
    if isinstance(exc, anthropic.APIStatusError):
        failure = _of_status(exc)
        _forget_words(exc)
        return failure
    if isinstance(exc, anthropic.AnthropicError):
        return _of_class(exc)
    if isinstance(exc, httpx2.TimeoutException):
        return TransientFailure(LLM_ERROR, TIMED_OUT)
    if isinstance(exc, httpx2.HTTPError | httpx2.StreamError):
        return TransientFailure(LLM_ERROR, CUT_OFF)
    if isinstance(exc, httpx2.InvalidURL):
        return PermanentFailure(LLM_ERROR, MISCONFIGURED)
    if isinstance(exc, BotoCoreError):
        return TransientFailure(LLM_ERROR, "The model's AWS credentials could not be had.")
    return TransientFailure(LLM_ERROR, UNREADABLE)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the other side asks to wait: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    asked = headers.get("retry-after")
    seconds = _number(asked)
    return seconds if seconds is not None else _until(asked, headers.get("date"))


def _of_status(exc: anthropic.APIStatusError) -> StepError:
    status, wait = exc.status_code, retry_after(exc.response.headers)
    transient = exc.type not in PERMANENT_TYPES if status < 400 else status >= 500 or status in TRANSIENT_4XX
    text = TEXTS.get(status, FAILED if transient else REFUSED)
    return TransientFailure(LLM_ERROR, text, retry_after=wait) if transient else PermanentFailure(LLM_ERROR, text)


def _of_class(exc: anthropic.AnthropicError) -> StepError:
    for ancestor in type(exc).__mro__:
        if ancestor.__name__ in TRANSIENT_CLASSES:
            return TransientFailure(LLM_ERROR, TRANSIENT_CLASSES[ancestor.__name__])
        if ancestor.__name__ in PERMANENT_CLASSES:
            return PermanentFailure(LLM_ERROR, PERMANENT_CLASSES[ancestor.__name__])
    return PermanentFailure(LLM_ERROR, MISCONFIGURED)


def _forget_words(exc: anthropic.APIStatusError) -> None:
    # The exception stays in the chain, and whoever prints a chain prints this.
    exc.args = (f"status {exc.status_code}, request {exc.request_id}",)
    exc.message, exc.api_message, exc.body = exc.args[0], None, None


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None


def _until(text: str | None, said_at: str | None) -> float | None:
    """Seconds to an HTTP date, by the clock of the side that wrote it where it says what that shows."""
    moment = email.utils.parsedate_tz(text or "")
    if moment is None:
        return None
    written = email.utils.parsedate_tz(said_at or "")
    now = email.utils.mktime_tz(written) if written else time.time()
    return max(0.0, email.utils.mktime_tz(moment) - now)
