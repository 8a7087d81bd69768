"""Structured logs and metrics: allow-listed fields with ids and codes in them, never what a caller
or a model wrote.

A leaf. One JSON line an event, `action` its stable key; CloudWatch reads the metrics out of the
same lines (EMF).
"""

import json
import sys
import time
import traceback
from typing import Any

_FIELDS = frozenset(
    {
        "run_id",
        "request_id",
        "message_id",
        "route",
        "function",
        "workflow",
        "status",
        "code",
        "step",
        "attempt",
        "fence",
    }
    | {"webhook_id", "delivery_id"}
    | {"delay_ms", "latency_ms", "why", "kind", "count"}
)


def log(action: str, **fields: Any) -> None:
    """One line of JSON to stdout.

    Raises KeyError for a field that is not on the list: patient data has no way in.
    """
    _write({"action": action, "level": "INFO", **_listed(fields)})


def log_bug(action: str, exc: BaseException, **fields: Any) -> None:
    """An unexpected exception: its type and where it arose.

    Its text may quote a payload, so it is left out. Fields as for `log`.
    """
    frames = [
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(exc.__traceback__)
    ]
    _write(
        {
            "action": action,
            "level": "ERROR",
            "error": type(exc).__name__,
            "at": frames[-8:],
            **_listed(fields),
        }
    )


def count(metric: str, value: float = 1) -> None:
    """A metric in CloudWatch's embedded format, namespace StudioRuns."""
    spec = {"Namespace": "StudioRuns", "Dimensions": [[]], "Metrics": [{"Name": metric}]}
    _write(
        {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [spec]}, metric: value}
    )


def _listed(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - _FIELDS
    if unknown:
        raise KeyError(f"not a log field: {sorted(unknown)}")
    return {name: value for name, value in fields.items() if value is not None}


def _write(record: dict[str, Any]) -> None:
    print(json.dumps(record, default=str), file=sys.stdout, flush=True)
