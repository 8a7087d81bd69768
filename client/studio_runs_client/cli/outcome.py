"""What the command exits with, so that a script can tell what happened."""

import json
import sys
from typing import Any

from studio_runs_client import models
from studio_runs_client.errors import (
    ApiError,
    ConnectionFailed,
    StudioRunsError,
    Unauthorized,
    WaitedTooLong,
)
from studio_runs_client.tokens import TokenError

OK, FAILED, USAGE, CANCELLED, WAITING, REFUSED, UNREACHABLE, LATE = 0, 1, 2, 3, 4, 5, 6, 7
INTERRUPTED = 130
BY_STATUS = {"succeeded": OK, "failed": FAILED, "cancelled": CANCELLED, "waiting": WAITING}
HELP = """
Exit codes: 0 done, or the run succeeded. 1 the run failed. 2 wrong usage. 3 the run was cancelled.
4 the run waits for a person.
5 the service refused. 6 the service or the token's issuer does not answer, or the token is refused.
7 the time was up. 130 interrupted.

Where the service is and whose token goes along: --url and --token, --user (a local stack's demo
user), or STUDIO_RUNS_URL,
STUDIO_RUNS_TOKEN, STUDIO_RUNS_USER; for a program STUDIO_RUNS_TOKEN_URL, STUDIO_RUNS_CLIENT_ID,
STUDIO_RUNS_CLIENT_SECRET.
"""


def of_run(run: models.Run) -> int:
    """The exit code of a run; an open one is no failure, and a person's to start is waiting."""
    return WAITING if run.blocked_by == "manual" else BY_STATUS.get(str(run.status), OK)


def of_error(error: StudioRunsError, *, as_json: bool) -> int:
    """Say in a sentence what went wrong, on stderr, and the exit code for it."""
    if as_json:
        print(json.dumps({"error": _described(error)}), file=sys.stderr)
    else:
        print(_sentence(error), file=sys.stderr)
    if isinstance(error, Unauthorized | TokenError | ConnectionFailed):
        return UNREACHABLE
    if isinstance(error, WaitedTooLong):
        return LATE
    return REFUSED


def _sentence(error: StudioRunsError) -> str:
    if not isinstance(error, ApiError):
        return f"runs: {error}"
    fields = "".join(f"\n  {one['field']} {one['message']}" for one in error.errors)
    named = f" (request {error.request_id})" if error.request_id else ""
    return f"runs: {error.message} [{error.status} {error.code}]{named}{fields}".replace(" ]", "]")


def _described(error: StudioRunsError) -> dict[str, Any]:
    if not isinstance(error, ApiError):
        return {"code": type(error).__name__, "message": str(error)}
    return {
        "status": error.status,
        "code": error.code,
        "message": error.message,
        "request_id": error.request_id,
        **error.details,
    }
