"""The resource types that mean something locally: which of their properties are read, and how each
becomes part of a Blueprint.

Raises TemplateError for a value it does not understand. Knows nothing of SAM, and starts nothing.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from local.errors import TemplateError
from local.template import event_sources, routes
from local.template.blueprint import (
    Blueprint,
    Bucket,
    Function,
    Queue,
    Schedule,
    Secret,
    Table,
)
from local.template.intrinsics import ACCOUNT, REGION
from local.template.resource import Resource


@dataclass(frozen=True, slots=True)
class Kind:
    """How a resource type is named and which of its properties are read; `silent` ones have no
    local meaning.
    """

    service: str
    name_property: str
    read: frozenset[str]
    silent: frozenset[str]


def _kind(service: str, name_property: str, read_them: str, silent: str = "") -> Kind:
    return Kind(
        service,
        name_property,
        frozenset(read_them.split()),
        frozenset(silent.split()) | {"Tags", name_property},
    )


KINDS: Mapping[str, Kind] = {
    "AWS::Lambda::Function": _kind(
        "lambda",
        "FunctionName",
        "Handler Environment Timeout MemorySize",
        "Role Code Runtime Architectures Description TracingConfig LoggingConfig KmsKeyArn "
        "EphemeralStorage PackageType RecursiveLoop ReservedConcurrentExecutions",
    ),
    "AWS::Lambda::EventSourceMapping": _kind(
        "lambda",
        "",
        "EventSourceArn FunctionName BatchSize MaximumBatchingWindowInSeconds "
        "FunctionResponseTypes ScalingConfig Enabled StartingPosition BisectBatchOnFunctionError "
        "MaximumRetryAttempts DestinationConfig TumblingWindowInSeconds ParallelizationFactor",
        "MaximumRecordAgeInSeconds",
    ),
    "AWS::ApiGatewayV2::Api": _kind(
        "apigateway", "Name", "Body", "Description DisableExecuteApiEndpoint FailOnWarnings"
    ),
    "AWS::Scheduler::Schedule": _kind(
        "scheduler",
        "Name",
        "ScheduleExpression ScheduleExpressionTimezone FlexibleTimeWindow State Target",
        "Description GroupName KmsKeyArn",
    ),
    "AWS::SQS::Queue": _kind(
        "sqs",
        "QueueName",
        "VisibilityTimeout DelaySeconds MessageRetentionPeriod ReceiveMessageWaitTimeSeconds "
        "MaximumMessageSize RedrivePolicy",
        "KmsMasterKeyId KmsDataKeyReusePeriodSeconds SqsManagedSseEnabled RedriveAllowPolicy",
    ),
    "AWS::DynamoDB::Table": _kind(
        "dynamodb",
        "TableName",
        "AttributeDefinitions KeySchema BillingMode GlobalSecondaryIndexes LocalSecondaryIndexes "
        "StreamSpecification",
        # Time to live is a promise to clean up some day, which nothing may count on.
        "SSESpecification PointInTimeRecoverySpecification DeletionProtectionEnabled "
        "OnDemandThroughput TimeToLiveSpecification",
    ),
    "AWS::SecretsManager::Secret": _kind(
        "secretsmanager", "Name", "SecretString GenerateSecretString", "Description KmsKeyId"
    ),
    "AWS::S3::Bucket": _kind(
        "s3",
        "BucketName",
        "VersioningConfiguration",
        "BucketEncryption PublicAccessBlockConfiguration OwnershipControls "
        "LifecycleConfiguration CorsConfiguration LoggingConfiguration",
    ),
}


def blueprint(resources: list[Resource]) -> Blueprint:
    of: dict[str, list[Resource]] = {
        kind: [r for r in resources if r.type == kind] for kind in KINDS
    }
    functions = {r.physical: _function(r) for r in of["AWS::Lambda::Function"]}
    api = routes.read(of["AWS::ApiGatewayV2::Api"], frozenset(functions))
    mappings, streams = of["AWS::Lambda::EventSourceMapping"], event_sources.is_of_a_stream
    return Blueprint(
        functions=functions,
        authorizers=api.authorizers,
        routes=api.routes,
        cors=api.cors,
        event_sources=tuple(event_sources.queue_source(r) for r in mappings if not streams(r)),
        stream_sources=tuple(event_sources.stream_source(r) for r in mappings if streams(r)),
        schedules=tuple(_schedule(r) for r in of["AWS::Scheduler::Schedule"]),
        queues=tuple(_queue(r) for r in of["AWS::SQS::Queue"]),
        tables=tuple(_table(r) for r in of["AWS::DynamoDB::Table"]),
        buckets=tuple(
            Bucket(r.physical, r.get("VersioningConfiguration", {}).get("Status") == "Enabled")
            for r in of["AWS::S3::Bucket"]
        ),
        secrets=tuple(_secret(r) for r in of["AWS::SecretsManager::Secret"]),
    )


def _function(resource: Resource) -> Function:
    variables = resource.get("Environment", {}).get("Variables", {})
    return Function(
        name=resource.physical,
        handler=resource.need("Handler"),
        environment={
            key: str(value).lower() if isinstance(value, bool) else str(value)
            for key, value in variables.items()
        },
        timeout=resource.integer("Timeout", 3),
        memory=resource.integer("MemorySize", 128),
    )


def _schedule(resource: Resource) -> Schedule:
    where, target = f"Resources.{resource.name}.Properties", resource.need("Target")
    if resource.get("FlexibleTimeWindow", {}).get("Mode", "OFF") != "OFF":
        raise TemplateError(f"{where}.FlexibleTimeWindow", "only OFF is known")
    if resource.get("ScheduleExpressionTimezone", "UTC") != "UTC":
        raise TemplateError(f"{where}.ScheduleExpressionTimezone", "only UTC is known")
    if (
        set(target) - {"Arn", "RoleArn", "Input", "RetryPolicy", "DeadLetterConfig"}
        or ":function:" not in target["Arn"]
    ):
        raise TemplateError(
            f"{where}.Target", f"only a function with an Input is known, not {target}"
        )
    return Schedule(
        name=resource.name,
        function=target["Arn"].rpartition(":")[2],
        expression=str(resource.need("ScheduleExpression")),
        payload=routes.parsed_json(target.get("Input", "{}"), f"{where}.Target.Input"),
        enabled=resource.get("State", "ENABLED") == "ENABLED",
    )


def _queue(resource: Resource) -> Queue:
    redrive = resource.get("RedrivePolicy") or {}
    plain = KINDS[resource.type].read - {"RedrivePolicy"}
    return Queue(
        name=resource.physical,
        arn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{resource.physical}",
        attributes={
            key: str(resource.integer(key, 0))
            for key in sorted(plain)
            if key in resource.properties
        }
        | ({"RedrivePolicy": routes.compact_json(redrive)} if redrive else {}),
        dead_letter_arn=redrive.get("deadLetterTargetArn"),
    )


def _table(resource: Resource) -> Table:
    arguments = {
        key: resource.get(key)
        for key in sorted(KINDS[resource.type].read)
        if key in resource.properties
    }
    if "StreamSpecification" in arguments:
        arguments["StreamSpecification"] = {
            "StreamEnabled": True,
            **arguments["StreamSpecification"],
        }
    return Table(
        resource.physical,
        {"TableName": resource.physical, "BillingMode": "PAY_PER_REQUEST"} | arguments,
    )


def _secret(resource: Resource) -> Secret:
    """What CloudFormation would generate is made up anew at every start."""
    generated = resource.get("GenerateSecretString", {})
    if unknown := set(generated) - {"PasswordLength", "ExcludePunctuation"}:
        raise TemplateError(
            f"Resources.{resource.name}.Properties.GenerateSecretString",
            f"is not known: {sorted(unknown)}",
        )
    made = secrets.token_hex(32)[: int(generated.get("PasswordLength", 32))]
    return Secret(resource.physical, resource.get("SecretString") or made)
