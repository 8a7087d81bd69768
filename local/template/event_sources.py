"""Event source mappings: what of a queue's or a table's stream's mapping matters here.

Raises TemplateError for a value that is not understood.
"""

from typing import Any

from local.errors import TemplateError
from local.template.blueprint import EventSource, StreamSource
from local.template.resource import Resource

STREAM = "/stream/"
_ENDLESS = -1


def is_of_a_stream(resource: Resource) -> bool:
    return STREAM in str(resource.need("EventSourceArn"))


def queue_source(resource: Resource) -> EventSource:
    where, arn = f"Resources.{resource.name}.Properties", str(resource.need("EventSourceArn"))
    if not arn.startswith("arn:aws:sqs:"):
        raise TemplateError(
            f"{where}.EventSourceArn",
            f"only queues and tables' streams are known as event sources, not {arn}",
        )
    responses, scaling = (
        resource.get("FunctionResponseTypes", []),
        resource.get("ScalingConfig", {}),
    )
    if set(responses) - {"ReportBatchItemFailures"} or set(scaling) - {"MaximumConcurrency"}:
        raise TemplateError(
            where, f"FunctionResponseTypes {responses} or ScalingConfig {scaling} is not known"
        )
    window = resource.integer("MaximumBatchingWindowInSeconds", 0)
    size = resource.integer("BatchSize", 10)
    if not 1 <= size <= (10_000 if window else 10):
        raise TemplateError(
            f"{where}.BatchSize", f"{size}: from 1 to 10, or 10000 with a batching window"
        )
    concurrency = scaling.get("MaximumConcurrency")
    return EventSource(
        name=resource.name,
        function=str(resource.need("FunctionName")).rpartition(":")[2],
        queue_arn=arn,
        batch_size=size,
        window_seconds=window,
        max_concurrency=None if concurrency is None else int(concurrency),
        partial="ReportBatchItemFailures" in responses,
        enabled=str(resource.get("Enabled", True)).lower() == "true",
    )


def stream_source(resource: Resource) -> StreamSource:
    where, arn = f"Resources.{resource.name}.Properties", str(resource.need("EventSourceArn"))
    _check_stream(resource, where)
    tries = int(resource.get("MaximumRetryAttempts", _ENDLESS))
    if tries < 0:
        raise TemplateError(
            f"{where}.MaximumRetryAttempts",
            "must bound the tries, or one bad record holds up all",
        )
    target = resource.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    return StreamSource(
        name=resource.name,
        function=str(resource.need("FunctionName")).rpartition(":")[2],
        table=arn.partition(STREAM)[0].rpartition("/")[2],
        batch_size=resource.integer("BatchSize", 100),
        bisects=_is_true(resource.get("BisectBatchOnFunctionError", False)),
        tries=tries + 1,
        on_failure=None if target is None else str(target).rpartition(":")[2],
        names_shard=resource.integer("TumblingWindowInSeconds", 0) > 0,
        enabled=_is_true(resource.get("Enabled", True)),
    )


def _check_stream(resource: Resource, where: str) -> None:
    if resource.get("StartingPosition") != "TRIM_HORIZON":
        raise TemplateError(f"{where}.StartingPosition", "only TRIM_HORIZON is known")
    if resource.integer("ParallelizationFactor", 1) != 1:
        raise TemplateError(f"{where}.ParallelizationFactor", "only 1 is known")
    if responses := set(resource.get("FunctionResponseTypes", [])):
        raise TemplateError(f"{where}.FunctionResponseTypes", f"{responses} is not known")
    if resource.get("ScalingConfig"):
        raise TemplateError(f"{where}.ScalingConfig", "is not known of a stream")


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
