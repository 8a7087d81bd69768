"""Translates what botocore raises into shared.errors, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from shared.errors import StoreError, StoreUnavailable

PASSING = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "OperationAborted",
        "ConditionalRequestConflict",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
"""Error codes of DynamoDB, S3 and SQS after which the same call may succeed."""


def error_code(exc: ClientError) -> str:
    return cast(str, exc.response.get("Error", {}).get("Code", ""))


def failed_item(exc: ClientError) -> dict[str, Any] | None:
    """The item that a failed condition saw (ReturnValuesOnConditionCheckFailure=ALL_OLD)."""
    return cast("dict[str, Any] | None", cast(dict[str, Any], exc.response).get("Item"))


@contextmanager
def translated() -> Iterator[None]:
    """Raise StoreUnavailable for what may pass, StoreError for what will not. No foreign text rides along."""
    try:
        yield
    except ClientError as exc:
        status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        kind = StoreUnavailable if error_code(exc) in PASSING or status == 429 or status >= 500 else StoreError
        raise kind(error_code(exc)) from exc
    except ParamValidationError as exc:
        raise StoreError("a request was malformed") from exc
    except BotoCoreError as exc:
        raise StoreUnavailable(type(exc).__name__) from exc
