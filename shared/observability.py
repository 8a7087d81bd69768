"""Structured logs and metrics: allow-listed fields with ids and codes in them, never what a caller
or a model wrote.

A leaf. One JSON line an event, `action` its stable key. A line that measures something is written
in CloudWatch's embedded metric format (EMF) as well, by Powertools, which is imported with the
first of them: a function that measures nothing does not pay for it.
"""

import json
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

NAMESPACE = "StudioRuns"
_FIELDS = frozenset(
    {
        "run_id",
        "request_id",
        "org_id",
        "person_id",
        "trace_id",
        "model_request_id",
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
_TIME, _NUMBER, _MONEY = "Milliseconds", "Count", "None"
UNITS: Mapping[str, str] = {
    **dict.fromkeys(("StartLatency", "StepTime", "ModelTime", "DeliveryTime"), _TIME),
    **dict.fromkeys(("SweepTime", "SweepLag"), _TIME),
    **dict.fromkeys(
        ("InputTokens", "OutputTokens", "CacheReadTokens", "CacheWriteTokens"), _NUMBER
    ),
    **dict.fromkeys(("CostUSD", "UncertainCostUSD"), _MONEY),
    **dict.fromkeys(("ModelCalls", "ModelCallsLost", "EntriesRefused", "ProbesSent"), _NUMBER),
    **dict.fromkeys(("RunsCreated", "RunsSucceeded", "RunsFailed", "RunsCancelled"), _NUMBER),
    **dict.fromkeys(("Retries", "RunsSwept", "SweepsUnfinished"), _NUMBER),
    **dict.fromkeys(("OpenRunsSeen", "PastDue", "Violations"), _NUMBER),
    **dict.fromkeys(("DeliveriesSent", "DeliveriesFailed", "WebhooksDisabled"), _NUMBER),
    **dict.fromkeys(("UnreadableMessages", "UnreadableRecords"), _NUMBER),
}
"""Every metric and its unit, as docs/runbook.md explains them; CloudWatch has none for dollars."""
SPLIT_BY = frozenset({"code", "step"})
"""What a metric may be split by: closed lists only, because each value is paid for as a metric. No
organisation and no person.
"""
_bound: ContextVar[Mapping[str, Any]] = ContextVar("bound")


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Every line that is written within bears these fields too, where it does not name them itself.

    Raises KeyError for a field that is not on the list.
    """
    before = _bound.set({**_bound.get({}), **_listed(fields)})
    try:
        yield
    finally:
        _bound.reset(before)


def log(action: str, **fields: Any) -> None:
    """One line of JSON to stdout.

    Raises KeyError for a field that is not on the list: patient data has no way in.
    """
    _line(action, "INFO", fields)


def log_bug(action: str, exc: BaseException, **fields: Any) -> None:
    """An unexpected exception: its type and where it arose.

    Its text may quote a payload, so it is left out. Fields as for `log`.
    """
    frames = [
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(exc.__traceback__)
    ]
    _line(action, "ERROR", fields, error=type(exc).__name__, at=frames[-8:])


def measure(
    action: str,
    values: Mapping[str, float],
    by: Mapping[str, str] | None = None,
    **fields: Any,
) -> None:
    """A line like `log`'s that is a measurement, too: `values` by the names of UNITS, and once more
    split `by` one of SPLIT_BY.

    A metric that cannot be made is lost, which another line says; nothing else comes of it.
    """
    try:
        embedded = _embedded(values, by or {})
    except Exception as exc:  # noqa: BLE001 - no run may fail because it was measured
        log_bug("metric_lost", exc)
        embedded = {}
    _line(action, "INFO", fields, **embedded)


def _embedded(values: Mapping[str, float], by: Mapping[str, str]) -> dict[str, Any]:
    from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
        AmazonCloudWatchEMFProvider,
    )

    if unknown := by.keys() - SPLIT_BY:
        raise KeyError(f"not to be split by: {sorted(unknown)}")
    metrics = AmazonCloudWatchEMFProvider(namespace=NAMESPACE)
    if metrics.service:  # the stack, by POWERTOOLS_SERVICE_NAME
        metrics.set_default_dimensions(service=metrics.service)
    if by:
        metrics.add_dimensions(**by)
    for name, value in values.items():
        metrics.add_metric(name, UNITS[name], value)
    return dict(metrics.serialize_metric_set())


def _line(action: str, level: str, fields: dict[str, Any], **more: Any) -> None:
    _write({**more, "action": action, "level": level, **_bound.get({}), **_listed(fields)})


def _listed(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - _FIELDS
    if unknown:
        raise KeyError(f"not a log field: {sorted(unknown)}")
    return {name: value for name, value in fields.items() if value is not None}


def _write(record: dict[str, Any]) -> None:
    with suppress(OSError):  # nobody reads any more: no reason to fail a run
        print(json.dumps(record, default=str), file=sys.stdout, flush=True)
