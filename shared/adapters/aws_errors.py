"""Translates what botocore raises into shared.errors, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from shared.errors import StoreError, StoreUnavailable

PASSING = frozenset(
    {
        "BandwidthLimitExceeded",
        "ConditionalRequestConflict",
        "EC2ThrottledException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "OperationAborted",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""Error codes after which the same call may succeed: all that the SDK itself tries again, and those
of DynamoDB, S3 and SQS.
"""


def error_code(exc: ClientError) -> str:
    return cast(str, exc.response.get("Error", {}).get("Code", ""))


def failed_item(exc: ClientError) -> dict[str, Any] | None:
    """The item that a failed condition saw (ReturnValuesOnConditionCheckFailure=ALL_OLD)."""
    return cast("dict[str, Any] | None", cast(dict[str, Any], exc.response).get("Item"))


@contextmanager
def translated() -> Iterator[None]:
    """Raise StoreUnavailable for what may pass, StoreError for what will not.

    No foreign text rides along.
    """
    try:
        yield
    except ClientError as exc:
        status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        kind = (
            StoreUnavailable
            if error_code(exc) in PASSING or status == 429 or status >= 500
            else StoreError
        )
        raise kind(error_code(exc)) from exc
    except ParamValidationError as exc:
        raise StoreError("a request was malformed") from exc
    except BotoCoreError as exc:
        raise StoreUnavailable(type(exc).__name__) from exc
