"""The resource types that mean something locally: which of their properties are read, and how each becomes part of a Blueprint.

Raises TemplateError for a value it does not understand. Knows nothing of SAM, and starts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local import http_api
from local.blueprint import Blueprint, Bucket, EventSource, Function, Queue, Schedule, Table
from local.errors import TemplateError
from local.intrinsics import ACCOUNT, REGION, Resolver


@dataclass(frozen=True, slots=True)
class Kind:
    """How a resource type is named and which of its properties are read; `silent` ones have no local meaning."""

    service: str
    name_property: str
    read: frozenset[str]
    silent: frozenset[str]


def _kind(service: str, name_property: str, read_them: str, silent: str = "") -> Kind:
    return Kind(service, name_property, frozenset(read_them.split()), frozenset(silent.split()) | {"Tags", name_property})


KINDS: Mapping[str, Kind] = {
    "AWS::Lambda::Function": _kind(
        "lambda",
        "FunctionName",
        "Handler Environment Timeout MemorySize",
        "Role Code Runtime Architectures Description TracingConfig LoggingConfig KmsKeyArn EphemeralStorage PackageType",
    ),
    "AWS::Lambda::EventSourceMapping": _kind(
        "lambda",
        "",
        "EventSourceArn FunctionName BatchSize MaximumBatchingWindowInSeconds FunctionResponseTypes ScalingConfig Enabled",
    ),
    "AWS::ApiGatewayV2::Api": _kind("apigateway", "Name", "Body", "Description DisableExecuteApiEndpoint FailOnWarnings"),
    "AWS::Scheduler::Schedule": _kind(
        "scheduler",
        "Name",
        "ScheduleExpression ScheduleExpressionTimezone FlexibleTimeWindow State Target",
        "Description GroupName KmsKeyArn",
    ),
    "AWS::SQS::Queue": _kind(
        "sqs",
        "QueueName",
        "VisibilityTimeout DelaySeconds MessageRetentionPeriod ReceiveMessageWaitTimeSeconds MaximumMessageSize RedrivePolicy",
        "KmsMasterKeyId KmsDataKeyReusePeriodSeconds SqsManagedSseEnabled RedriveAllowPolicy",
    ),
    "AWS::DynamoDB::Table": _kind(
        "dynamodb",
        "TableName",
        "AttributeDefinitions KeySchema BillingMode GlobalSecondaryIndexes LocalSecondaryIndexes",
        # Time to live is a promise to clean up some day, which nothing may count on.
        "SSESpecification PointInTimeRecoverySpecification DeletionProtectionEnabled OnDemandThroughput TimeToLiveSpecification",
    ),
    "AWS::SecretsManager::Secret": _kind("secretsmanager", "Name", "SecretString GenerateSecretString", "Description KmsKeyId"),
    "AWS::S3::Bucket": _kind(
        "s3",
        "BucketName",
        "VersioningConfiguration",
        "BucketEncryption PublicAccessBlockConfiguration OwnershipControls LifecycleConfiguration CorsConfiguration LoggingConfiguration",
    ),
}


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource that exists (its condition holds). A property is resolved when it is asked for."""

    name: str
    type: str
    physical: str
    properties: Mapping[str, Any]
    resolver: Resolver

    def get(self, key: str, default: Any = None) -> Any:
        value = self.resolver.resolve(self.properties.get(key), f"Resources.{self.name}.Properties.{key}")
        return default if value is None else value

    def need(self, key: str) -> Any:
        value = self.get(key)
        if value is None:
            raise TemplateError(f"Resources.{self.name}.Properties.{key}", "is missing")
        return value

    def integer(self, key: str, default: int) -> int:
        value = self.get(key, default)
        if not str(value).isdigit():
            raise TemplateError(f"Resources.{self.name}.Properties.{key}", f"must be a number, not {value!r}")
        return int(value)


def blueprint(resources: list[Resource]) -> Blueprint:
    of: dict[str, list[Resource]] = {kind: [r for r in resources if r.type == kind] for kind in KINDS}
    functions = {r.physical: _function(r) for r in of["AWS::Lambda::Function"]}
    api = http_api.read(of["AWS::ApiGatewayV2::Api"], frozenset(functions))
    return Blueprint(
        functions=functions,
        authorizers=api.authorizers,
        routes=api.routes,
        cors=api.cors,
        event_sources=tuple(_event_source(r) for r in of["AWS::Lambda::EventSourceMapping"]),
        schedules=tuple(_schedule(r) for r in of["AWS::Scheduler::Schedule"]),
        queues=tuple(_queue(r) for r in of["AWS::SQS::Queue"]),
        tables=tuple(_table(r) for r in of["AWS::DynamoDB::Table"]),
        buckets=tuple(Bucket(r.physical, r.get("VersioningConfiguration", {}).get("Status") == "Enabled") for r in of["AWS::S3::Bucket"]),
    )


def _function(resource: Resource) -> Function:
    variables = resource.get("Environment", {}).get("Variables", {})
    return Function(
        name=resource.physical,
        handler=resource.need("Handler"),
        environment={key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in variables.items()},
        timeout=resource.integer("Timeout", 3),
        memory=resource.integer("MemorySize", 128),
    )


def _event_source(resource: Resource) -> EventSource:
    where, arn = f"Resources.{resource.name}.Properties", str(resource.need("EventSourceArn"))
    if not arn.startswith("arn:aws:sqs:"):
        raise TemplateError(f"{where}.EventSourceArn", f"only queues are known as event sources, not {arn}")
    responses, scaling = resource.get("FunctionResponseTypes", []), resource.get("ScalingConfig", {})
    if set(responses) - {"ReportBatchItemFailures"} or set(scaling) - {"MaximumConcurrency"}:
        raise TemplateError(where, f"FunctionResponseTypes {responses} or ScalingConfig {scaling} is not known")
    window = resource.integer("MaximumBatchingWindowInSeconds", 0)
    size = resource.integer("BatchSize", 10)
    if not 1 <= size <= (10_000 if window else 10):
        raise TemplateError(f"{where}.BatchSize", f"{size}: from 1 to 10, or 10000 with a batching window")
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


def _schedule(resource: Resource) -> Schedule:
    where, target = f"Resources.{resource.name}.Properties", resource.need("Target")
    if resource.get("FlexibleTimeWindow", {}).get("Mode", "OFF") != "OFF":
        raise TemplateError(f"{where}.FlexibleTimeWindow", "only OFF is known")
    if resource.get("ScheduleExpressionTimezone", "UTC") != "UTC":
        raise TemplateError(f"{where}.ScheduleExpressionTimezone", "only UTC is known")
    if set(target) - {"Arn", "RoleArn", "Input", "RetryPolicy", "DeadLetterConfig"} or ":function:" not in target["Arn"]:
        raise TemplateError(f"{where}.Target", f"only a function with an Input is known, not {target}")
    return Schedule(
        name=resource.name,
        function=target["Arn"].rpartition(":")[2],
        expression=str(resource.need("ScheduleExpression")),
        payload=http_api.parsed_json(target.get("Input", "{}"), f"{where}.Target.Input"),
        enabled=resource.get("State", "ENABLED") == "ENABLED",
    )


def _queue(resource: Resource) -> Queue:
    redrive = resource.get("RedrivePolicy") or {}
    plain = KINDS[resource.type].read - {"RedrivePolicy"}
    return Queue(
        name=resource.physical,
        arn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{resource.physical}",
        attributes={key: str(resource.integer(key, 0)) for key in sorted(plain) if key in resource.properties}
        | ({"RedrivePolicy": http_api.compact_json(redrive)} if redrive else {}),
        dead_letter_arn=redrive.get("deadLetterTargetArn"),
    )


def _table(resource: Resource) -> Table:
    arguments = {key: resource.get(key) for key in sorted(KINDS[resource.type].read) if key in resource.properties}
    return Table(resource.physical, {"TableName": resource.physical, "BillingMode": "PAY_PER_REQUEST"} | arguments)
